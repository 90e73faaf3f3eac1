use jiff::SignedDuration;

use crate::rules::{Action, Amount, Condition, Expression, MetricId, Rule};

/// Every metric that a condition names, with whether its window must be covered: for `missing(m)` it need not.
pub(super) fn metrics_in(condition: &Condition, found: &mut dyn FnMut(MetricId, bool)) {
    match condition {
        Condition::Missing(metric) => found(*metric, false),
        Condition::Not(inner) | Condition::For { condition: inner, .. } => metrics_in(inner, found),
        Condition::And(parts) | Condition::Or(parts) => parts.iter().for_each(|part| metrics_in(part, found)),
        Condition::Compare { left, right, .. } => [left, right].into_iter().for_each(|term| metrics_of(term, found)),
        Condition::Within { value, low, high } => [value, &**low, &**high].into_iter().for_each(|term| metrics_of(term, found)),
    }
}

fn metrics_of(expression: &Expression, found: &mut dyn FnMut(MetricId, bool)) {
    each_leaf(expression, &mut |leaf| match leaf {
        Expression::Metric(metric)
        | Expression::Aggregate { metric, .. }
        | Expression::Ago { metric, .. }
        | Expression::Forecast { metric, .. } => found(*metric, true),
        _ => {}
    });
}

/// Every forecast that an expression names, with how far ahead it looks.
pub(super) fn forecasts_in(expression: &Expression, found: &mut dyn FnMut(MetricId, SignedDuration)) {
    each_leaf(expression, &mut |leaf| {
        if let Expression::Forecast { metric, ahead } = leaf {
            found(*metric, *ahead);
        }
    });
}

/// Whether anything in the rule rests on a forecast.
pub(super) fn names_forecast(rule: &Rule) -> bool {
    let mut names = false;
    each_leaf_of(rule, &mut |leaf, _| names |= matches!(leaf, Expression::Forecast { .. }));
    names
}

/// Every leaf of the expressions of a rule's condition and amount, with how far back the `for`s around it reach.
pub(super) fn each_leaf_of(rule: &Rule, found: &mut dyn FnMut(&Expression, SignedDuration)) {
    if let Some(condition) = &rule.when {
        each_leaf_in(condition, SignedDuration::ZERO, found);
    }
    if let Action::Add(Amount::Nodes(amount)) | Action::Remove(Amount::Nodes(amount)) | Action::Set(amount) = &rule.action {
        each_leaf(amount, &mut |leaf| found(leaf, SignedDuration::ZERO));
    }
}

fn each_leaf_in(condition: &Condition, back: SignedDuration, found: &mut dyn FnMut(&Expression, SignedDuration)) {
    let mut term = |term: &Expression| each_leaf(term, &mut |leaf| found(leaf, back));
    match condition {
        Condition::Missing(_) => {}
        Condition::Compare { left, right, .. } => [left, right].into_iter().for_each(&mut term),
        Condition::Within { value, low, high } => [value, &**low, &**high].into_iter().for_each(&mut term),
        Condition::Not(inner) => each_leaf_in(inner, back, found),
        Condition::For { condition, over } => each_leaf_in(condition, back.saturating_add(*over), found),
        Condition::And(parts) | Condition::Or(parts) => parts.iter().for_each(|part| each_leaf_in(part, back, found)),
    }
}

fn each_leaf(expression: &Expression, found: &mut dyn FnMut(&Expression)) {
    match expression {
        Expression::Negate(inner) | Expression::Absolute(inner) | Expression::Round { value: inner, .. } => each_leaf(inner, found),
        Expression::Binary { left, right, .. } => {
            each_leaf(left, found);
            each_leaf(right, found);
        }
        leaf => found(leaf),
    }
}
