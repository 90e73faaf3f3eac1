//! Values that must be known beforehand: `let`, settings, durations, ranges.

use jiff::SignedDuration;

use crate::check::checker::Checker;
use crate::check::quantity::{self, is_plain};
use crate::check::scope::{Names, Resolved, Scope};
use crate::diagnostic::Diagnostic;
use crate::diagnostic::codes::{names as name_codes, units, values};
use crate::rules::{Expression, Number, Unit};
use crate::syntax::tree::{Expr, ExprKind, Range};

/// The largest cluster that rules may speak of: twice what Kubernetes itself supports.
pub(super) const MAX_NODES: u32 = 10_000;

/// The longest duration, ten years: sums of a few of them stay far inside what instants can count.
const MAX_DURATION: SignedDuration = SignedDuration::from_hours(3660 * 24);

/// Whether a duration may be none at all.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Length {
    Positive,
    OrZero,
}

impl Checker<'_> {
    /// Works out the constants of a scope, in the order in which they rest on each other.
    pub fn constants<'a>(&mut self, scope: &Scope<'a>, names: Names<'_, 'a>) {
        let mut on_path = vec![false; scope.constants.len()];
        for first in 0..scope.constants.len() {
            // An explicit stack: a chain of constants may be as long as the file.
            let mut path = vec![first];
            while let Some(&index) = path.last() {
                let (Some(constant), Some(cell)) = (scope.constants.get(index), scope.values.get(index)) else { break };
                if cell.get().is_some() {
                    path.pop();
                    if let Some(mark) = on_path.get_mut(index) {
                        *mark = false;
                    }
                    continue;
                }
                if let Some(mark) = on_path.get_mut(index) {
                    *mark = true;
                }
                let Some(value) = &constant.value else {
                    let _ = cell.set(None);
                    continue;
                };
                let mut pending = None;
                visit_names(value, &mut |name| {
                    if let Some(other) = scope.constant(name)
                        && scope.values.get(other).is_some_and(|cell| cell.get().is_none())
                    {
                        pending = pending.or(Some(other));
                    }
                });
                match pending {
                    Some(other) if on_path.get(other) == Some(&true) => {
                        let message = format!("the constant `{}` rests on itself", constant.name.node);
                        let mut diagnostic = Diagnostic::new(name_codes::CIRCULAR, constant.name.span, message);
                        for step in
                            path.iter().rev().skip(1).take_while(|step| **step != other).chain([&other]).filter(|step| **step != index)
                        {
                            if let Some(step) = scope.constants.get(*step) {
                                diagnostic = diagnostic.also(step.name.span, "by way of this");
                            }
                        }
                        self.report(diagnostic);
                        let _ = cell.set(None);
                    }
                    Some(other) => path.push(other),
                    None => {
                        let value = self.constant_value(names, value);
                        let _ = cell.set(value);
                    }
                }
            }
        }
    }

    /// A quantity that does not depend on any observation.
    fn constant_value(&mut self, names: Names<'_, '_>, expr: &Expr<'_>) -> Option<(Unit, Number)> {
        match self.quantity_of(names, expr)? {
            (unit, Expression::Literal(value)) => Some((unit, value)),
            _ => {
                self.report_observed(names, expr);
                None
            }
        }
    }

    /// Whether the expression names nothing that is observed.
    pub fn is_constant(&self, names: Names<'_, '_>, expr: &Expr<'_>) -> bool {
        observed(names, expr).is_none()
    }

    fn report_observed(&mut self, names: Names<'_, '_>, expr: &Expr<'_>) {
        let span = observed(names, expr).map_or(expr.span, |part| part.span);
        let message = format!("`{}` is observed, and a constant is meant here", self.quote(span));
        self.report(
            Diagnostic::new(units::NOT_CONSTANT, span, message)
                .label("only known when the rules are evaluated")
                .help("write a literal, or the name of a `let`"),
        );
    }

    /// A constant of one unit. `what` names its place: `` `budget` ``.
    pub fn constant(&mut self, names: Names<'_, '_>, expr: &Expr<'_>, expected: Unit, what: &str) -> Option<Number> {
        let (unit, value) = self.quantity_of(names, expr)?;
        if unit != expected && !(is_plain(unit) && is_plain(expected)) {
            let text = self.quote(expr.span);
            if unit == Unit::Number && self.is_constant(names, expr) {
                let message = format!("{what} is {}, and `{text}` has no unit", quantity::a(expected));
                let diagnostic =
                    Diagnostic::new(units::UNIT_MISSING, expr.span, message).label(format!("expected {}", quantity::a(expected)));
                let diagnostic = self.offer_unit(diagnostic, expr, expected);
                self.report(diagnostic);
            } else {
                let message = format!("{what} is {}, and `{text}` is {}", quantity::a(expected), quantity::a(unit));
                self.report(Diagnostic::new(units::WRONG_UNIT, expr.span, message).label(format!(
                    "expected {}, as in `{}`",
                    quantity::a(expected),
                    quantity::sample(expected)
                )));
            }
            return None;
        }
        match value {
            Expression::Literal(value) => Some(value),
            _ => {
                self.report_observed(names, expr);
                None
            }
        }
    }

    /// A constant duration of whole milliseconds.
    pub fn duration(&mut self, names: Names<'_, '_>, expr: &Expr<'_>, what: &str, length: Length) -> Option<SignedDuration> {
        let seconds = self.constant(names, expr, Unit::Duration, what)?;
        let milliseconds = seconds.multiply(&Number::integer(1000));
        let text = self.quote(expr.span);
        let wrong = if milliseconds.is_negative() {
            format!("{what} is a duration, and `{text}` is less than nothing")
        } else if length == Length::Positive && milliseconds.is_zero() {
            format!("{what} must be longer than `{text}`")
        } else if seconds > Number::integer(MAX_DURATION.as_secs()) {
            format!("{what} of `{text}` is longer than ten years")
        } else if let Some(milliseconds) = milliseconds.to_i64() {
            return Some(SignedDuration::from_millis(milliseconds));
        } else {
            format!("{what} of `{text}` is not a whole number of milliseconds")
        };
        self.error(values::OUT_OF_RANGE, expr.span, wrong);
        None
    }

    /// A constant whole number in `least..=most`.
    pub fn whole(&mut self, names: Names<'_, '_>, expr: &Expr<'_>, what: &str, least: u32, most: u32) -> Option<u32> {
        let value = self.constant(names, expr, Unit::Count, what)?;
        let text = self.quote(expr.span);
        if value.floor() != value {
            self.report(
                Diagnostic::new(values::NOT_WHOLE, expr.span, format!("{what} is a whole number, and `{text}` is not")).help(format!(
                    "write `{}` or `{}`",
                    value.floor(),
                    value.ceil()
                )),
            );
            return None;
        }
        if value < Number::from(least) || value > Number::from(most) {
            let message = format!("{what} is at least {least} and at most {most}, and `{text}` is not");
            self.error(values::OUT_OF_RANGE, expr.span, message);
            return None;
        }
        value.to_i64().and_then(|value| u32::try_from(value).ok())
    }

    /// A constant range of whole numbers.
    pub fn whole_range(&mut self, names: Names<'_, '_>, range: &Range<'_>, what: &str) -> Option<crate::rules::Bounds> {
        let lower = self.whole(names, &range.start, what, 0, MAX_NODES);
        let upper = self.whole(names, &range.end, what, 0, MAX_NODES);
        let (lower, upper) = (lower?, upper?);
        if lower > upper {
            self.report_order(range);
            return None;
        }
        Some(crate::rules::Bounds { lower, upper })
    }

    /// A constant percentage in `least..=most`, in percent points.
    pub fn percent(&mut self, names: Names<'_, '_>, expr: &Expr<'_>, what: &str, least: i64, most: i64) -> Option<Number> {
        let value = self.constant(names, expr, Unit::Percent, what)?;
        if value < Number::integer(least) || value > Number::integer(most) {
            let message = format!("{what} is at least {least}% and at most {most}%, and `{}` is not", self.quote(expr.span));
            self.error(values::OUT_OF_RANGE, expr.span, message);
            return None;
        }
        Some(value)
    }

    /// A constant price above nothing, in dollars per hour.
    pub fn price(&mut self, names: Names<'_, '_>, expr: &Expr<'_>, what: &str) -> Option<Number> {
        let value = self.constant(names, expr, Unit::Money, what)?;
        if value <= Number::ZERO {
            let message = format!("{what} of `{}` buys nothing", self.quote(expr.span));
            self.error(values::OUT_OF_RANGE, expr.span, message);
            return None;
        }
        Some(value)
    }
}

/// The first part that is observed: a metric's name, or a function over time.
fn observed<'e, 'x>(names: Names<'_, '_>, expr: &'e Expr<'x>) -> Option<&'e Expr<'x>> {
    match &expr.kind {
        ExprKind::Name(name) => matches!(names.resolve(name), Some(Resolved::Metric { .. })).then_some(expr),
        ExprKind::Binary(binary) => observed(names, &binary.left).or_else(|| observed(names, &binary.right)),
        ExprKind::Not(part) => observed(names, part),
        ExprKind::In(parts) => observed(names, &parts.0),
        ExprKind::Call(call) => call.args.iter().find_map(|arg| observed(names, arg)),
        ExprKind::Paren(inner) => observed(names, &inner.expr),
        ExprKind::Literal(_) | ExprKind::Error => None,
    }
}

fn visit_names<'x>(expr: &Expr<'x>, visit: &mut impl FnMut(&'x str)) {
    match &expr.kind {
        ExprKind::Name(name) => visit(name),
        ExprKind::Binary(binary) => {
            visit_names(&binary.left, visit);
            visit_names(&binary.right, visit);
        }
        ExprKind::Not(part) => visit_names(part, visit),
        ExprKind::In(parts) => {
            visit_names(&parts.0, visit);
            visit_names(&parts.1.start, visit);
            visit_names(&parts.1.end, visit);
        }
        ExprKind::Call(call) => call.args.iter().for_each(|arg| visit_names(arg, visit)),
        ExprKind::Paren(inner) => {
            visit_names(&inner.expr, visit);
            if let Some(sustain) = &inner.sustain {
                visit_names(sustain, visit);
            }
        }
        ExprKind::Literal(_) | ExprKind::Error => {}
    }
}
