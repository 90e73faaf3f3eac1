use crate::plan::{CooledScope, Progress, Situation, configuration};

/// One launch may meet a bad zone; this many in a row without a worker in between mean that no offering will do.
const IN_A_ROW: u32 = 2;

impl Progress {
    /// An instance did not become a worker. After several launches in a row all offerings are left alone, ever longer: with
    /// many types and zones, pauses for each alone would still launch, and pay, without end.
    pub(crate) fn note_failed_join(&mut self, situation: &Situation<'_>, reason: &str) {
        if self.joins_failed.last == Some(situation.now) {
            return;
        }
        self.joins_failed.last = Some(situation.now);
        self.joins_failed.in_a_row = self.joins_failed.in_a_row.saturating_add(1);
        if self.joins_failed.in_a_row >= IN_A_ROW {
            let count = self.joins_failed.in_a_row;
            let reason = format!("{count} launches in a row brought no worker (template or user data may be wrong); the last: {reason}");
            let known = self.template.as_ref().map(|template| configuration(template, &situation.cluster.capacity)).unwrap_or_default();
            self.cool(CooledScope::Joins { configuration: known }, situation.now, reason);
        }
    }
}
