//! Rules and their clauses.

use super::{Builder, Node, Nodes};
use crate::diagnostic::codes::syntax as code;
use crate::diagnostic::{Diagnostic, Fix};
use crate::source::{Span, Spanned};
use crate::syntax::parser::grammar::Rule;
use crate::syntax::tree::{self, Clause, ClauseKind, Expr, Hold, Name};

impl<'s> Builder<'s> {
    /// A rule; `nodes` are those of its item. What is malformed in it is left to `bad`.
    pub(in crate::syntax::parser) fn rule(
        &mut self,
        nodes: Nodes<'_>,
        span: Span,
        mut bad: impl FnMut(&mut Self, Span, Option<Span>),
    ) -> Option<tree::Rule<'s>> {
        let mut name: Option<Name<'s>> = None;
        let mut rule = tree::Rule { name: Spanned::new("", span), urgent: None, clauses: Vec::new(), span, broken: false };
        // Beside the clauses: `rule`, the name and the braces.
        rule.clauses.reserve_exact(nodes.len().saturating_sub(4));
        let mut before = None;
        for node in nodes {
            match node.as_rule() {
                Rule::any_name | Rule::text => name = Some(self.defined(&node)),
                Rule::kw_urgent => rule.urgent = Some(self.span(&node)),
                Rule::bad_clause => {
                    rule.broken = true;
                    let place = self.span(&node);
                    bad(self, place, before);
                    before = Some(place);
                }
                Rule::kw_rule | Rule::open | Rule::close | Rule::EOI => {}
                _ => {
                    before = Some(self.span(&node));
                    let clause = self.clause(node);
                    rule.broken |= clause.is_none();
                    rule.clauses.extend(clause);
                }
            }
        }
        rule.name = name?;
        Some(rule)
    }

    fn clause(&mut self, node: Node<'_>) -> Option<Clause<'s>> {
        let span = self.span(&node);
        self.stray_after_word(&node);
        let kind = match node.as_rule() {
            Rule::when => {
                let condition = node.into_inner().find(|node| node.as_rule() == Rule::condition)?;
                ClauseKind::When(self.condition(condition))
            }
            Rule::action => return self.action(node, span),
            Rule::during => {
                let (window, early) = self.windowed(node)?;
                ClauseKind::During { window, early }
            }
            Rule::outside => {
                let (window, early) = self.windowed(node)?;
                ClauseKind::Outside { window, early }
            }
            Rule::note => {
                let text = node.into_inner().find(|node| node.as_rule() == Rule::text)?;
                ClauseKind::Note(self.text_of(&text))
            }
            Rule::cooldown => {
                let value = node.into_inner().find(|node| node.as_rule() == Rule::value)?;
                ClauseKind::Cooldown(self.value(value))
            }
            _ => return None,
        };
        Some(Clause { kind, span })
    }

    /// Reports an `=` or `:` after a clause's word.
    fn stray_after_word(&mut self, clause: &Node<'_>) {
        let mut nodes = clause.clone().into_inner();
        let (Some(word), Some(next)) = (nodes.next(), nodes.next()) else { return };
        if next.as_rule() != Rule::stray_assign {
            return;
        }
        let ((word, place), (stray, span)) = (self.written(&word), self.written(&next));
        let gap = Span { start: place.end, ..span };
        let message = format!("no `{stray}` stands after `{word}`");
        self.report(Diagnostic::new(code::STRAY_ASSIGN, span, message).fix(Fix::always("remove it", gap, "")));
    }

    fn windowed(&mut self, node: Node<'_>) -> Option<(Name<'s>, Option<Box<Expr<'s>>>)> {
        let mut window = None;
        let mut early = None;
        for node in node.into_inner() {
            match node.as_rule() {
                Rule::name => window = Some(self.name(&node)),
                Rule::value => early = Some(Box::new(self.value(node))),
                _ => {}
            }
        }
        Some((window?, early))
    }

    fn action(&mut self, node: Node<'_>, span: Span) -> Option<Clause<'s>> {
        let mut nodes = node.into_inner();
        let mut first = nodes.next()?;
        let mut then = None;
        if first.as_rule() == Rule::kw_then {
            then = Some(self.span(&first));
            first = nodes.next()?;
            if first.as_rule() == Rule::stray_assign {
                first = nodes.next()?;
            }
        }
        let place = self.span(&first);
        let rule = first.as_rule();
        match (then, rule) {
            (None, Rule::amount) => self.missing_before(code::THEN, self.verb_span(&first), "`then` is missing before the action", "then"),
            (Some(then), Rule::keep | Rule::track | Rule::hold) => {
                let word = match rule {
                    Rule::keep => "keep",
                    Rule::track => "track",
                    _ => "hold",
                };
                self.report(
                    Diagnostic::new(code::THEN, then, format!("`{word}` stands without `then`"))
                        .note("it applies as long as the rule does, not once")
                        .fix(Fix::always("remove it", then.to(place.before()), "")),
                );
            }
            _ => {}
        }
        let kind = match rule {
            Rule::amount => self.amount(first)?,
            Rule::keep => {
                let mut parts = first.into_inner().filter(|node| matches!(node.as_rule(), Rule::range | Rule::node_word));
                let kept = self.range(parts.next()?);
                match parts.next() {
                    Some(word) => self.node_word(&word, kept.span),
                    None => self.nodes_missing(kept.span),
                }
                ClauseKind::Keep(Box::new(kept))
            }
            Rule::track => self.track(first)?,
            _ => {
                let held = first.into_inner().find(|node| node.as_rule() == Rule::held);
                ClauseKind::Hold(match held.map(|node| self.written(&node).0) {
                    Some("removals") => Hold::Removals,
                    Some(_) => Hold::Additions,
                    None => Hold::All,
                })
            }
        };
        Some(Clause { kind, span })
    }

    /// The verb that an amount begins with.
    fn verb_span(&self, node: &Node<'_>) -> Span {
        node.clone().into_inner().next().map_or_else(|| self.span(node), |verb| self.span(&verb))
    }

    /// The word after an amount: `nodes`, or what is meant by it.
    pub(super) fn node_word(&mut self, node: &Node<'_>, value: Span) {
        let (text, span) = self.written(node);
        if !matches!(text, "node" | "nodes") {
            let meant = if self.text(value) == "1" { "node" } else { "nodes" };
            self.rewrite(code::NODES_WORD, span, format!("amounts are counted in nodes, not in `{text}`"), meant);
        }
    }

    pub(super) fn nodes_missing(&mut self, value: Span) {
        let word = if self.text(value) == "1" { "node" } else { "nodes" };
        let fix = Fix::always(format!("write `{word}`"), value.after(), format!(" {word}"));
        self.report(Diagnostic::new(code::NODES_WORD, value, format!("`{word}` is missing after the amount")).fix(fix));
    }

    fn amount(&mut self, node: Node<'_>) -> Option<ClauseKind<'s>> {
        let mut nodes = node.into_inner();
        let verb = nodes.next()?;
        let (written, place) = self.written(&verb);
        let value = self.expr(nodes.next()?);
        match nodes.next() {
            Some(word) => self.node_word(&word, value.span),
            None => self.nodes_missing(value.span),
        }
        let scaled = verb.as_rule() == Rule::scale_verb;
        let meant = match written {
            "add" | "remove" | "set" => written,
            _ if written.contains("to") => "set",
            _ if written.contains("down") || written.contains("in") => "remove",
            _ => "add",
        };
        if scaled {
            self.rewrite(code::SCALE_VERB, place, format!("`{written}` is no action"), meant);
        }
        Some(match meant {
            "add" => ClauseKind::Add(value),
            "remove" => ClauseKind::Remove(value),
            _ => ClauseKind::Set(value),
        })
    }

    fn track(&mut self, node: Node<'_>) -> Option<ClauseKind<'s>> {
        let mut metric = None;
        let mut values = Vec::with_capacity(2);
        for node in node.into_inner() {
            match node.as_rule() {
                Rule::name => metric = Some(self.name(&node)),
                Rule::value => values.push(Box::new(self.value(node))),
                _ => {}
            }
        }
        let mut values = values.into_iter();
        Some(ClauseKind::Track { metric: metric?, target: values.next()?, within: values.next() })
    }
}
