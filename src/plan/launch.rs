use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::plan::{Failure, Offering, OperationId};
use crate::rules::Number;

/// intended → requested → pending → joined → ready | failed | expired.
///
/// One launch fills `wanted` slots, by one or more attempts, each one RunInstances call for one offering.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Launch {
    pub id: OperationId,
    pub decided_at: Timestamp,
    pub cause: LaunchCause,
    /// How many nodes this launch is to bring.
    pub wanted: u32,
    /// Zones that waiting pods need, one for each of the first nodes; the others go where fewest workers are.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub zones: Vec<String>,
    /// Numbered from 0; the number is part of the token.
    pub attempts: Vec<Attempt>,
    /// One for each instance that an attempt brought.
    pub slots: Vec<Slot>,
    /// No further attempt is made: the reason, for the explanation.
    pub given_up: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LaunchCause {
    /// A decision, by these rules (none: the lower bound).
    Decision { rules: Vec<String> },
    /// One for one, for a worker that was lost or stays unready.
    Replacement { of: String },
    /// Found by its tags, unknown to the ledger.
    Adopted,
}

/// One RunInstances call with its token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    pub number: u32,
    pub offering: Offering,
    /// The launch template's version, by number: it never changes between tries of one token.
    pub template_version: u64,
    /// The slots that this call is to fill (MaxCount; MinCount is 1).
    pub count: u32,
    /// Dollars per hour for spot. Kept, like the version: EC2 refuses a token that comes back with other parameters.
    pub max_price: Option<Number>,
    /// hash(cluster, operation, offering, attempt), at most 64 ASCII characters.
    pub token: String,
    pub state: AttemptState,
    pub intended_at: Timestamp,
    /// When it was last called without an answer: that call may still have its effect.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unanswered_at: Option<Timestamp>,
    /// A call is being made, as was written down before it. A tick that finds it so has taken over from one that never wrote
    /// what came of the call.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub calling: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AttemptState {
    /// Written down; the call may or may not have been made, and may or may not have had its effect.
    Intended,
    /// The call answered with these many instances; a partial fill leaves the rest to the next offering.
    Filled {
        instances: u32,
    },
    /// Not to be called again (the token came back with other parameters, its time is over, or it was refused after a call
    /// without an answer), and yet it may have had its effect: looked up by its token.
    Doubtful {
        failure: Failure,
    },
    Failed {
        failure: Failure,
    },
}

/// One instance on its way to be a worker.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Slot {
    pub instance_id: String,
    /// The attempt that brought it.
    pub attempt: u32,
    pub launched_at: Timestamp,
    pub state: SlotState,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SlotState {
    Pending,
    /// Its Node exists and is not Ready yet.
    Joined,
    Ready {
        at: Timestamp,
    },
    /// Not Ready within `join`: being terminated.
    Expired {
        at: Timestamp,
    },
    /// Dead before it was Ready.
    Lost {
        at: Timestamp,
    },
}
