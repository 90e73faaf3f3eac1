use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// One Kubernetes Node of a worker.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Node {
    pub name: String,
    pub uid: String,
    /// The EC2 instance behind it, from its providerID `aws:///zone/i-…` or our instance-id label, never from its name.
    pub instance_id: Option<String>,
    pub created_at: Timestamp,
    /// The Ready condition is true.
    pub ready_condition: bool,
    /// When the Ready condition last changed.
    pub ready_changed_at: Option<Timestamp>,
    /// `spec.unschedulable`: the cordon.
    pub unschedulable: bool,
    pub taints: Vec<Taint>,
    pub labels: BTreeMap<String, String>,
    pub annotations: BTreeMap<String, String>,
    /// What pods can have, kube-reserved taken off.
    pub allocatable: BTreeMap<String, String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Taint {
    pub key: String,
    pub value: Option<String>,
    pub effect: TaintEffect,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum TaintEffect {
    NoSchedule,
    PreferNoSchedule,
    NoExecute,
}

/// Taints that stand on a node until it has started up; while one does, the node is not Ready for us.
const START_UP_TAINTS: [&str; 3] =
    ["node.cloudprovider.kubernetes.io/uninitialized", "node.kubernetes.io/not-ready", "node.kubernetes.io/network-unavailable"];

impl Node {
    /// Ready condition true and no start-up taint (architecture.md, "Nodes and instances").
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.ready_condition && !self.taints.iter().any(|taint| START_UP_TAINTS.contains(&taint.key.as_str()))
    }

    #[must_use]
    pub fn taint(&self, key: &str) -> Option<&Taint> {
        self.taints.iter().find(|taint| taint.key == key)
    }
}
