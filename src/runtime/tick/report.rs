use std::sync::Arc;

use jiff::Timestamp;

use crate::announce::Announcement;
use crate::ledger::Decided;
use crate::observe::Counts;
use crate::plan::{Operation, Outcome, PassedOver, Remark};
use crate::runtime::planned::SeenWorker;

/// All that one tick saw, decided and did: what every face prints from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TickReport {
    pub cluster: String,
    pub at: Timestamp,
    pub ended: Ended,
    /// `None`: no evaluation was due.
    pub decided: Option<Decided>,
    /// Before the decision.
    pub counts: Counts,
    /// Where the rules were evaluated: every worker, before the decision.
    pub workers: Vec<SeenWorker>,
    /// What could not be seen, one line each; nothing was concluded from it.
    pub missing: Vec<String>,
    /// What happened to operations, and why nothing did.
    pub remarks: Vec<Remark>,
    /// For a removal: each node that was not chosen.
    pub passed_over: Vec<PassedOver>,
    /// Every step that was run, with what came of it.
    pub outcomes: Vec<Outcome>,
    /// Operations in flight after the tick.
    pub operations: Vec<Operation>,
    /// Operations that this tick saw to their end.
    pub finished: Vec<Operation>,
    /// News that went out.
    pub announced: Vec<Announcement>,
    /// When the next evaluation is due.
    pub next_evaluation: Option<Timestamp>,
}

/// How a tick ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ended {
    Committed,
    /// Another tick holds the lease: nothing was done.
    Held {
        by: String,
        until: Timestamp,
    },
    /// The plan that it was to carry out no longer fits: nothing was done.
    Stale {
        reasons: Vec<String>,
    },
    /// Another tick took the lease over: nothing was written from then on.
    LostLease,
    /// The ledger did not answer or cannot be read: what was intended before then is carried on by the next tick.
    NoLedger {
        reason: String,
        help: Option<&'static str>,
    },
}

impl TickReport {
    pub(super) fn new(cluster: &str, at: Timestamp, ended: Ended) -> Self {
        Self {
            cluster: cluster.to_owned(),
            at,
            ended,
            decided: None,
            counts: Counts::default(),
            workers: Vec::new(),
            missing: Vec::new(),
            remarks: Vec::new(),
            passed_over: Vec::new(),
            outcomes: Vec::new(),
            operations: Vec::new(),
            finished: Vec::new(),
            announced: Vec::new(),
            next_evaluation: None,
        }
    }

    /// The decision's own reasons.
    #[must_use]
    pub fn because(&self) -> Option<Arc<crate::decide::Decision>> {
        self.decided.as_ref().map(|decided| Arc::clone(&decided.decision))
    }

    /// The tick did its whole work.
    #[must_use]
    pub const fn is_committed(&self) -> bool {
        matches!(self.ended, Ended::Committed)
    }
}
