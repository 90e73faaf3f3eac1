use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::observe::{Budget, Instance, Node, Pod};

/// What EC2 and Kubernetes said at one instant. Each part may be unseen, and then nothing is concluded from it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    pub at: Timestamp,
    /// Our instances, terminated ones included while EC2 still shows them.
    pub instances: Seen<Vec<Instance>>,
    /// The nodes of the pool.
    pub nodes: Seen<Vec<Node>>,
    /// Pods that the scheduler has marked unschedulable.
    pub pending_pods: Seen<Vec<Pod>>,
    /// The pods on each node that was asked about, by the node's name: those being drained and candidates for it. A node
    /// that is not in here was not asked about, which is not the same as an empty one.
    pub pods_on_nodes: Seen<BTreeMap<String, Vec<Pod>>>,
    /// The volumes that are still attached to each node that is being drained, by the node's name.
    pub volumes_on_nodes: Seen<BTreeMap<String, Vec<String>>>,
    /// Asked for before a node is chosen for removal.
    pub budgets: Seen<Vec<Budget>>,
}

/// A part of the world that was seen, or the reason why not.
pub type Seen<T> = Result<T, Unseen>;

/// Why a part could not be seen: one clear line, without secrets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{reason}")]
pub struct Unseen {
    pub reason: String,
}
