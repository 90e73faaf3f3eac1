use jiff::{SignedDuration, Timestamp};

use crate::decide::evaluate::{Forecasts, Scope};
use crate::decide::named::names_forecast;
use crate::decide::seen::{Seen, missing_after_by_evaluations};
use crate::decide::{Input, Truth, Verdict};
use crate::rules::{Action, Amount, Expression, Fact, MetricId, Number, Rule};

/// What one rule comes to at this evaluation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Judged {
    pub verdict: Verdict,
    /// The count it proposes; `None`: nothing.
    pub proposal: Option<u32>,
    /// What a `track` came to, before it is held to what it proposed throughout `cooldown down`.
    pub tracked: Option<u32>,
}

const fn nothing(verdict: Verdict) -> Judged {
    Judged { verdict, proposal: None, tracked: None }
}

/// Judges rules on one evaluation.
#[derive(Clone, Copy)]
pub(super) struct Judge<'w> {
    pub input: &'w Input<'w>,
    pub seen: &'w Seen<'w>,
}

impl Judge<'_> {
    /// The verdict now, on all samples.
    pub fn judge(self, rule: &Rule) -> Judged {
        let nodes = self.nodes();
        let judged = self.on(rule, nodes, Scope::now(self.seen));
        match (judged.proposal, nodes) {
            // A forecast can add, never remove: a removal must stand without it.
            (Some(proposal), Some(nodes)) if proposal < nodes && names_forecast(rule) => {
                let without = self.on(rule, Some(nodes), Scope::now(self.seen).with_forecasts(Forecasts::Unknown));
                Judged { proposal: without.proposal.filter(|count| *count < nodes), ..judged }
            }
            _ => judged,
        }
    }

    /// Whether a fired rule would still fire without any forecast.
    pub fn fires_without_forecasts(self, rule: &Rule) -> bool {
        !names_forecast(rule)
            || self.on(rule, self.nodes(), Scope::now(self.seen).with_forecasts(Forecasts::Unknown)).verdict == Verdict::Fired
    }

    /// Whether an unknown rule is so for `blind`: a comparison with a forecast that is not to be had yet is false there.
    pub fn blinds(self, rule: &Rule) -> bool {
        !names_forecast(rule)
            || self.on(rule, self.nodes(), Scope::now(self.seen).with_forecasts(Forecasts::FalseUntilKnown)).verdict == Verdict::Unknown
    }

    /// Whether a relative proposal also fires on settled samples alone.
    pub fn is_settled(self, rule: &Rule, proposal: u32) -> bool {
        if self.input.memory.last_change.is_none() {
            return true;
        }
        let removes = self.nodes().is_some_and(|nodes| proposal < nodes);
        let forecasts = if removes { Forecasts::Unknown } else { Forecasts::Expected };
        self.on(rule, self.nodes(), Scope::now(self.seen).on_settled_samples().with_forecasts(forecasts)).proposal.is_some()
    }

    pub fn nodes(self) -> Option<u32> {
        self.input.observed.counts.nodes()
    }

    /// The verdict in another world, where there are that many `nodes`.
    pub fn on(self, rule: &Rule, nodes: Option<u32>, scope: Scope<'_>) -> Judged {
        if !self.applies(rule) {
            return nothing(Verdict::Idle);
        }
        match rule.when.as_ref().map_or(Truth::True, |condition| scope.truth(condition)) {
            Truth::False => nothing(Verdict::Idle),
            Truth::Unknown => nothing(Verdict::Unknown),
            Truth::True => self.propose(rule, nodes, scope).unwrap_or(nothing(Verdict::Unknown)),
        }
    }

    /// Whether all its windows let the rule apply now.
    pub fn applies(self, rule: &Rule) -> bool {
        rule.during.iter().all(|timing| self.seen.is_open(*timing)) && !rule.outside.iter().any(|timing| self.seen.is_open(*timing))
    }

    /// What a fired rule proposes; `None`: its amount is unknown.
    fn propose(self, rule: &Rule, nodes: Option<u32>, scope: Scope<'_>) -> Option<Judged> {
        let fired = nothing(Verdict::Fired);
        let proposing = |nodes: u32, count: u32| Judged { proposal: Some(count).filter(|count| *count != nodes), ..fired };
        Some(match &rule.action {
            Action::Keep(_) | Action::Hold(_) => fired,
            Action::Add(amount) => {
                let nodes = nodes?;
                let added = count(&self.amount(amount, nodes, scope)?.ceil());
                proposing(nodes, nodes.saturating_add(added))
            }
            Action::Remove(amount) => {
                let nodes = nodes?;
                let removed = count(&self.amount(amount, nodes, scope)?.floor());
                proposing(nodes, nodes.saturating_sub(removed))
            }
            Action::Set(wanted) => proposing(nodes?, count(&scope.quantity(wanted)?.ceil())),
            Action::Track { metric, at, within } => {
                let nodes = nodes?;
                let tracked = tracked(*metric, at, within, nodes, scope)?;
                let proposal = match tracked {
                    // What it held to in the past may be more than there is now: that is no reason to add.
                    _ if tracked < nodes => self.throughout_cooldown(rule, tracked).filter(|count| *count < nodes),
                    _ => Some(tracked).filter(|count| *count > nodes),
                };
                Judged { proposal, tracked: Some(tracked), ..fired }
            }
        })
    }

    fn amount(self, amount: &Amount, nodes: u32, scope: Scope<'_>) -> Option<Number> {
        match amount {
            Amount::Nodes(expression) => scope.quantity(expression),
            Amount::Percent(percent) => Number::from(nodes).multiply(percent).divide(&Number::integer(100)),
        }
    }

    /// The largest proposal of a `track` at the evaluations of the closed span of `cooldown down`; `None` where the span
    /// is not covered, or the rule was idle or unknown in it.
    fn throughout_cooldown(self, rule: &Rule, tracked: u32) -> Option<u32> {
        let now = self.seen.now;
        let span: SignedDuration = self.input.cluster.cooldown.down;
        let from = now.saturating_sub(span).unwrap_or(Timestamp::MIN);
        let reach = missing_after_by_evaluations(self.input.cluster);
        let (mut largest, mut next) = (tracked, now);
        for record in self.input.memory.records.iter().rev().skip_while(|record| record.at >= now) {
            if next <= from {
                break;
            }
            if next.duration_since(record.at) > reach {
                return None;
            }
            let proposed = *record.tracked.get(&rule.name)?;
            if record.at >= from {
                largest = largest.max(proposed);
            }
            next = record.at;
        }
        (next <= from).then_some(largest)
    }
}

/// `ceil(ready-nodes × metric / at)` when off by more than `within` percent, else `nodes`.
pub(super) fn tracked(metric: MetricId, at: &Number, within: &Number, nodes: u32, scope: Scope<'_>) -> Option<u32> {
    let ready = scope.quantity(&Expression::Metric(MetricId::Fact(Fact::ReadyNodes)))?;
    let ratio = scope.quantity(&Expression::Metric(metric))?.divide(at)?;
    let off = ratio.subtract(&Number::integer(1)).absolute();
    if off.multiply(&Number::integer(100)) > *within { Some(count(&ready.multiply(&ratio).ceil())) } else { Some(nodes) }
}

/// A whole number as a count of nodes: less than none is none, and more than can be counted is as good as the most.
pub(super) fn count(whole: &Number) -> u32 {
    if whole.is_negative() { 0 } else { whole.to_i64().and_then(|count| u32::try_from(count).ok()).unwrap_or(u32::MAX) }
}
