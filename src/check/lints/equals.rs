//! W0209: `==` and `!=` with measured values.

use crate::check::lints::subject::condition_span;
use crate::check::lints::visit;
use crate::check::lints::{Looked, Subject};
use crate::diagnostic::Diagnostic;
use crate::diagnostic::codes::lint_rules::EQUALS;
use crate::rules::{Aggregate, Comparison, Condition, Expression, MetricId, Unit};

pub(super) fn check(subject: &Subject<'_>, looked: &Looked<'_>, found: &mut Vec<Diagnostic>) {
    let Looked { rule, text, .. } = looked;
    let mut measured = None;
    rule.when.iter().for_each(|when| {
        visit::conditions(when, &mut |part| {
            if let Condition::Compare { operator: operator @ (Comparison::Equal | Comparison::NotEqual), left, right } = part {
                for side in [left, right] {
                    if let Some(metric) = of_measurement(subject, side) {
                        measured = measured.or(Some((metric, *operator)));
                    }
                }
            }
        });
    });
    if let Some((metric, operator)) = measured {
        let (sign, truth) = if operator == Comparison::Equal { ("==", "hardly ever true") } else { ("!=", "nearly always true") };
        let message = format!("`{}` is measured, so `{sign}` is {truth}", subject.metric_name(metric));
        found.push(Diagnostic::new(EQUALS, condition_span(text), message).help("compare with `<`, `>` or `in`"));
    }
}

/// The metric, where the expression is what a measurement yields and no count.
fn of_measurement(subject: &Subject<'_>, expression: &Expression) -> Option<MetricId> {
    let (metric, _) = visit::metric(expression)?;
    let MetricId::Declared(index) = metric else { return None };
    let counts = subject.cluster.metrics.get(index).is_some_and(|metric| metric.unit == Unit::Count);
    let whole =
        !matches!(expression, Expression::Aggregate { function: Aggregate::Average | Aggregate::Slope, .. } | Expression::Forecast { .. });
    (!(counts && whole)).then_some(metric)
}
