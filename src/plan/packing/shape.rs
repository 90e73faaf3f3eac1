use std::collections::BTreeMap;

use crate::observe::{Node, Pod, Taint, TaintEffect};
use crate::plan::packing::Resources;
use crate::plan::{INSTANCE_LABEL, RETIRING_TAINT};

/// What the next worker will be like: labels, taints and what it has for pods.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shape {
    pub labels: BTreeMap<String, String>,
    pub taints: Vec<Taint>,
    /// DaemonSet pods taken off already.
    pub allocatable: Resources,
    /// Where workers may come up, in order of preference: the one with fewest workers first.
    pub zones: Vec<String>,
}

pub(crate) const ZONE_LABEL: &str = "topology.kubernetes.io/zone";
pub(crate) const HOSTNAME_LABEL: &str = "kubernetes.io/hostname";
const TYPE_LABEL: &str = "node.kubernetes.io/instance-type";

/// Labels that are one node's own.
const OWN_LABELS: [&str; 5] =
    [HOSTNAME_LABEL, INSTANCE_LABEL, ZONE_LABEL, "failure-domain.beta.kubernetes.io/zone", "topology.ebs.csi.aws.com/zone"];

impl Shape {
    /// The shape of the newest Ready worker of `instance_type`, else of any type: what its launch template makes.
    /// `None` where there is no Ready worker to learn from.
    #[must_use]
    pub fn learn(nodes: &[Node], pods: &[Pod], instance_type: Option<&str>, zones: &[String]) -> Option<Self> {
        let of_type = |node: &&Node| instance_type.is_none_or(|wanted| node.labels.get(TYPE_LABEL).is_some_and(|found| found == wanted));
        let newest = |wanted: &dyn Fn(&&Node) -> bool| {
            nodes.iter().filter(|node| node.is_ready()).filter(|node| wanted(node)).max_by_key(|node| (node.created_at, node.name.as_str()))
        };
        let model = newest(&of_type).or_else(|| newest(&|_| true))?;
        let mut allocatable = allocatable(model);
        for pod in pods.iter().filter(|pod| pod.node_name.as_deref() == Some(&model.name) && (pod.is_of_daemon_set() || pod.mirror)) {
            allocatable.take(&Resources::of_pod(pod));
        }
        let mut labels = model.labels.clone();
        labels.retain(|key, _| !OWN_LABELS.contains(&key.as_str()));
        Some(Self { labels, taints: lasting_taints(model), allocatable, zones: by_workers(nodes, zones) })
    }

    /// Why no pod of this kind ever runs on such a worker, in any zone; `None`: it can.
    #[must_use]
    pub fn refuses(&self, pod: &Pod) -> Option<String> {
        if let Some(taint) = untolerated(&self.taints, pod) {
            return Some(format!("it does not tolerate the taint `{}` that workers carry", taint.key));
        }
        if !self.zones.is_empty() && !self.zones.iter().any(|zone| self.selects(pod, zone))
            || self.zones.is_empty() && !self.selects(pod, "")
        {
            return Some("its node selector or affinity asks for labels that no new worker has".to_owned());
        }
        let lacking = self.allocatable.lacks(&Resources::of_pod(pod))?;
        Some(format!("it asks for more {lacking} than an empty worker has"))
    }

    /// Whether the pod's node selector and affinity allow a worker of this shape in that zone.
    #[must_use]
    pub fn selects(&self, pod: &Pod, zone: &str) -> bool {
        selects(pod, None, &self.labels_in(zone))
    }

    /// The labels of a worker in that zone.
    #[must_use]
    pub fn labels_in(&self, zone: &str) -> BTreeMap<String, String> {
        let mut labels = self.labels.clone();
        if !zone.is_empty() {
            labels.insert(ZONE_LABEL.to_owned(), zone.to_owned());
        }
        labels
    }
}

/// Whether a pod's node selector and required node affinity allow a node with these labels.
pub(crate) fn selects(pod: &Pod, node_name: Option<&str>, labels: &BTreeMap<String, String>) -> bool {
    let asked = &pod.scheduling;
    asked.node_selector.iter().all(|(key, value)| labels.get(key) == Some(value))
        && asked.node_affinity.as_ref().is_none_or(|terms| terms.iter().any(|term| term.is_met_by(node_name, labels)))
}

/// The first taint that keeps the pod away.
pub(crate) fn untolerated<'a>(taints: &'a [Taint], pod: &Pod) -> Option<&'a Taint> {
    taints.iter().find(|taint| {
        taint.effect != TaintEffect::PreferNoSchedule && !pod.scheduling.tolerations.iter().any(|toleration| toleration.tolerates(taint))
    })
}

/// What a node has for pods in all.
pub(crate) fn allocatable(node: &Node) -> Resources {
    let mut resources = Resources::default();
    for (name, quantity) in &node.allocatable {
        match name.as_str() {
            "cpu" => resources.cpu_millis = read(quantity, 1000),
            "memory" => resources.memory = read(quantity, 1),
            "pods" => resources.pods = read(quantity, 1),
            _ => {
                resources.extended.insert(name.clone(), read(quantity, 1));
            }
        }
    }
    resources
}

fn read(quantity: &str, times: i64) -> u64 {
    let number = crate::observe::read_quantity(quantity).map(|number| number.multiply(&times.into()).floor());
    number.and_then(|number| number.to_i64()).and_then(|whole| u64::try_from(whole).ok()).unwrap_or(0)
}

/// Taints that the template gives a node, without those of its condition, its start-up or its retirement.
fn lasting_taints(node: &Node) -> Vec<Taint> {
    let passing = |taint: &Taint| {
        taint.key == RETIRING_TAINT
            || taint.key.starts_with("node.kubernetes.io/")
            || taint.key.starts_with("node.cloudprovider.kubernetes.io/")
    };
    node.taints.iter().filter(|taint| !passing(taint)).cloned().collect()
}

/// Zones in the order in which launches take them: the one with fewest workers first.
fn by_workers(nodes: &[Node], zones: &[String]) -> Vec<String> {
    let mut zones: Vec<String> = zones.to_vec();
    zones.sort();
    zones.dedup();
    let workers = |zone: &String| nodes.iter().filter(|node| node.labels.get(ZONE_LABEL) == Some(zone)).count();
    zones.sort_by_key(|zone| (workers(zone), zone.clone()));
    zones
}
