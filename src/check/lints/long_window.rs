//! W0306: relative rules whose window is much longer than their cooldown.

use jiff::SignedDuration;

use crate::check::lints::subject::condition_span;
use crate::check::lints::visit;
use crate::check::lints::{Looked, Subject};
use crate::check::quantity::show_duration;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::codes::lint_dynamics::LONG_WINDOW;
use crate::rules::{Action, Condition, Fact, MetricId, Rule};

/// How many cooldowns a window may span.
const MUCH: i32 = 3;

pub(super) fn check(subject: &Subject<'_>, looked: &Looked<'_>, found: &mut Vec<Diagnostic>) {
    let cluster = subject.cluster;
    let Looked { rule, text, .. } = looked;
    let general = match rule.action {
        Action::Add(_) if rule.urgent => SignedDuration::ZERO,
        Action::Add(_) => cluster.cooldown.up,
        Action::Remove(_) => cluster.cooldown.down,
        _ => return,
    };
    // What it must wait for anyway: the cooldowns, and until the change has taken effect.
    let waits = general.max(rule.cooldown.unwrap_or(SignedDuration::ZERO)).max(cluster.capacity.join);
    let window = longest(rule);
    if window > waits.saturating_mul(MUCH) {
        let (window, waits) = (show_duration(window), show_duration(waits));
        let message = format!("the rule `{}` is silent for {window} after each change, though it may act again after {waits}", rule.name);
        found.push(
            Diagnostic::new(LONG_WINDOW, condition_span(text), message)
                .note("after a change a relative rule must fire on samples that were taken since")
                .help("shorten the window, or propose a count, by `set` or `track`"),
        );
    }
}

/// The longest window over samples that a change unsettles.
fn longest(rule: &Rule) -> SignedDuration {
    let mut longest = SignedDuration::ZERO;
    let unsettled = |metric: MetricId| !matches!(metric, MetricId::Fact(fact) if fact != Fact::PendingPods);
    let Some(when) = &rule.when else { return longest };
    visit::condition_expressions(when, &mut |part| {
        if let Some((metric, window)) = visit::metric(part)
            && unsettled(metric)
        {
            longest = longest.max(window);
        }
    });
    visit::conditions(when, &mut |part| {
        if let Condition::For { condition, over } = part
            && visit::names(condition, unsettled)
        {
            longest = longest.max(*over);
        }
    });
    longest
}
