use std::collections::BTreeMap;

use crate::observe::{Node, NodeTerm, Pod};

/// What the scheduler looks at beside a pool's own workers, asked for only where pods wait.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Surroundings {
    /// Every node of the cluster, other pools and the control plane included: a spread counts them as domains.
    pub nodes: Vec<Node>,
    /// Every pod that is bound to a node and has not ended.
    pub pods: Vec<Pod>,
    /// One pod of each DaemonSet, as its controller would make it; not bound to a node.
    pub daemons: Vec<Pod>,
    /// The labels of each namespace, where some pod tells namespaces by them.
    pub namespaces: BTreeMap<String, BTreeMap<String, String>>,
    /// The volume claims of the waiting pods, by `namespace/name`.
    pub claims: BTreeMap<String, Claim>,
}

/// Where a claim lets its pod run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Claim {
    /// On every node.
    Anywhere,
    /// Where one of these terms holds: the zone of a bound volume, or the topologies that a storage class allows.
    Within(Vec<NodeTerm>),
    /// Nowhere yet, whatever nodes there are: the reason.
    Waits(String),
}
