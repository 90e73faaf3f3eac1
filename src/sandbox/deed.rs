use jiff::Timestamp;

use crate::sandbox::Call;

/// What a call did to the world, for the invariants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deed {
    pub at: Timestamp,
    pub what: DeedKind,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeedKind {
    /// `intended`: the ledger knew the token before.
    Launched {
        token: String,
        instances: Vec<String>,
        intended: bool,
    },
    /// A process changed the world under a fence that was no longer in force.
    Overtaken {
        call: Call,
    },
    /// With the pods that still had to be evicted from its node.
    Terminated {
        instance: String,
        pods: Vec<String>,
    },
    Marked {
        node: String,
    },
    Unmarked {
        node: String,
    },
    /// With how many of each of its budgets' pods are healthy after it, and how many must be.
    Evicted {
        pod: String,
        budgets: Vec<(u32, u32)>,
    },
    NodeDeleted {
        node: String,
        pods: Vec<String>,
    },
}
