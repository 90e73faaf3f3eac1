//! W0307: a lower bound of 0 that `rebound` can never reach.

use crate::check::lints::Subject;
use crate::check::lints::logic;
use crate::check::lints::subject::condition_span;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::codes::lint_dynamics::NEVER_EMPTY;
use crate::rules::{Action, Condition, Expression, MetricId, Number, Rule};
use crate::syntax::tree::SettingKind;

pub(super) fn check(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    let Some(setting) = subject.setting(|kind| matches!(kind, SettingKind::Nodes(_))) else { return };
    let removes = |rule: &Rule| matches!(rule.action, Action::Remove(_) | Action::Set(_) | Action::Track { .. });
    if subject.cluster.nodes.lower > 0 || !subject.cluster.rules.iter().any(removes) {
        return;
    }
    let blind = subject.rules().find(|(rule, _)| rule.during.is_empty() && rule.outside.is_empty() && asks(subject, rule));
    if let Some((rule, text)) = blind {
        let message = format!("the last node is never removed: without workers the rule `{}` would be unknown", rule.name);
        found.push(
            Diagnostic::new(NEVER_EMPTY, setting.span, message)
                .also(condition_span(text), "rests on the share of running workers' capacity")
                .help(format!(
                    "write a lower bound of 1, or `outside` a window in the rule `{}`, for when the cluster shall be empty",
                    rule.name
                )),
        );
    }
}

/// Whether the rule is unknown, and so asks for a node, once there is none.
fn asks(subject: &Subject<'_>, rule: &Rule) -> bool {
    let held = rule.when.as_ref().map_or(Some(true), |when| at_zero(subject, when));
    matches!((held, &rule.action), (None, _) | (Some(true), Action::Track { .. }))
}

/// Kleene's truth without workers; what is not known of other metrics is taken as false, so that nothing is reported
/// that need not be.
fn at_zero(subject: &Subject<'_>, condition: &Condition) -> Option<bool> {
    match condition {
        Condition::Compare { operator, left, right } => match (value(subject, left), value(subject, right)) {
            (Value::Known(left), Value::Known(right)) => Some(logic::holds(&left, *operator, &right)),
            (Value::Missing, _) | (_, Value::Missing) => None,
            _ => Some(false),
        },
        Condition::Within { value: subject_value, .. } => match value(subject, subject_value) {
            Value::Missing => None,
            _ => Some(false),
        },
        Condition::Not(inner) => at_zero(subject, inner).map(|held| !held),
        Condition::For { condition, .. } => at_zero(subject, condition),
        Condition::Missing(metric) => Some(subject.of_capacity(*metric)),
        Condition::And(parts) => kleene(parts.iter().map(|part| at_zero(subject, part)), false),
        Condition::Or(parts) => kleene(parts.iter().map(|part| at_zero(subject, part)), true),
    }
}

/// `decisive` in one part decides; else an unknown part leaves it unknown.
fn kleene(parts: impl Iterator<Item = Option<bool>>, decisive: bool) -> Option<bool> {
    let mut unknown = false;
    for part in parts {
        match part {
            Some(held) if held == decisive => return Some(decisive),
            Some(_) => {}
            None => unknown = true,
        }
    }
    if unknown { None } else { Some(!decisive) }
}

enum Value {
    Known(Number),
    Missing,
    Other,
}

fn value(subject: &Subject<'_>, expression: &Expression) -> Value {
    match expression {
        Expression::Literal(number) => Value::Known(number.clone()),
        Expression::Metric(metric)
        | Expression::Aggregate { metric, .. }
        | Expression::Ago { metric, .. }
        | Expression::Forecast { metric, .. } => match metric {
            MetricId::Fact(_) => Value::Known(Number::ZERO),
            declared if subject.of_capacity(*declared) => Value::Missing,
            MetricId::Declared(_) => Value::Other,
        },
        Expression::Negate(inner) | Expression::Absolute(inner) | Expression::Round { value: inner, .. } => match value(subject, inner) {
            Value::Missing => Value::Missing,
            _ => Value::Other,
        },
        Expression::Binary { left, right, .. } => match (value(subject, left), value(subject, right)) {
            (Value::Missing, _) | (_, Value::Missing) => Value::Missing,
            _ => Value::Other,
        },
    }
}
