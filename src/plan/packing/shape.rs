use std::collections::BTreeMap;

use crate::observe::{Claim, Node, Pod, Surroundings, Taint, TaintEffect};
use crate::plan::packing::bin::Bin;
use crate::plan::packing::instance_size::{InstanceSize, size_of};
use crate::plan::packing::model::{Model, age, is_of_type, tells};
use crate::plan::packing::resources::Resources;
use crate::plan::{POOL_LABEL, RETIRING_TAINT};

/// What the next worker will be like: labels, taints, what it has for pods and which DaemonSets there are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shape {
    pub labels: BTreeMap<String, String>,
    pub taints: Vec<Taint>,
    /// Kube-reserved taken off, as the kubelet says; DaemonSets not yet.
    pub allocatable: Resources,
    /// A pod of each DaemonSet, whether it would run on such a worker or not.
    pub daemons: Vec<Pod>,
    /// Where workers may come up, by name; empty: in zones that nobody knows.
    pub zones: Vec<String>,
    /// In words, where its allocatable is estimated.
    pub estimate: Option<String>,
}

pub(crate) const ZONE_LABEL: &str = "topology.kubernetes.io/zone";
pub(crate) const HOSTNAME_LABEL: &str = "kubernetes.io/hostname";
pub(crate) const TYPE_LABEL: &str = "node.kubernetes.io/instance-type";

/// From what is known of the next worker's like.
#[derive(Clone, Copy, Debug)]
pub struct Known<'a> {
    /// The pool's nodes.
    pub pool: &'a [Node],
    pub around: &'a Surroundings,
    /// A worker that was there once.
    pub remembered: Option<&'a Model>,
    /// The label's value, where the rules tell pools apart.
    pub pool_name: Option<&'a str>,
    /// The first of the rules, or the launch template's.
    pub instance_type: Option<&'a str>,
    /// Where workers may come up; empty: nobody knows.
    pub zones: &'a [String],
}

impl Shape {
    /// Labels and taints are learnt from the pool's newest Ready worker, else from the one that is remembered. Allocatable from
    /// the newest node of the type in the whole cluster, for only the kubelet knows what is reserved, else from the remembered
    /// one if it was of that type; a type that was never seen is estimated by the table that ships.
    ///
    /// # Errors
    /// In words, where nothing tells: a worker whose size nobody knows is not nothing.
    pub fn learn(known: &Known<'_>) -> Result<Self, String> {
        let seen = known.pool.iter().chain(&known.around.nodes);
        let (in_pool, elsewhere): (Vec<&Node>, Vec<&Node>) = seen
            .filter(|node| is_of_type(&node.labels, known.instance_type) && tells(&node.allocatable))
            .partition(|node| known.pool.iter().any(|own| own.uid == node.uid));
        let newest =
            |nodes: &[&Node]| nodes.iter().copied().max_by_key(|node| age(node)).map(|node| Resources::of_allocatable(&node.allocatable));
        // A pool without a type of its own is not made like just any node of the cluster.
        let elsewhere = if known.instance_type.is_some() { elsewhere } else { Vec::new() };
        let remembered = known.remembered.filter(|model| is_of_type(&model.labels, known.instance_type) && tells(&model.allocatable));
        let learnt = newest(&in_pool)
            .or_else(|| newest(&elsewhere))
            .or_else(|| remembered.map(|model| Resources::of_allocatable(&model.allocatable)));
        let size = known.instance_type.and_then(size_of);
        let is_estimate = learnt.is_none();
        let Some(allocatable) = learnt.or_else(|| size.map(InstanceSize::allocatable)) else {
            return Err(match known.instance_type {
                Some(wanted) => format!(
                    "what a `{wanted}` has for pods is not known: no node of this type was ever seen here, and the table of types that ships lacks it"
                ),
                None => {
                    "what the next worker has for pods is not known: no worker was ever seen here, and neither the rules nor the launch \
                         template name an instance type"
                        .to_owned()
                }
            });
        };
        let model = Model::of_pool(known.pool, known.instance_type).or_else(|| known.remembered.cloned());
        let mut labels = model.as_ref().map_or_else(|| first_labels(known.pool_name, size), |model| model.labels.clone());
        if let Some(wanted) = known.instance_type {
            labels.insert(TYPE_LABEL.to_owned(), wanted.to_owned());
        }
        let mut zones: Vec<String> = match known.zones {
            [] => known.pool.iter().filter_map(|node| node.labels.get(ZONE_LABEL)).cloned().collect(),
            zones => zones.to_vec(),
        };
        zones.sort();
        zones.dedup();
        let estimate = known.instance_type.filter(|_| is_estimate).map(|wanted| {
            format!(
                "what a `{wanted}` has for pods is an estimate until one has joined: {} cores and {} MiB",
                allocatable.cpu_millis / 1000,
                allocatable.memory >> 20
            )
        });
        let taints = model.map(|model| model.taints).unwrap_or_default();
        Ok(Self { labels, taints, allocatable, daemons: known.around.daemons.clone(), zones, estimate })
    }

    /// The zones to choose from; one without a name where none is known.
    pub fn zones(&self) -> impl Iterator<Item = &str> {
        self.zones.iter().map(String::as_str).chain(self.zones.is_empty().then_some(""))
    }

    /// Why the pod never runs on such a worker, in any zone, be it empty but for DaemonSets; `None`: it can.
    #[must_use]
    pub fn refuses(&self, pod: &Pod, around: &Surroundings) -> Option<String> {
        for name in &pod.scheduling.claims {
            if let Some(Claim::Waits(reason)) = around.claims.get(&format!("{}/{name}", pod.namespace)) {
                return Some(reason.clone());
            }
        }
        if let Some(taint) = untolerated(&self.taints, pod) {
            return Some(format!("it does not tolerate the taint `{}` that workers carry", taint.key));
        }
        let empty: Vec<Bin<'_>> = self.zones().map(|zone| Bin::coming(self, zone, 0)).filter(|bin| bin.is_selected_by(pod)).collect();
        if empty.is_empty() {
            return Some("its node selector or affinity asks for labels that no new worker has".to_owned());
        }
        if !empty.iter().any(|bin| bin.reaches_volumes(pod, around)) {
            return Some("a volume of it can be reached from no zone in which workers come up".to_owned());
        }
        if empty.iter().any(|bin| bin.admits(pod, around)) {
            return None;
        }
        let lacking = empty.first().and_then(|bin| bin.lacks(pod)).unwrap_or_else(|| "room".to_owned());
        Some(format!("it asks for more {lacking} than an empty worker has beside its DaemonSets"))
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

/// Of a pool that has never had a worker: what every node of K3s carries, and the pool's own label.
fn first_labels(pool_name: Option<&str>, size: Option<&InstanceSize>) -> BTreeMap<String, String> {
    let of_size = size.map(|size| ("kubernetes.io/arch", size.architecture));
    let labels = [("kubernetes.io/os", "linux")].into_iter().chain(of_size).chain(pool_name.map(|name| (POOL_LABEL, name)));
    labels.map(|(key, value)| (key.to_owned(), value.to_owned())).collect()
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

/// A taint of a node's condition, start-up or retirement, and not of its template.
pub(crate) fn is_passing(taint: &Taint) -> bool {
    taint.key == RETIRING_TAINT
        || taint.key.starts_with("node.kubernetes.io/")
        || taint.key.starts_with("node.cloudprovider.kubernetes.io/")
}
