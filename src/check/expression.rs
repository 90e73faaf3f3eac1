//! Expressions: what each part is, a quantity of a unit or a condition, with constants folded in.

use crate::check::checker::Checker;
use crate::check::quantity;
use crate::check::scope::{Names, Resolved};
use crate::diagnostic::Diagnostic;
use crate::diagnostic::codes::{names as name_codes, units};
use crate::rules::{Condition, Expression, Fact, Unit};
use crate::source::Span;
use crate::syntax::tree::{BinaryOp, Expr, ExprKind};

/// What an expression is.
pub(super) enum Typed {
    Quantity(Unit, Expression),
    Condition(Condition),
    /// It has been reported: nothing that rests on it is reported again.
    Wrong,
}

impl Checker<'_> {
    pub fn expression(&mut self, names: Names<'_, '_>, expr: &Expr<'_>) -> Typed {
        match &expr.kind {
            ExprKind::Literal(literal) => {
                let (unit, value) = quantity::literal(literal);
                Typed::Quantity(unit, Expression::Literal(value))
            }
            ExprKind::Name(name) => self.name(names, name, expr.span),
            ExprKind::Binary(binary) if binary.op.node.is_comparison() => self.comparison(names, binary),
            ExprKind::Binary(binary) if matches!(binary.op.node, BinaryOp::And | BinaryOp::Or) => self.junction(names, binary),
            ExprKind::Binary(binary) => self.arithmetic(names, binary),
            ExprKind::Not(part) => match self.condition_of(names, part) {
                Some(condition) => Typed::Condition(Condition::Not(Box::new(condition))),
                None => Typed::Wrong,
            },
            ExprKind::In(parts) => self.within(names, &parts.0, &parts.1),
            ExprKind::Call(call) => self.call(names, call),
            ExprKind::Paren(inner) if inner.sustain.is_none() => self.expression(names, &inner.expr),
            ExprKind::Paren(inner) => self.condition(names, inner).map_or(Typed::Wrong, Typed::Condition),
            ExprKind::Error => Typed::Wrong,
        }
    }

    /// A part that must be a quantity.
    pub fn quantity_of(&mut self, names: Names<'_, '_>, expr: &Expr<'_>) -> Option<(Unit, Expression)> {
        match self.expression(names, expr) {
            Typed::Quantity(unit, value) => Some((unit, value)),
            Typed::Condition(_) => {
                let message = format!("`{}` is a condition, and a quantity is meant here", self.quote(expr.span));
                self.report(
                    Diagnostic::new(units::QUANTITY_EXPECTED, expr.span, message)
                        .label("true or false")
                        .help("conditions are joined by `and` and `or`; they cannot be calculated with or compared"),
                );
                None
            }
            Typed::Wrong => None,
        }
    }

    fn name(&mut self, names: Names<'_, '_>, name: &str, span: Span) -> Typed {
        match names.resolve(name) {
            Some(Resolved::Metric { id, unit: Some(unit), .. }) => Typed::Quantity(unit, Expression::Metric(id)),
            Some(Resolved::Constant(Some((unit, value)))) => Typed::Quantity(unit, Expression::Literal(value)),
            Some(Resolved::Metric { unit: None, .. } | Resolved::Constant(None)) => Typed::Wrong,
            Some(other) => {
                let message = format!("`{name}` is {}, and a quantity is meant here", other.kind());
                let diagnostic = Diagnostic::new(name_codes::WRONG_KIND, span, message);
                self.report(match other {
                    Resolved::Window(_) => {
                        diagnostic.help(format!("to restrict a rule to the window, write `during {name}` before `when`"))
                    }
                    _ => diagnostic.help("rules rest on metrics and constants, never on each other"),
                });
                Typed::Wrong
            }
            None => {
                let mut known: Vec<&str> = names.metrics().map(|metric| metric.name.node).collect();
                known.extend(names.constants().map(|constant| constant.name.node));
                known.extend(Fact::ALL.map(Fact::name));
                match meant(names, name) {
                    Some((help, meant)) => self.report(
                        Diagnostic::new(name_codes::UNKNOWN_NAME, span, format!("no metric or constant is named `{name}`"))
                            .help(help)
                            .fix(crate::diagnostic::Fix::maybe(format!("write `{meant}`"), span, meant)),
                    ),
                    None => self.unknown_name("metric or constant", name, span, known.into_iter()),
                }
                Typed::Wrong
            }
        }
    }

    /// Reports a name that nothing in reach declares.
    pub fn unknown_name<'n>(&mut self, kind: &str, name: &str, span: Span, known: impl Iterator<Item = &'n str>) {
        let diagnostic = Diagnostic::new(name_codes::UNKNOWN_NAME, span, format!("no {kind} is named `{name}`"));
        let diagnostic = self.suggest(diagnostic, name, span, known);
        self.report(diagnostic);
    }

    /// Adds "did you mean" where a known name is near enough.
    pub fn suggest<'n>(&mut self, diagnostic: Diagnostic, name: &str, span: Span, known: impl Iterator<Item = &'n str>) -> Diagnostic {
        match self.nearest(name, known) {
            Some(near) => {
                diagnostic.help(format!("did you mean `{near}`?")).fix(crate::diagnostic::Fix::maybe(format!("write `{near}`"), span, near))
            }
            None => diagnostic,
        }
    }
}

/// What an unknown name was meant to be, where it is no name at all: a difference without spaces, or a number in words.
fn meant(names: Names<'_, '_>, name: &str) -> Option<(&'static str, String)> {
    let words = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"];
    if let Some(number) = words.iter().position(|word| *word == name) {
        return Some(("numbers are written in digits", (number + 1).to_string()));
    }
    let dashes = name.match_indices('-').map(|(at, _)| at);
    let (left, right) = dashes.filter_map(|at| Some((name.get(..at)?, name.get(at + 1..)?))).find(|(left, right)| {
        let number = right.starts_with(|first: char| first.is_ascii_digit());
        !left.is_empty() && names.resolve(left).is_some() && (number || names.resolve(right).is_some())
    })?;
    Some(("a minus has white space on both sides: names may hold `-`", format!("{left} - {right}")))
}
