use jiff::Timestamp;

use crate::plan::Retire;
use crate::sandbox::Call;

/// What a call did to the world, for the invariants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deed {
    pub at: Timestamp,
    pub what: DeedKind,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeedKind {
    Launched {
        token: String,
        instances: Vec<String>,
        /// When the call was made, which may be long before it had its effect.
        called_at: Timestamp,
        /// The ledger knew the token then.
        intended: bool,
    },
    /// A process changed the world under a fence that was no longer in force.
    Overtaken {
        call: Call,
        /// A write of its had been refused for that.
        told: bool,
    },
    Terminated {
        instance: String,
        /// The operation that named it in the ledger at that moment.
        named: Option<Box<Retire>>,
        /// When the call was made, which may be long before it had its effect.
        called_at: Timestamp,
        /// Since when its Node is there.
        node_since: Option<Timestamp>,
        /// That still had to be evicted from its node.
        pods: Vec<String>,
        /// All of those were deleted, and the kubelet is silent: nobody will say that they are gone.
        abandoned: bool,
        /// Since when a person protects it.
        protected_since: Option<Timestamp>,
        /// Workers that run, without this one.
        left: Vec<String>,
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
        /// It is the very pod that the step names, and its node is marked by us; or the answer was given up long ago.
        expected: bool,
        budgets: Vec<(u32, u32)>,
    },
    NodeDeleted {
        node: String,
        /// Its instance still lives.
        alive: bool,
    },
    /// `committed`: the ledger knows it.
    Announced {
        id: String,
        committed: bool,
    },
}
