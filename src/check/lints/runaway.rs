//! W0303: urgent additions that more nodes need not end.

use crate::check::lints::subject::condition_span;
use crate::check::lints::visit;
use crate::check::lints::{Looked, Subject};
use crate::diagnostic::Diagnostic;
use crate::diagnostic::codes::lint_dynamics::RUNAWAY;
use crate::rules::{Action, Condition, Fact, MetricId};

pub(super) fn check(subject: &Subject<'_>, looked: &Looked<'_>, found: &mut Vec<Diagnostic>) {
    let Looked { rule, text, .. } = looked;
    let Action::Add(_) = rule.action else { return };
    let falls = |metric: MetricId| metric == MetricId::Fact(Fact::PendingNodes) || subject.of_capacity(metric);
    let mut measured = false;
    visit::amount(rule).into_iter().for_each(|amount| {
        visit::expressions(amount, &mut |part| measured |= *part == crate::rules::Expression::Metric(MetricId::Fact(Fact::PendingNodes)));
    });
    if !rule.urgent || measured || rule.when.as_ref().is_some_and(|when| ends(when, &falls)) {
        return;
    }
    let message = format!("the rule `{}` is urgent, and adding nodes need not end its condition", rule.name);
    found.push(
        Diagnostic::new(RUNAWAY, condition_span(text), message)
            .help("ask for `pending-nodes nodes`, which counts launches, add a share of capacity to the condition, or leave out `urgent`"),
    );
}

/// Whether the condition ends as nodes are added, whichever way it came to be true.
fn ends(condition: &Condition, falls: &impl Fn(MetricId) -> bool) -> bool {
    match condition {
        Condition::And(parts) => parts.iter().any(|part| ends(part, falls)),
        Condition::Or(parts) => parts.iter().all(|part| ends(part, falls)),
        Condition::For { condition, .. } => ends(condition, falls),
        Condition::Compare { .. } | Condition::Within { .. } => visit::names(condition, falls),
        Condition::Not(_) | Condition::Missing(_) => false,
    }
}
