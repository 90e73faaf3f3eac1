//! Pods and workers that packing is tried on.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::observe::{Node, Operator, Owner, Pod, PodPhase, PodTerm, Requests, Requirement, Scheduling, Spread, Surroundings};
use crate::plan::packing::{Bin, Known, Packing, Shape, pack};

pub fn labels(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

/// A worker of 2 cores and 4 GiB.
pub fn node(name: &str, zone: &str) -> Node {
    Node {
        name: name.to_owned(),
        uid: format!("uid-{name}"),
        instance_id: None,
        created_at: Timestamp::UNIX_EPOCH,
        ready_condition: true,
        ready_changed_at: None,
        unschedulable: false,
        taints: vec![],
        labels: labels(&[("topology.kubernetes.io/zone", zone), ("kubernetes.io/hostname", name), ("kubernetes.io/os", "linux")]),
        annotations: BTreeMap::new(),
        allocatable: labels(&[("cpu", "2"), ("memory", "4Gi"), ("pods", "110")]),
    }
}

pub fn pod(name: &str, cpu_millis: u64) -> Pod {
    Pod {
        namespace: "shop".to_owned(),
        name: name.to_owned(),
        uid: name.to_owned(),
        node_name: None,
        phase: PodPhase::Pending,
        deleted_at: None,
        owner: None,
        labels: labels(&[("app", "web")]),
        annotations: BTreeMap::new(),
        mirror: false,
        critical: false,
        local_storage: vec![],
        unschedulable_since: Some(Timestamp::UNIX_EPOCH),
        requests: Requests { cpu_millis, memory: 64 << 20 },
        scheduling: Scheduling::default(),
    }
}

pub fn with(mut pod: Pod, change: impl FnOnce(&mut Scheduling)) -> Pod {
    change(&mut pod.scheduling);
    pod
}

pub fn on(mut pod: Pod, node: &str) -> Pod {
    pod.node_name = Some(node.to_owned());
    pod.phase = PodPhase::Running;
    pod
}

pub fn web() -> Option<Vec<Requirement>> {
    Some(vec![Requirement { key: "app".to_owned(), operator: Operator::In, values: vec!["web".to_owned()] }])
}

pub fn by(key: &str) -> PodTerm {
    PodTerm { topology_key: key.to_owned(), selector: web(), namespaces: vec![], namespace_selector: None }
}

pub fn spread(key: &str) -> Spread {
    Spread { max_skew: 1, topology_key: key.to_owned(), selector: web(), min_domains: None, honors_affinity: true, honors_taints: false }
}

pub const ZONE: &str = "topology.kubernetes.io/zone";
pub const HOST: &str = "kubernetes.io/hostname";

/// A cluster with its own workers alone.
pub fn around(nodes: &[Node], pods: &[Pod]) -> Surroundings {
    Surroundings { nodes: nodes.to_vec(), pods: pods.to_vec(), ..Surroundings::default() }
}

pub fn known<'a>(pool: &'a [Node], around: &'a Surroundings, instance_type: Option<&'a str>, zones: &'a [String]) -> Known<'a> {
    Known { pool, around, remembered: None, pool_name: Some("batch"), instance_type, zones }
}

pub fn packed(pending: &[Pod], around: &Surroundings, launching: &[&str], zones: &[&str]) -> Packing {
    let zones: Vec<String> = zones.iter().map(|zone| (*zone).to_owned()).collect();
    let shape = Shape::learn(&known(&around.nodes, around, None, &zones)).unwrap();
    let on = |node: &Node| around.pods.iter().filter(|pod| pod.node_name.as_deref() == Some(&node.name)).collect::<Vec<_>>();
    let mut bins: Vec<Bin<'_>> = around.nodes.iter().map(|node| Bin::existing(node, &on(node))).collect();
    bins.extend(launching.iter().zip(100..).map(|(zone, number)| Bin::coming(&shape, zone, number)));
    pack(pending, &bins, around, &shape)
}

/// Two full workers in zones a and b.
pub fn full() -> Surroundings {
    let nodes = [node("one", "a"), node("two", "b")];
    around(&nodes, &[on(pod("full-1", 2000), "one"), on(pod("full-2", 2000), "two")])
}

/// On two full workers; new ones may come up in a, b and c.
pub fn need(pending: &[Pod], launching: &[&str]) -> Packing {
    packed(pending, &full(), launching, &["a", "b", "c"])
}

pub fn reasons(packing: &Packing) -> Vec<(&str, &str)> {
    packing.unhelped.iter().map(|unhelped| (unhelped.pod.as_str(), unhelped.reason.as_str())).collect()
}

pub fn several(count: usize, cpu_millis: u64, change: impl Fn(&mut Scheduling)) -> Vec<Pod> {
    (0..count).map(|number| with(pod(&format!("p{number}"), cpu_millis), &change)).collect()
}

pub fn daemon(name: &str, cpu_millis: u64) -> Pod {
    let mut pod = pod(name, cpu_millis);
    pod.owner = Some(Owner { kind: "DaemonSet".to_owned(), name: name.to_owned(), uid: name.to_owned(), replicas: None });
    pod.labels.clear();
    pod
}
