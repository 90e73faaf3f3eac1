//! Tests in the language.

use super::{Builder, Node, Nodes};
use crate::diagnostic::codes::literals;
use crate::diagnostic::codes::syntax as code;
use crate::source::{Span, Spanned};
use crate::syntax::parser::grammar::Rule;
use crate::syntax::tree::{Expect, ExpectKind, Guard, Reason, Stretch, StretchKind, Test, TestStep, Text};

impl<'s> Builder<'s> {
    /// A test; `nodes` are those of its item. What is malformed in it is left to `bad`.
    pub(in crate::syntax::parser) fn test(
        &mut self,
        nodes: Nodes<'_>,
        span: Span,
        mut bad: impl FnMut(&mut Self, Span, Option<Span>),
    ) -> Option<Test<'s>> {
        let mut name: Option<Text<'s>> = None;
        let mut steps = Vec::new();
        let mut broken = false;
        let mut before = None;
        for node in nodes {
            match node.as_rule() {
                Rule::text => name = Some(self.text_of(&node)),
                Rule::bad_step => {
                    broken = true;
                    let place = self.span(&node);
                    bad(self, place, before);
                    before = Some(place);
                }
                Rule::kw_test | Rule::open | Rule::close | Rule::EOI => {}
                _ => {
                    let place = self.span(&node);
                    before = Some(place);
                    let step = self.test_step(node);
                    broken |= step.is_none();
                    steps.extend(step.map(|step| Spanned::new(step, place)));
                }
            }
        }
        Some(Test { name: name?, steps, span, broken })
    }

    fn test_step(&mut self, node: Node<'_>) -> Option<TestStep<'s>> {
        let rule = node.as_rule();
        let mut nodes = self.stray_assign(node.into_inner());
        match rule {
            Rule::start => {
                let mut count = None;
                let mut date = None;
                let mut time = None;
                for node in nodes {
                    match node.as_rule() {
                        Rule::value => count = Some(self.value(node)),
                        Rule::date => date = self.date(&node),
                        Rule::date_t => {
                            let place = self.span(&node);
                            self.rewrite(literals::DATE, place, "a date and its time are apart", " ");
                        }
                        Rule::time => time = self.start_time(&node),
                        _ => {}
                    }
                }
                Some(TestStep::Start { nodes: count?, date: date?, time: time? })
            }
            Rule::join => Some(TestStep::Join(self.value(nodes.next()?))),
            Rule::series => {
                let name = nodes.next()?;
                let name = self.name(&name);
                let nodes = self.stray_assign(nodes);
                Some(TestStep::Series { name, stretches: self.stretches(nodes) })
            }
            Rule::load => Some(TestStep::Load(self.stretches(nodes))),
            Rule::expect => self.expect(nodes),
            _ => None,
        }
    }

    fn stretches(&mut self, nodes: Nodes<'_>) -> Vec<Stretch<'s>> {
        nodes.filter(|node| node.as_rule() == Rule::stretch).filter_map(|node| self.stretch(node)).collect()
    }

    fn stretch(&mut self, node: Node<'_>) -> Option<Stretch<'s>> {
        let span = self.span(&node);
        let mut values = Vec::with_capacity(2);
        let mut missing = false;
        let mut ranged = false;
        let mut timed = false;
        let mut lasts = None;
        for node in node.into_inner() {
            match node.as_rule() {
                Rule::kw_missing => missing = true,
                Rule::range_op => {
                    ranged = true;
                    self.range_op(&node);
                }
                Rule::kw_for | Rule::kw_over => {
                    timed = true;
                    let (word, place) = self.written(&node);
                    let meant = if ranged { "over" } else { "for" };
                    if word != meant {
                        let what = if ranged { "a ramp goes `over` its time" } else { "a value lasts `for` its time" };
                        self.rewrite(code::MISSING_WORD, place, what, meant);
                    }
                }
                Rule::value if timed => lasts = Some(self.value(node)),
                Rule::value => values.push(self.value(node)),
                _ => {}
            }
        }
        let mut values = values.into_iter();
        let kind = match (missing, values.next(), values.next()) {
            (true, ..) => StretchKind::Missing,
            (_, Some(from), Some(to)) => StretchKind::Ramp { from, to },
            (_, Some(value), None) => StretchKind::Constant(value),
            _ => return None,
        };
        Some(Stretch { kind, lasts, span })
    }

    fn expect(&mut self, nodes: Nodes<'_>) -> Option<TestStep<'s>> {
        let mut at = None;
        let mut kind = None;
        let mut reason = None;
        for node in nodes {
            let place = self.span(&node);
            match node.as_rule() {
                Rule::value => at = Some(self.value(node)),
                Rule::expect_add | Rule::expect_remove | Rule::expect_stay | Rule::expect_nodes => {
                    kind = Some(Spanned::new(self.expected(node)?, place));
                }
                Rule::by => {
                    let name = node.into_inner().find(|node| node.as_rule() == Rule::name)?;
                    reason = Some(Spanned::new(Reason::By(self.name(&name)), place));
                }
                Rule::because => {
                    let guard = node.into_inner().find(|node| node.as_rule() == Rule::guard)?;
                    reason = Some(Spanned::new(
                        Reason::Because(self.word::<Guard>(&guard, "guard", &[("max", "bounds"), ("min", "bounds")])?),
                        place,
                    ));
                }
                _ => {}
            }
        }
        Some(TestStep::Expect(Expect { at: at?, kind: kind?, reason }))
    }

    fn expected(&mut self, node: Node<'_>) -> Option<ExpectKind<'s>> {
        let rule = node.as_rule();
        let mut word = None;
        let mut value = None;
        for node in node.into_inner() {
            match node.as_rule() {
                Rule::value => value = Some(self.value(node)),
                Rule::node_word => word = Some(node),
                _ => {}
            }
        }
        if rule == Rule::expect_stay {
            return Some(ExpectKind::Stay);
        }
        let value = value?;
        match word {
            Some(word) => self.node_word(&word, value.span),
            None if rule != Rule::expect_nodes => self.nodes_missing(value.span),
            None => {}
        }
        Some(match rule {
            Rule::expect_add => ExpectKind::Add(value),
            Rule::expect_remove => ExpectKind::Remove(value),
            _ => ExpectKind::Nodes(value),
        })
    }
}
