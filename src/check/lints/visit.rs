//! Walks through checked conditions and amounts.

use jiff::SignedDuration;

use crate::rules::{Action, Amount, Condition, Expression, MetricId, Rule};

/// Calls `visit` with every condition in it, outermost first.
pub(super) fn conditions<'c>(condition: &'c Condition, visit: &mut impl FnMut(&'c Condition)) {
    visit(condition);
    match condition {
        Condition::Not(inner) | Condition::For { condition: inner, .. } => conditions(inner, visit),
        Condition::And(parts) | Condition::Or(parts) => parts.iter().for_each(|part| conditions(part, visit)),
        Condition::Compare { .. } | Condition::Within { .. } | Condition::Missing(_) => {}
    }
}

/// Calls `visit` with every expression in it, outermost first.
pub(super) fn expressions<'e>(expression: &'e Expression, visit: &mut impl FnMut(&'e Expression)) {
    visit(expression);
    match expression {
        Expression::Negate(inner) | Expression::Absolute(inner) | Expression::Round { value: inner, .. } => expressions(inner, visit),
        Expression::Binary { left, right, .. } => {
            expressions(left, visit);
            expressions(right, visit);
        }
        _ => {}
    }
}

/// Calls `visit` with every expression of the condition.
pub(super) fn condition_expressions<'c>(condition: &'c Condition, visit: &mut impl FnMut(&'c Expression)) {
    conditions(condition, &mut |part| match part {
        Condition::Compare { left, right, .. } => {
            expressions(left, visit);
            expressions(right, visit);
        }
        Condition::Within { value, low, high } => {
            expressions(value, visit);
            expressions(low, visit);
            expressions(high, visit);
        }
        _ => {}
    });
}

/// The metric that an expression names itself, with the window over which it looks at it.
pub(super) fn metric(expression: &Expression) -> Option<(MetricId, SignedDuration)> {
    match expression {
        Expression::Metric(metric) | Expression::Forecast { metric, .. } => Some((*metric, SignedDuration::ZERO)),
        Expression::Aggregate { metric, over, .. } => Some((*metric, *over)),
        Expression::Ago { metric, by } => Some((*metric, *by)),
        _ => None,
    }
}

/// Whether the condition names a metric of which `wanted` is true, in a comparison or by `missing`.
pub(super) fn names(condition: &Condition, mut wanted: impl FnMut(MetricId) -> bool) -> bool {
    let mut found = false;
    condition_expressions(condition, &mut |part| found |= metric(part).is_some_and(|(metric, _)| wanted(metric)));
    conditions(condition, &mut |part| {
        if let Condition::Missing(metric) = part {
            found |= wanted(*metric);
        }
    });
    found
}

/// The amount's expression, where it is one.
pub(super) const fn amount(rule: &Rule) -> Option<&Expression> {
    match &rule.action {
        Action::Add(Amount::Nodes(value)) | Action::Remove(Amount::Nodes(value)) | Action::Set(value) => Some(value),
        _ => None,
    }
}

/// Whether the rule names a metric of which `wanted` is true, in its condition, its amount or as what it tracks.
pub(super) fn rule_names(rule: &Rule, wanted: impl Fn(MetricId) -> bool) -> bool {
    if let Action::Track { metric, .. } = &rule.action
        && wanted(*metric)
    {
        return true;
    }
    let mut found = rule.when.as_ref().is_some_and(|when| names(when, &wanted));
    if let Some(value) = amount(rule) {
        expressions(value, &mut |part| found |= metric(part).is_some_and(|(metric, _)| wanted(metric)));
    }
    found
}
