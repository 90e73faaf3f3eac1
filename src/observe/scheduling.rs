use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// What a pod asks of the node that it is to run on, as far as that decides whether a new worker would help it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scheduling {
    /// `spec.nodeSelector`.
    pub node_selector: BTreeMap<String, String>,
    /// Required node affinity: one of these terms holds; `None`: there is none. No term at all matches nothing.
    pub node_affinity: Option<Vec<NodeTerm>>,
    pub tolerations: Vec<Toleration>,
    /// Topology spread with `DoNotSchedule`.
    pub spread: Vec<Spread>,
    /// Required pod affinity: every term holds.
    pub affinity: Vec<PodTerm>,
    /// Required pod anti-affinity: no term holds.
    pub anti_affinity: Vec<PodTerm>,
    /// Ports of the node that it takes for itself.
    pub host_ports: Vec<HostPort>,
    /// Requests beside CPU and memory, such as `nvidia.com/gpu`, in whole units.
    pub extended: BTreeMap<String, u64>,
    /// `spec.priority`: the scheduler takes the higher first.
    #[serde(default)]
    pub priority: i32,
    /// The volume claims that it mounts, in its own namespace, by name.
    #[serde(default)]
    pub claims: Vec<String>,
}

/// A port of the node.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HostPort {
    /// `None`: on every address.
    pub address: Option<String>,
    pub protocol: String,
    pub port: i32,
}

impl HostPort {
    /// Whether one node cannot give both.
    #[must_use]
    pub fn collides_with(&self, other: &Self) -> bool {
        let same_address = self.address.is_none() || other.address.is_none() || self.address == other.address;
        same_address && self.protocol == other.protocol && self.port == other.port
    }
}

/// One term of node affinity: every requirement holds. A term without requirements matches nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NodeTerm {
    pub labels: Vec<Requirement>,
    /// `metadata.name` alone.
    pub fields: Vec<Requirement>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Requirement {
    pub key: String,
    pub operator: Operator,
    pub values: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Operator {
    In,
    NotIn,
    Exists,
    DoesNotExist,
    Gt,
    Lt,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Toleration {
    /// `None`: every key, with `exists`.
    pub key: Option<String>,
    /// `None`: any value (operator `Exists`).
    pub value: Option<String>,
    /// `None`: every effect.
    pub effect: Option<crate::observe::TaintEffect>,
}

/// Which pods a spread or a pod affinity looks at: every requirement holds. `None` in its place matches no pod.
pub type PodSelector = Vec<Requirement>;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spread {
    pub max_skew: u32,
    pub topology_key: String,
    pub selector: Option<PodSelector>,
    pub min_domains: Option<u32>,
    /// `nodeAffinityPolicy: Honor`, the default: only nodes that the pod's selector and affinity allow are domains.
    pub honors_affinity: bool,
    /// `nodeTaintsPolicy: Honor`, not the default: only nodes whose taints the pod tolerates are domains.
    pub honors_taints: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PodTerm {
    pub topology_key: String,
    pub selector: Option<PodSelector>,
    /// Empty, and no namespace selector: the pod's own namespace.
    pub namespaces: Vec<String>,
    /// Namespaces by their labels, beside those by name; one without requirements: every namespace.
    #[serde(default)]
    pub namespace_selector: Option<PodSelector>,
}

impl Scheduling {
    /// Whether it looks at no label, volume, port or other pod: any node will do that has room and whose taints it tolerates.
    #[must_use]
    pub fn goes_anywhere(&self) -> bool {
        let Self { node_selector, node_affinity, spread, affinity, anti_affinity, host_ports, claims, .. } = self;
        let by_labels = node_selector.is_empty() && node_affinity.is_none();
        let by_pods = spread.is_empty() && affinity.is_empty() && anti_affinity.is_empty();
        by_labels && by_pods && host_ports.is_empty() && claims.is_empty()
    }

    /// Whether some term tells namespaces by their labels.
    #[must_use]
    pub fn selects_namespaces(&self) -> bool {
        self.affinity.iter().chain(&self.anti_affinity).any(|term| term.namespace_selector.is_some())
    }
}

impl Requirement {
    /// Whether labels meet it (Kubernetes, "Labels and selectors" and "Node affinity").
    #[must_use]
    pub fn is_met_by(&self, labels: &BTreeMap<String, String>) -> bool {
        let value = labels.get(&self.key);
        match self.operator {
            Operator::In => value.is_some_and(|value| self.values.contains(value)),
            Operator::NotIn => value.is_none_or(|value| !self.values.contains(value)),
            Operator::Exists => value.is_some(),
            Operator::DoesNotExist => value.is_none(),
            Operator::Gt => self.compares(value, |found, wanted| found > wanted),
            Operator::Lt => self.compares(value, |found, wanted| found < wanted),
        }
    }

    fn compares(&self, value: Option<&String>, holds: impl Fn(i64, i64) -> bool) -> bool {
        let (Some(value), [wanted]) = (value, self.values.as_slice()) else { return false };
        matches!((value.parse(), wanted.parse()), (Ok(found), Ok(wanted)) if holds(found, wanted))
    }
}

impl NodeTerm {
    #[must_use]
    pub fn is_met_by(&self, node_name: Option<&str>, labels: &BTreeMap<String, String>) -> bool {
        if self.labels.is_empty() && self.fields.is_empty() {
            return false;
        }
        let fields = node_name.map(|name| BTreeMap::from([("metadata.name".to_owned(), name.to_owned())])).unwrap_or_default();
        self.labels.iter().all(|requirement| requirement.is_met_by(labels))
            && self.fields.iter().all(|requirement| !fields.is_empty() && requirement.is_met_by(&fields))
    }
}

impl Toleration {
    #[must_use]
    pub fn tolerates(&self, taint: &crate::observe::Taint) -> bool {
        self.effect.is_none_or(|effect| effect == taint.effect)
            && self.key.as_ref().is_none_or(|key| *key == taint.key)
            && self.value.as_ref().is_none_or(|value| value.as_str() == taint.value.as_deref().unwrap_or_default())
    }
}
