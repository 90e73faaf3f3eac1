use jiff::Timestamp;

use crate::observe::{Instance, Node, Notice, Snapshot};
use crate::rules::{Cluster, PriceList};

/// What one tick plans upon: the rules, the instant and what was seen.
#[derive(Clone, Copy, Debug)]
pub struct Situation<'a> {
    pub cluster: &'a Cluster,
    pub prices: &'a PriceList,
    pub now: Timestamp,
    /// Of the lease that this tick holds: it keeps the ids of operations apart.
    pub fence: u64,
    pub snapshot: &'a Snapshot,
    /// What AWS told about instances since the last tick.
    pub notices: &'a [Notice],
}

impl<'a> Situation<'a> {
    /// Our instances, where EC2 could be seen.
    #[must_use]
    pub fn instances(&self) -> Option<&'a [Instance]> {
        self.snapshot.instances.as_deref().ok()
    }

    /// The pool's nodes, where Kubernetes could be seen.
    #[must_use]
    pub fn nodes(&self) -> Option<&'a [Node]> {
        self.snapshot.nodes.as_deref().ok()
    }

    #[must_use]
    pub fn instance(&self, id: &str) -> Option<&'a Instance> {
        self.instances()?.iter().find(|instance| instance.id == id)
    }

    /// The Node of an instance: matched by what the Node says of its instance, never by name. Where two claim it, a Ready
    /// one, then the newest.
    #[must_use]
    pub fn node_of(&self, instance_id: &str) -> Option<&'a Node> {
        let claims = self.nodes()?.iter().filter(|node| node.instance_id.as_deref() == Some(instance_id));
        claims.max_by_key(|node| (node.is_ready(), node.created_at))
    }

    #[must_use]
    pub fn node_by_uid(&self, uid: &str) -> Option<&'a Node> {
        self.nodes()?.iter().find(|node| node.uid == uid)
    }

    /// The volumes that are attached to a node that was asked about.
    #[must_use]
    pub fn volumes_on(&self, node_name: &str) -> Option<&'a [String]> {
        self.snapshot.volumes_on_nodes.as_ref().ok()?.get(node_name).map(Vec::as_slice)
    }

    /// The pods on a node that was asked about.
    #[must_use]
    pub fn pods_on(&self, node_name: &str) -> Option<&'a [crate::observe::Pod]> {
        self.snapshot.pods_on_nodes.as_ref().ok()?.get(node_name).map(Vec::as_slice)
    }
}
