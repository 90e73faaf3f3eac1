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

impl EventKind {
    /// Every word that [`Self::word`] says.
    pub const WORDS: [&'static str; 10] = [
        "decided",
        "intended",
        "acted",
        "operation-ended",
        "advanced",
        "ruleset-changed",
        "reload-refused",
        "repaired",
        "noticed",
        "failed",
    ];

    /// The kind in one word, as `history --kind` takes it and as the stored form has it.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Decided(_) => "decided",
            Self::Intended { .. } => "intended",
            Self::Acted(_) => "acted",
            Self::OperationEnded { .. } => "operation-ended",
            Self::Advanced { .. } => "advanced",
            Self::RulesetChanged { .. } => "ruleset-changed",
            Self::ReloadRefused { .. } => "reload-refused",
            Self::Repaired { .. } => "repaired",
            Self::Noticed { .. } => "noticed",
            Self::Failed { .. } => "failed",
        }
    }

    /// Whether it belongs to the operation of that id.
    #[must_use]
    pub fn concerns(&self, id: &str) -> bool {
        match self {
            Self::Intended { steps } => steps.iter().any(|step| step.operation().0 == id),
            Self::Acted(outcome) => outcome.step.operation().0 == id,
            Self::OperationEnded { operation } => operation.id().0 == id,
            Self::Advanced { operation, .. } | Self::Repaired { operation, .. } => operation.as_ref().is_some_and(|own| own.0 == id),
            Self::Decided(_) | Self::RulesetChanged { .. } | Self::ReloadRefused { .. } | Self::Noticed { .. } | Self::Failed { .. } => {
                false
            }
        }
    }
}

impl Event {
    /// Orders events: by instant, then number.
    #[must_use]
    pub const fn key(&self) -> (Timestamp, u32) {
        (self.at, self.n)
    }
}
