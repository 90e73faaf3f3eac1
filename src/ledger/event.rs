use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::decide::{Decision, Memory, Observed};
use crate::plan::{Operation, OperationId, Outcome, Step};
use crate::rules::Topic;

/// One thing that happened, written down for ever: what `history` lists and `why` replays.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    pub at: Timestamp,
    /// Numbered from 0 within the instant.
    pub n: u32,
    pub kind: EventKind,
    /// It is news under this topic.
    pub topic: Option<Topic>,
    /// One line for people.
    pub text: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EventKind {
    Decided(Decided),
    /// Written before the side effects that it names.
    Intended {
        steps: Vec<Step>,
    },
    /// A step with its outcome.
    Acted(Outcome),
    OperationEnded {
        operation: Operation,
    },
    /// An operation got further, or could not.
    Advanced {
        operation: Option<OperationId>,
        what: String,
    },
    RulesetChanged {
        from: Option<String>,
        to: String,
    },
    /// Changed rules had errors; the old ones stay in force.
    ReloadRefused {
        reason: String,
    },
    /// The world and the ledger had come apart, and this brings them together again.
    Repaired {
        operation: Option<OperationId>,
        what: String,
    },
    /// A notice about an instance: spot interruption, scheduled maintenance, a change of state.
    Noticed {
        instance_id: String,
        notice: String,
    },
    /// Something could not be observed or done in this tick, and nothing was concluded from it.
    Failed {
        reason: String,
    },
}

/// A decision with everything that it rests on: the same four give the same decision again, byte for byte.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decided {
    /// The hash of the rules, which the ledger keeps.
    pub ruleset: String,
    pub observed: Arc<Observed>,
    /// As it was before the decision.
    pub memory: Arc<Memory>,
    pub decision: Arc<Decision>,
}

impl Event {
    /// Orders events: by instant, then number.
    #[must_use]
    pub const fn key(&self) -> (Timestamp, u32) {
        (self.at, self.n)
    }
}
