use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::decide::{Decision, Memory};
use crate::plan::{Operation, operation_in_words};
use crate::runtime::planned::rests_on::decided_at;
use crate::runtime::planned::{PlanFile, SeenWorker};

/// Why a plan is no longer carried out: each reason in one line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stale(pub Vec<String>);

/// How far a plan's clock may be ahead of this one's.
const SKEW: SignedDuration = SignedDuration::from_secs(60);

/// What there is now, to compare with.
pub struct Now<'a> {
    pub at: Timestamp,
    pub zone: &'a TimeZone,
    /// The hash of the rules in force.
    pub ruleset: &'a str,
    /// In flight when the lease was taken, before this tick did anything.
    pub operations: &'a [Operation],
    pub memory: &'a Memory,
    pub workers: &'a [SeenWorker],
}

impl Stale {
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn push(&mut self, reason: String) {
        self.0.push(reason);
    }

    /// What of the ledger and of the rules has moved on since the plan was made. `at_most` is the age until which it is good.
    pub fn of_ledger(&mut self, plan: &PlanFile, now: &Now<'_>, at_most: SignedDuration) {
        let local = |at: Timestamp| at.to_zoned(now.zone.clone()).strftime("%Y-%m-%d %H:%M:%S").to_string();
        let age = SignedDuration::from_secs(now.at.duration_since(plan.made_at).as_secs());
        if age > at_most {
            self.push(format!("it is {age:#} old, and good for {at_most:#}"));
        } else if age < -SKEW {
            self.push(format!("it was made at {}, which is yet to come", local(plan.made_at)));
        }
        if plan.ruleset != now.ruleset {
            self.push(format!("the rules have changed: they were {} and are {}", plan.ruleset, now.ruleset));
        }
        for operation in now.operations {
            let (id, what) = (operation.id(), operation_in_words(operation));
            if plan.operations.iter().any(|planned| planned.id() == id) {
                self.push(format!("it is being carried out already: {what} ({id})"));
            } else if !plan.rests_on.operations.contains(id) {
                self.push(format!("another operation is under way: {what} ({id})"));
            }
        }
        let last = now.memory.last_change.as_ref();
        if decided_at(last) != decided_at(plan.rests_on.last_change.as_ref()) {
            self.push(match last {
                Some(change) => format!("another change was decided at {}", local(change.at)),
                None => "the ledger knows nothing of the last change any more".to_owned(),
            });
        }
    }

    /// Which workers have come, gone or changed.
    pub fn of_workers(&mut self, plan: &PlanFile, now: &Now<'_>) {
        let before = &plan.rests_on;
        for worker in &before.workers {
            match now.workers.iter().find(|present| before.worker(present) == Some(worker)) {
                None => self.push(format!("worker {} is gone", worker.name())),
                Some(present) if present.node_uid != worker.node_uid => {
                    self.push(format!("worker {} has another node than then", present.name()));
                }
                Some(present) if present.standing != worker.standing => {
                    self.push(format!("worker {} was {} and is {}", present.name(), worker.standing, present.standing));
                }
                Some(_) => {}
            }
        }
        for worker in now.workers.iter().filter(|present| before.worker(present).is_none()) {
            self.push(format!("worker {} is new", worker.name()));
        }
    }

    /// What the rules say now must be what the plan does.
    pub fn of_decision(&mut self, plan: &PlanFile, decision: &Decision, zone: &TimeZone) {
        if (plan.decision.action, plan.decision.wanted) != (decision.action, decision.wanted) {
            self.push(format!("the rules decide otherwise now: {}", decision.headline(zone)));
        }
    }
}
