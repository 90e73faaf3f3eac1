use jiff::Timestamp;

use crate::decide::evaluate::Scope;
use crate::decide::judge::tracked;
use crate::decide::needs::needs;
use crate::decide::seen::{Seen, missing_after_by_evaluations};
use crate::decide::{Action, Change, Decision, Direction, Input, Memory, Record, Verdict};
use crate::rules::{Action as RuleAction, Fact, MetricId, Number};

/// The memory after a decision, to be given to the next evaluation.
#[must_use]
pub fn memory_after(input: &Input<'_>, decision: &Decision) -> Memory {
    let mut memory = input.memory.clone();
    memory.remember_change(decision);
    memory.record(input, decision);
    memory
}

impl Memory {
    fn remember_change(&mut self, decision: &Decision) {
        let direction = match decision.action {
            Action::Add(_) => Direction::Up,
            Action::Remove(_) => Direction::Down,
            Action::Stay => return,
        };
        let because = &decision.because;
        // A bound may have moved the other way than the rules that won the direction.
        let winners: Vec<String> = match &because.winning {
            Some(winning) if because.direction == direction => winning.rules.clone(),
            _ => Vec::new(),
        };
        for rule in &winners {
            self.won.insert(rule.clone(), decision.at);
        }
        self.last_change = Some(Change { at: decision.at, action: decision.action, winners, took_effect: None });
    }

    fn record(&mut self, input: &Input<'_>, decision: &Decision) {
        let (cluster, observed) = (input.cluster, input.observed);
        let seen = Seen::new(input);
        let needs = needs(cluster);
        let answers = cluster.metrics.iter().zip(&observed.metrics).filter_map(|(metric, answer)| {
            let answer = answer.as_ref().filter(|answer| answer.instant_only)?;
            Some((metric.name.clone(), answer.series.at(observed.now)?.answer.clone()))
        });
        let tracked = cluster.rules.iter().filter_map(|rule| {
            let RuleAction::Track { metric, at, within } = &rule.action else { return None };
            decision.because.rule(&rule.name).filter(|reason| reason.verdict == Verdict::Fired)?;
            Some((rule.name.clone(), tracked(*metric, at, within, observed.counts.nodes()?, Scope::now(&seen))?))
        });
        let record = Record { at: observed.now, counts: observed.counts, answers: answers.collect(), tracked: tracked.collect() };
        self.records.retain(|earlier| earlier.at < observed.now);
        self.records.push(record);
        let reach = needs.records.saturating_add(longest_missing_after(input));
        self.forget_before(observed.now.saturating_sub(reach).unwrap_or(Timestamp::MIN));
        for metric in needs.forecasts {
            if let Some(value) = forecast_sample(&seen, metric) {
                self.histories.entry(seen.name(metric).to_owned()).or_default().record(observed.now, &value);
            }
        }
    }

    /// Drops what no window can reach any more; one older record stays, to cover the start of the longest.
    fn forget_before(&mut self, oldest: Timestamp) {
        let keep = self.records.partition_point(|record| record.at < oldest);
        self.records.drain(..keep.saturating_sub(1));
    }
}

/// A sample may cover the start of a window for as long as the slowest metric's `missing after`.
fn longest_missing_after(input: &Input<'_>) -> jiff::SignedDuration {
    let own = input.observed.metrics.iter().flatten().map(|answer| answer.series.missing_after);
    let declared = input.cluster.metrics.iter().filter_map(|metric| metric.missing_after);
    own.chain(declared).fold(missing_after_by_evaluations(input.cluster), jiff::SignedDuration::max)
}

/// What the history of a metric records: its value, or of an `of capacity` metric the work, value × ready workers.
fn forecast_sample(seen: &Seen<'_>, metric: MetricId) -> Option<Number> {
    let value = seen.value_now(metric)?;
    if seen.is_of_capacity(metric) { Some(value.multiply(seen.value_now(MetricId::Fact(Fact::ReadyNodes))?)) } else { Some(value.clone()) }
}
