use jiff::Timestamp;

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
