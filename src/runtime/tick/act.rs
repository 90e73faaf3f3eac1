use jiff::Timestamp;

use crate::act::{Fleet as _, execute};
use crate::ledger::{EventKind, Ledger as _, LedgerError, Write};
use crate::plan::{self, Failure, OperationId, Step};
use crate::runtime::tick::look::in_time;
use crate::runtime::tick::run::Run;
use crate::runtime::{Clock, World};

/// More rounds than there are offerings that a tick could go through would only mean that something goes in circles.
const ROUNDS: usize = 24;

impl<W: World> Run<'_, W> {
    /// Intends and acts in rounds, until nothing is left to be done now: what one round's outcomes ask for (the next
    /// offering, the evictions after the mark) is done by the next. No step is tried twice in one tick.
    pub(super) async fn act(&mut self) -> Result<(), LedgerError> {
        let mut tried: Vec<Step> = Vec::new();
        let mut template = None;
        let cursor = self.state.cursor.take();
        for _ in 0..ROUNDS {
            if self.state.progress.needs_attempts() {
                if template.is_none() {
                    template = Some(self.template().await);
                }
                if let Some(Ok(template)) = &template {
                    let remarks = self.plan(|progress, situation| plan::plan_attempts(progress, situation, template));
                    self.remark_all(remarks);
                }
                // A launch that was reckoned with may just have been given up.
                let remarks = self.plan(plan::keep_the_lower_bound);
                self.remark_all(remarks);
            }
            let steps: Vec<Step> =
                plan::steps(&self.state.progress, &self.situation()).into_iter().filter(|step| !tried.contains(step)).collect();
            let steps = from_cursor(steps, cursor.as_ref());
            if steps.is_empty() {
                return Ok(());
            }
            let intended = self.has_time() && self.intend(&steps).await?;
            if !intended || !self.has_time() || !self.lease.allows_effects_at(self.world.clock().now()) {
                // Those that a round before had no time for go first.
                self.state.cursor = self.state.cursor.take().or_else(|| steps.first().map(|step| step.operation().clone()));
                return Ok(());
            }
            tried.extend(steps.iter().cloned());
            let clock = self.world.clock();
            let pause = |by| clock.until(clock.now().saturating_add(by).unwrap_or(Timestamp::MAX));
            let cutoff = clock.until(self.order.cutoff());
            let outcomes = execute(self.world.fleet(), self.world.cluster(), steps, self.now, pause, cutoff).await;
            let cut_off = outcomes.iter().find(|outcome| outcome.result.as_ref().is_err_and(Failure::is_cut_off));
            self.state.cursor = cut_off.map(|outcome| outcome.step.operation().clone());
            let remarks = self.plan(|progress, situation| plan::absorb(progress, situation, &outcomes));
            for outcome in &outcomes {
                let text = plan::outcome_in_words(outcome);
                self.journal.note(&mut self.state, &self.order.cluster, EventKind::Acted(outcome.clone()), None, text);
            }
            self.remark_all(remarks);
            self.report.outcomes.extend(outcomes);
        }
        Ok(())
    }

    fn has_time(&self) -> bool {
        self.world.clock().now() < self.order.cutoff()
    }

    /// Operations and tokens stand in the ledger before the first side effect; the lease is renewed by the same write.
    /// `false`: no answer in time, so nothing is done.
    async fn intend(&mut self, steps: &[Step]) -> Result<bool, LedgerError> {
        let kind = EventKind::Intended { steps: steps.to_vec() };
        let text = match steps {
            [step] => plan::step_in_words(step),
            steps => format!("{} steps", steps.len()),
        };
        self.journal.note(&mut self.state, &self.order.cluster, kind, None, text);
        self.state.progress.note_calls(steps);
        let write = Write { state: &self.state, records: self.records() };
        let until = self.order.deadline.max(self.lease.expires_at);
        let intended = in_time(self.world.clock(), self.order.cutoff(), self.world.ledger().intend(&self.lease, write, until)).await;
        let Some(renewed) = intended else { return Ok(false) };
        self.lease = renewed?;
        self.written();
        Ok(true)
    }

    async fn template(&mut self) -> Result<plan::Template, Failure> {
        let asked = in_time(self.world.clock(), self.order.cutoff(), self.world.fleet().template()).await;
        let answer = asked.unwrap_or_else(|| Err(Failure::cut_off()));
        if let Err(failure) = &answer {
            let remarks = self.plan(|progress, situation| plan::without_template(progress, situation, failure));
            self.remark_all(remarks);
        }
        answer
    }
}

/// The steps in their order, beginning where the last tick that ran out of time stopped: a slow API must not let the same
/// operations go first each time.
fn from_cursor(mut steps: Vec<Step>, cursor: Option<&OperationId>) -> Vec<Step> {
    let place = cursor.and_then(|cursor| steps.iter().position(|step| step.operation() == cursor));
    steps.rotate_left(place.unwrap_or(0));
    steps
}
