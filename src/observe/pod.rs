use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::observe::Scheduling;

/// One pod, with what a drain or the packing of pending pods asks of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pod {
    pub namespace: String,
    pub name: String,
    pub uid: String,
    pub node_name: Option<String>,
    pub phase: PodPhase,
    /// Set once the pod is being deleted.
    pub deleted_at: Option<Timestamp>,
    /// The controlling owner, if any.
    pub owner: Option<Owner>,
    pub labels: BTreeMap<String, String>,
    pub annotations: BTreeMap<String, String>,
    /// Made by the kubelet from a file; it cannot be evicted.
    pub mirror: bool,
    /// `system-cluster-critical` or `system-node-critical`.
    pub critical: bool,
    /// Names of emptyDir and hostPath volumes that would be lost.
    pub local_storage: Vec<String>,
    /// The scheduler has marked it unschedulable since then.
    pub unschedulable_since: Option<Timestamp>,
    pub requests: Requests,
    #[serde(default)]
    pub scheduling: Scheduling,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PodPhase {
    Pending,
    Running,
    Succeeded,
    Failed,
    Unknown,
}

/// A pod's controller.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Owner {
    pub kind: String,
    pub name: String,
    pub uid: String,
    /// How many replicas it wants, where that was looked up.
    pub replicas: Option<u32>,
}

/// What the scheduler reserves for a pod: containers, init and sidecar containers, and overhead.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Requests {
    /// Thousandths of a core.
    pub cpu_millis: u64,
    /// Bytes.
    pub memory: u64,
}

impl Pod {
    /// `namespace/name`, as people write it.
    #[must_use]
    pub fn full_name(&self) -> String {
        format!("{}/{}", self.namespace, self.name)
    }

    /// It has ended by itself and holds nothing.
    #[must_use]
    pub const fn is_terminal(&self) -> bool {
        matches!(self.phase, PodPhase::Succeeded | PodPhase::Failed)
    }

    #[must_use]
    pub fn is_of_daemon_set(&self) -> bool {
        self.owner.as_ref().is_some_and(|owner| owner.kind == "DaemonSet")
    }
}
