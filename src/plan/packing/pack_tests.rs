use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::observe::{
    Node, NodeTerm, Operator, Pod, PodPhase, PodTerm, Requests, Requirement, Scheduling, Spread, Taint, TaintEffect, Toleration,
};
use crate::plan::packing::{Packing, Shape, pack};

fn labels(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

/// A worker of 2 cores and 4 GiB.
fn node(name: &str, zone: &str) -> Node {
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

fn pod(name: &str, cpu_millis: u64) -> Pod {
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

fn with(mut pod: Pod, change: impl FnOnce(&mut Scheduling)) -> Pod {
    change(&mut pod.scheduling);
    pod
}

fn on(mut pod: Pod, node: &str) -> Pod {
    pod.node_name = Some(node.to_owned());
    pod.phase = PodPhase::Running;
    pod
}

fn web() -> Option<Vec<Requirement>> {
    Some(vec![Requirement { key: "app".to_owned(), operator: Operator::In, values: vec!["web".to_owned()] }])
}

/// Two full workers in zones a and b; new ones may come up in a, b and c.
fn need(pending: &[Pod], launching: u32) -> Packing {
    let nodes = [node("one", "a"), node("two", "b")];
    let placed = [on(pod("full-1", 2000), "one"), on(pod("full-2", 2000), "two")];
    let zones = ["a", "b", "c"].map(str::to_owned);
    let shape = Shape::learn(&nodes, &placed, None, &zones).unwrap();
    pack(pending, &nodes, &placed, launching, &shape)
}

#[test]
fn requests_are_packed_and_launching_workers_are_counted() {
    let pending: Vec<Pod> = (0..6).map(|n| pod(&format!("p{n}"), 900)).collect();
    assert_eq!(need(&pending, 0).nodes, 3);
    assert_eq!(need(&pending, 2).nodes, 1);
    assert_eq!(need(&pending, 9).nodes, 0);
    assert_eq!(need(&pending, 9).pods, 6);
}

#[test]
fn daemon_sets_are_taken_off_every_new_worker() {
    let nodes = [node("one", "a")];
    let mut agent = on(pod("agent", 300), "one");
    agent.owner =
        Some(crate::observe::Owner { kind: "DaemonSet".to_owned(), name: "agent".to_owned(), uid: "x".to_owned(), replicas: None });
    let placed = [agent, on(pod("full", 1700), "one")];
    let shape = Shape::learn(&nodes, &placed, None, &["a".to_owned()]).unwrap();
    let pending: Vec<Pod> = (0..2).map(|n| pod(&format!("p{n}"), 900)).collect();
    assert_eq!(pack(&pending, &nodes, &placed, 0, &shape).nodes, 2);
}

#[test]
fn pods_that_no_new_worker_helps_are_named_and_not_counted() {
    let pending = [
        pod("too-big", 4000),
        with(pod("gpu", 100), |asked| asked.extended = BTreeMap::from([("nvidia.com/gpu".to_owned(), 1)])),
        with(pod("windows", 100), |asked| asked.node_selector = labels(&[("kubernetes.io/os", "windows")])),
        with(pod("nowhere", 100), |asked| asked.node_affinity = Some(vec![NodeTerm::default()])),
        pod("fine", 100),
    ];
    let packing = need(&pending, 0);
    assert_eq!((packing.nodes, packing.pods), (1, 1));
    let names: Vec<&str> = packing.unhelped.iter().map(|unhelped| unhelped.pod.as_str()).collect();
    assert_eq!(names, ["shop/gpu", "shop/nowhere", "shop/too-big", "shop/windows"]);
}

#[test]
fn taints_of_the_template_keep_pods_away_that_do_not_tolerate_them() {
    let mut tainted = node("one", "a");
    tainted.taints = vec![Taint { key: "dedicated".to_owned(), value: Some("batch".to_owned()), effect: TaintEffect::NoSchedule }];
    let shape = Shape::learn(&[tainted.clone()], &[], None, &["a".to_owned()]).unwrap();
    let batch = Toleration { key: Some("dedicated".to_owned()), value: Some("batch".to_owned()), effect: None };
    let full = [on(pod("full", 2000), "one")];
    let pending = [pod("web", 100), with(pod("job", 100), |asked| asked.tolerations.push(batch))];
    let packing = pack(&pending, &[tainted], &full, 0, &shape);
    assert_eq!((packing.nodes, packing.pods), (1, 1));
    assert_eq!(packing.unhelped[0].pod, "shop/web");
}

#[test]
fn a_pod_that_is_bound_to_a_zone_gets_its_worker_there() {
    let zonal = with(pod("disk", 100), |asked| asked.node_selector = labels(&[("topology.kubernetes.io/zone", "b")]));
    let packing = need(&[zonal], 0);
    assert_eq!(packing.zones, BTreeMap::from([("b".to_owned(), 1)]));
}

#[test]
fn anti_affinity_and_spread_by_host_want_a_worker_each() {
    let term = PodTerm { topology_key: "kubernetes.io/hostname".to_owned(), selector: web(), namespaces: vec![] };
    let apart: Vec<Pod> = (0..3).map(|n| with(pod(&format!("p{n}"), 10), |asked| asked.anti_affinity.push(term.clone()))).collect();
    assert_eq!(need(&apart, 0).nodes, 3);

    let spread = Spread { max_skew: 1, topology_key: "kubernetes.io/hostname".to_owned(), selector: web(), min_domains: None };
    let evenly: Vec<Pod> = (0..4).map(|n| with(pod(&format!("p{n}"), 10), |asked| asked.spread.push(spread.clone()))).collect();
    // Both full workers run one `web` pod each; the first worker to come takes two, and then the full ones hold it back.
    let packing = need(&evenly, 0);
    assert_eq!((packing.nodes, packing.unhelped.len()), (2, 0));
}

#[test]
fn affinity_gathers_pods_in_one_zone() {
    let term = PodTerm { topology_key: "topology.kubernetes.io/zone".to_owned(), selector: web(), namespaces: vec![] };
    let together: Vec<Pod> = (0..3).map(|n| with(pod(&format!("p{n}"), 900), |asked| asked.affinity.push(term.clone()))).collect();
    let packing = need(&together, 0);
    assert_eq!(packing.nodes, 2);
    assert!(!packing.zones.contains_key("c"), "{packing:?}");
}
