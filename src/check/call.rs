//! Functions: over time, of numbers, and `missing`.

use crate::check::checker::Checker;
use crate::check::constant::Length;
use crate::check::expression::Typed;
use crate::check::scope::{Names, Resolved};
use crate::diagnostic::Diagnostic;
use crate::diagnostic::codes::units;
use crate::rules::{Aggregate, Condition, Expression, MetricId, Rounding, Unit};
use crate::syntax::tree::{Call, Expr, ExprKind, Function, Word};

impl Checker<'_> {
    pub fn call(&mut self, names: Names<'_, '_>, call: &Call<'_>) -> Typed {
        let function = call.function.node;
        match (function, call.args.as_slice()) {
            (Function::Missing, [metric]) => {
                self.metric_argument(names, function, metric).map_or(Typed::Wrong, |(id, _)| Typed::Condition(Condition::Missing(id)))
            }
            (Function::Ceil | Function::Floor | Function::Round | Function::Abs, [value]) => {
                self.quantity_of(names, value).map_or(Typed::Wrong, |(unit, value)| Typed::Quantity(unit, rounded(function, value)))
            }
            (Function::Missing | Function::Ceil | Function::Floor | Function::Round | Function::Abs, args) => {
                self.report_arguments(call, 1, args.len())
            }
            (Function::Min | Function::Max, [one, other]) if self.is_metric(names, one) && self.is_metric(names, other) => {
                self.report_two_metrics(call, one, other)
            }
            (_, [metric, length]) => {
                let metric = self.metric_argument(names, function, metric);
                let what = format!("the time in `{}(m, D)`", function.as_str());
                let length = self.duration(names, length, &what, Length::Positive);
                match (metric, length) {
                    (Some((metric, unit)), Some(length)) => Typed::Quantity(unit, over_time(function, metric, length)),
                    _ => Typed::Wrong,
                }
            }
            (_, args) => self.report_arguments(call, 2, args.len()),
        }
    }

    fn is_metric(&self, names: Names<'_, '_>, expr: &Expr<'_>) -> bool {
        matches!(&expr.kind, ExprKind::Name(name) if matches!(names.resolve(name), Some(Resolved::Metric { .. })))
    }

    /// `max(cpu, memory)`: the larger of two, which spreadsheets have.
    fn report_two_metrics(&mut self, call: &Call<'_>, one: &Expr<'_>, other: &Expr<'_>) -> Typed {
        let name = call.function.node.as_str();
        let (first, second) = (self.quote(one.span), self.quote(other.span));
        let join = if call.function.node == Function::Max { "or" } else { "and" };
        self.report(
            Diagnostic::new(
                units::WRONG_UNIT,
                other.span,
                format!("`{name}` looks at one metric over a time, and `{second}` is no duration"),
            )
            .label("expected a duration, as in `5m`")
            .help(format!("to look at both, compare each: `{first} > 70% {join} {second} > 70%`")),
        );
        Typed::Wrong
    }

    fn report_arguments(&mut self, call: &Call<'_>, wanted: usize, found: usize) -> Typed {
        let name = call.function.node.as_str();
        let message = format!("`{name}` takes {wanted} argument{}, not {found}", if wanted == 1 { "" } else { "s" });
        let form = match call.function.node {
            Function::Missing => format!("write `{name}(m)`, with a metric's name"),
            Function::Ceil | Function::Floor | Function::Round | Function::Abs => format!("write `{name}(x)`"),
            _ => format!("write `{name}(m, D)`, with a metric's name and a duration such as `5m`"),
        };
        let span = call.args.iter().fold(call.function.span, |span, arg| span.to(arg.span));
        self.report(Diagnostic::new(units::ARGUMENTS, span, message).help(form));
        Typed::Wrong
    }

    /// An argument that must be a metric's name.
    fn metric_argument(&mut self, names: Names<'_, '_>, function: Function, argument: &Expr<'_>) -> Option<(MetricId, Unit)> {
        if let ExprKind::Name(name) = &argument.kind
            && let Some(Resolved::Metric { id, unit, .. }) = names.resolve(name)
        {
            return Some((id, unit?));
        }
        // Its own mistakes come first.
        let before = self.diagnostics.len();
        self.quantity_of(names, argument)?;
        if self.diagnostics.len() == before {
            let name = function.as_str();
            let message = format!("`{name}` takes the name of a metric, not `{}`", self.quote(argument.span));
            self.report(
                Diagnostic::new(units::METRIC_EXPECTED, argument.span, message)
                    .label("no metric's name")
                    .help(format!("only metrics have samples to look back on: apply `{name}` to a metric and calculate with the result")),
            );
        }
        None
    }
}

fn rounded(function: Function, value: Expression) -> Expression {
    if let Expression::Literal(number) = &value {
        return Expression::Literal(match function {
            Function::Ceil => number.ceil(),
            Function::Floor => number.floor(),
            Function::Round => number.round(),
            _ => number.absolute(),
        });
    }
    let value = Box::new(value);
    match function {
        Function::Ceil => Expression::Round { how: Rounding::Ceil, value },
        Function::Floor => Expression::Round { how: Rounding::Floor, value },
        Function::Round => Expression::Round { how: Rounding::Round, value },
        _ => Expression::Absolute(value),
    }
}

fn over_time(function: Function, metric: MetricId, length: jiff::SignedDuration) -> Expression {
    let aggregate = |function| Expression::Aggregate { function, metric, over: length };
    match function {
        Function::Ago => Expression::Ago { metric, by: length },
        Function::Forecast => Expression::Forecast { metric, ahead: length },
        Function::Min => aggregate(Aggregate::Minimum),
        Function::Max => aggregate(Aggregate::Maximum),
        Function::P50 => aggregate(Aggregate::P50),
        Function::P90 => aggregate(Aggregate::P90),
        Function::P95 => aggregate(Aggregate::P95),
        Function::P99 => aggregate(Aggregate::P99),
        Function::Delta => aggregate(Aggregate::Delta),
        Function::Slope => aggregate(Aggregate::Slope),
        _ => aggregate(Aggregate::Average),
    }
}
