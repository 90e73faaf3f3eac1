//! W0304: removals that do not look at pending pods.

use crate::check::lints::Subject;
use crate::check::lints::subject::{self, condition_span};
use crate::check::lints::visit;
use crate::diagnostic::codes::lint_dynamics::PENDING;
use crate::diagnostic::{Diagnostic, Fix};
use crate::rules::{Action, Condition, Fact, MetricId, Rule, Veto};
use crate::syntax::tree::{BinaryOp, ExprKind};

pub(super) fn check(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    let waiting = |metric: MetricId| is_pending(subject, metric);
    if subject.cluster.rules.iter().any(|rule| guards(rule, &waiting)) {
        return;
    }
    for (rule, text) in subject.rules() {
        if !matches!(rule.action, Action::Remove(_)) || visit::rule_names(rule, waiting) {
            continue;
        }
        let message = format!("the rule `{}` removes nodes without looking at pending pods", rule.name);
        let mut diagnostic = Diagnostic::new(PENDING, condition_span(text), message);
        diagnostic = match subject::condition(text) {
            Some(condition) if !is_or(&condition.expr.kind) => {
                diagnostic.fix(Fix::maybe("remove only while no pod waits", condition.expr.span.after(), " and pending-pods == 0"))
            }
            _ => diagnostic.help("remove only while no pod waits: `… and pending-pods == 0`"),
        };
        found.push(diagnostic);
    }
}

fn is_pending(subject: &Subject<'_>, metric: MetricId) -> bool {
    let fact = match metric {
        MetricId::Fact(fact) => Some(fact),
        MetricId::Declared(index) => subject.cluster.metrics.get(index).and_then(|metric| match metric.source {
            crate::rules::Source::Kubernetes(fact) => Some(fact),
            crate::rules::Source::Prometheus(_) => None,
        }),
    };
    matches!(fact, Some(Fact::PendingPods | Fact::PendingNodes))
}

fn is_or(kind: &ExprKind<'_>) -> bool {
    matches!(kind, ExprKind::Binary(binary) if binary.op.node == BinaryOp::Or)
}

/// Whether the rule stops removals as soon as pods wait: by a veto, or by an addition, which comes first.
fn guards(rule: &Rule, waiting: &impl Fn(MetricId) -> bool) -> bool {
    let Some(when) = &rule.when else { return false };
    let timeless = rule.during.is_empty() && rule.outside.is_empty();
    match rule.action {
        Action::Hold(Veto::Everything | Veto::Removals) => timeless && visit::names(when, waiting),
        Action::Add(_) => timeless && at_once(when, waiting),
        _ => false,
    }
}

fn at_once(condition: &Condition, waiting: &impl Fn(MetricId) -> bool) -> bool {
    match condition {
        Condition::Or(parts) => parts.iter().any(|part| at_once(part, waiting)),
        Condition::Compare { .. } => visit::names(condition, waiting),
        _ => false,
    }
}
