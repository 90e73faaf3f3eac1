//! Metrics and constants.

use super::{Builder, Node, nearest};
use crate::diagnostic::codes::syntax as code;
use crate::diagnostic::{Diagnostic, Fix};
use crate::source::{Span, Spanned};
use crate::syntax::parser::grammar::Rule;
use crate::syntax::tree::{Expr, Let, Metric, Source, Unit, UnitMark, Word};

impl<'s> Builder<'s> {
    pub(in crate::syntax::parser) fn metric(&mut self, node: Node<'_>) -> Option<Metric<'s>> {
        let span = self.span(&node);
        let mut name = None;
        let mut unit = None;
        let mut colon = false;
        let mut metric =
            Metric { name: Spanned::new("", span), unit: None, source: None, empty_is: None, missing_after: None, span, broken: false };
        for node in node.into_inner() {
            match node.as_rule() {
                Rule::any_name => name = Some(self.defined(&node)),
                Rule::text if name.is_none() => name = Some(self.defined(&node)),
                Rule::colon => colon = true,
                Rule::unit => unit = self.unit(&node).map(|unit| UnitMark { unit, of_capacity: None }),
                Rule::of_capacity => {
                    let place = self.span(&node);
                    unit = unit.map(|mark| UnitMark { of_capacity: Some(place), ..mark });
                }
                Rule::assign => {
                    let place = self.span(&node);
                    self.defines(&node);
                    if let Some(name) = name.filter(|_| !colon) {
                        self.unit_missing(name.span, place);
                    }
                }
                Rule::prometheus | Rule::kubernetes | Rule::text | Rule::other_source => metric.source = self.metric_source(node),
                Rule::empty_is => {
                    let value = self.option(node, "is", "empty");
                    self.once(&mut metric.empty_is, value, "empty is");
                }
                Rule::missing_after => {
                    let value = self.option(node, "after", "missing");
                    self.once(&mut metric.missing_after, value, "missing after");
                }
                _ => {}
            }
        }
        metric.name = name?;
        metric.unit = unit;
        metric.broken = metric.unit.is_none() || metric.source.is_none();
        Some(metric)
    }

    /// Reports `:=`.
    fn defines(&mut self, node: &Node<'_>) {
        let (text, span) = self.written(node);
        if text != "=" {
            self.rewrite(code::STRAY_ASSIGN, span, format!("`{text}` defines nothing here"), "=");
        }
    }

    fn unit_missing(&mut self, name: Span, assign: Span) {
        let gap = Span { start: name.end, end: assign.start, ..name };
        self.report(
            Diagnostic::new(code::METRIC_UNIT, name, "this metric has no unit")
                .help(format!("write it after the name: `{} : percent = …`", self.text(name)))
                .note(format!("units are {}", super::word::listed(Unit::ALL.iter().map(|unit| unit.as_str()))))
                .fix(Fix::maybe("a share of 100, for one", gap, " : percent "))
                .fix(Fix::maybe("a count, for one", gap, " : count ")),
        );
    }

    fn unit(&mut self, node: &Node<'_>) -> Option<Spanned<Unit>> {
        let (text, span) = self.written(node);
        if let Some(unit) = Unit::parse(text) {
            return Some(Spanned::new(unit, span));
        }
        let meant = match text.to_ascii_lowercase().as_str() {
            "%" | "pct" | "percentage" | "ratio" => Some(Unit::Percent),
            "seconds" | "second" | "s" | "sec" | "ms" | "time" | "milliseconds" => Some(Unit::Duration),
            "byte" | "b" | "mib" | "gib" | "mb" | "gb" => Some(Unit::Bytes),
            "int" | "integer" | "counter" | "gauge" | "items" => Some(Unit::Count),
            "rps" | "qps" | "per-second" => Some(Unit::Rate),
            "usd" | "$" | "dollars" => Some(Unit::Money),
            "float" | "scalar" => Some(Unit::Number),
            _ => None,
        };
        let every = || Unit::ALL.iter().map(|unit| unit.as_str());
        let meant = meant.map(Word::as_str).or_else(|| nearest(text, every()));
        let mut found = Diagnostic::new(code::UNKNOWN_UNIT, span, format!("unknown unit `{text}`"))
            .note(format!("units are {}", super::word::listed(every())));
        if let Some(meant) = meant {
            found = found.fix(Fix::maybe(format!("write `{meant}`"), span, meant));
        }
        self.report(found);
        None
    }

    fn metric_source(&mut self, node: Node<'_>) -> Option<Source<'s>> {
        let span = self.span(&node);
        match node.as_rule() {
            Rule::prometheus => {
                let query = node.into_inner().find_map(|node| match node.as_rule() {
                    Rule::text => Some(self.text_of(&node)),
                    Rule::torn_text => Some(self.torn_text(&node)),
                    _ => None,
                })?;
                Some(Source::Prometheus { query, span })
            }
            Rule::kubernetes => {
                let name = node.into_inner().find(|node| node.as_rule() == Rule::name)?;
                Some(Source::Kubernetes { name: self.name(&name), span })
            }
            Rule::text => {
                let query = self.text_of(&node);
                self.missing_before(code::SOURCE, span, "this query has no source", "prometheus");
                Some(Source::Prometheus { query, span })
            }
            _ => {
                let word = node.into_inner().next()?;
                let (text, place) = self.written(&word);
                let mut found = Diagnostic::new(code::SOURCE, place, format!("unknown source `{text}`"))
                    .note("sources are ``prometheus `QUERY` `` and `kubernetes.NAME`");
                let prom =
                    matches!(text.to_ascii_lowercase().as_str(), "prom" | "promql" | "query" | "thanos" | "mimir" | "victoriametrics");
                if prom || nearest(text, std::iter::once("prometheus")).is_some() {
                    found = found.fix(Fix::maybe("write `prometheus`", place, "prometheus"));
                }
                self.report(found);
                None
            }
        }
    }

    /// `empty is VALUE` or `missing after D`; `word` may be missing after `first`.
    fn option(&mut self, node: Node<'_>, word: &str, first: &str) -> Option<Spanned<Expr<'s>>> {
        let span = self.span(&node);
        let mut read = false;
        let mut value = None;
        for node in node.into_inner() {
            match node.as_rule() {
                Rule::kw_is | Rule::kw_after => read = true,
                Rule::kw_for | Rule::assign => {
                    read = true;
                    let (text, place) = self.written(&node);
                    self.rewrite(code::MISSING_WORD, place, format!("`{first}` is followed by `{word}`, not by `{text}`"), word);
                }
                Rule::value => {
                    if !read {
                        let place = self.span(&node);
                        self.missing_before(code::MISSING_WORD, place, format!("`{first}` is followed by `{word}`"), word);
                    }
                    value = Some(self.value(node));
                }
                _ => {}
            }
        }
        value.map(|value| Spanned::new(value, span))
    }

    fn once(&mut self, slot: &mut Option<Box<Spanned<Expr<'s>>>>, value: Option<Spanned<Expr<'s>>>, what: &str) {
        let Some(value) = value else { return };
        if let Some(first) = slot {
            self.report(
                Diagnostic::new(code::TWICE, value.span, format!("`{what}` is given twice"))
                    .also(first.span, "given here first")
                    .fix(Fix::maybe("remove it", value.span, "")),
            );
        } else {
            *slot = Some(Box::new(value));
        }
    }

    pub(in crate::syntax::parser) fn constant(&mut self, node: Node<'_>) -> Option<Let<'s>> {
        let span = self.span(&node);
        let mut name = None;
        let mut value = None;
        let mut typed = None;
        for node in node.into_inner() {
            match node.as_rule() {
                Rule::any_name | Rule::text => name = Some(self.defined(&node)),
                Rule::colon | Rule::unit | Rule::of_capacity => {
                    let place = self.span(&node);
                    typed = Some(typed.map_or(place, |typed: Span| typed.to(place)));
                }
                Rule::assign => self.defines(&node),
                Rule::expr => value = Some(self.expr(node)),
                _ => {}
            }
        }
        let name = name?;
        if let Some(typed) = typed {
            let gap = Span { start: name.span.end, ..typed };
            self.report(
                Diagnostic::new(code::STRAY_ASSIGN, typed, "a constant has no unit of its own")
                    .note("its value carries one, as in `let limit = 70%`")
                    .fix(Fix::always("remove it", gap, "")),
            );
        }
        Some(Let { name, value, span })
    }
}
