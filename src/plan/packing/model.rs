use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::observe::{Node, Taint};
use crate::plan::INSTANCE_LABEL;
use crate::plan::packing::shape::{HOSTNAME_LABEL, TYPE_LABEL, ZONE_LABEL, is_passing};

/// Labels that are one node's own.
const OWN_LABELS: [&str; 5] =
    [HOSTNAME_LABEL, INSTANCE_LABEL, ZONE_LABEL, "failure-domain.beta.kubernetes.io/zone", "topology.ebs.csi.aws.com/zone"];

/// What a worker of the pool was like, remembered: a pool at zero has none to look at, and must know its next one all the same.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Model {
    /// Those that are one node's own are left out.
    pub labels: BTreeMap<String, String>,
    /// Those of a passing condition are left out.
    pub taints: Vec<Taint>,
    /// As the kubelet said.
    pub allocatable: BTreeMap<String, String>,
}

impl Model {
    #[must_use]
    pub fn of(node: &Node) -> Self {
        let labels = node.labels.iter().filter(|(key, _)| !OWN_LABELS.contains(&key.as_str()));
        Self {
            labels: labels.map(|(key, value)| (key.clone(), value.clone())).collect(),
            taints: node.taints.iter().filter(|taint| !is_passing(taint)).cloned().collect(),
            allocatable: node.allocatable.clone(),
        }
    }

    /// The pool's newest Ready worker, one of that type before others: the launch template makes them all alike.
    #[must_use]
    pub fn of_pool(pool: &[Node], instance_type: Option<&str>) -> Option<Self> {
        let ready = || pool.iter().filter(|node| node.is_ready());
        let model = ready().filter(|node| is_of_type(&node.labels, instance_type)).max_by_key(|node| age(node));
        model.or_else(|| ready().max_by_key(|node| age(node))).map(Self::of)
    }
}

pub(super) fn is_of_type(labels: &BTreeMap<String, String>, instance_type: Option<&str>) -> bool {
    instance_type.is_none_or(|wanted| labels.get(TYPE_LABEL).is_some_and(|found| found == wanted))
}

pub(super) fn age(node: &Node) -> (jiff::Timestamp, &str) {
    (node.created_at, &node.name)
}

/// A kubelet that has not registered fully yet says nothing.
pub(super) fn tells(allocatable: &BTreeMap<String, String>) -> bool {
    allocatable.contains_key("cpu") && allocatable.contains_key("memory")
}
