use std::collections::BTreeMap;

use crate::observe::{
    Claim, HostPort, Node, NodeTerm, Operator, PodTerm, Requirement, Scheduling, Spread, Surroundings, Taint, TaintEffect, Toleration,
};
use crate::plan::packing::fixture::{
    HOST, ZONE, around, by, daemon, full, known, labels, need, node, on, packed, pod, reasons, several, spread, with,
};
use crate::plan::packing::{Bin, Known, Model, Shape, pack};

#[test]
fn requests_are_packed_and_launching_workers_are_counted() {
    let pending = several(6, 900, |_| {});
    assert_eq!(need(&pending, &[]).nodes(), 3);
    assert_eq!(need(&pending, &["a", "b"]).nodes(), 1);
    assert_eq!(need(&pending, &["a", "b", "c", "a"]).nodes(), 0);
    assert_eq!(need(&pending, &["a", "b", "c", "a"]).pods, 6);
}

#[test]
fn a_worker_that_has_joined_and_is_not_ready_yet_counts_as_it_will_be() {
    let mut around = full();
    let mut joined = node("three", "c");
    joined.ready_condition = false;
    joined.taints =
        vec![Taint { key: "node.cloudprovider.kubernetes.io/uninitialized".to_owned(), value: None, effect: TaintEffect::NoSchedule }];
    around.daemons.push(daemon("agent", 300));
    let pending = several(2, 900, |_| {});
    let zones = ["a", "b", "c"].map(str::to_owned);
    let shape = Shape::learn(&known(&around.nodes, &around, None, &zones)).unwrap();
    let full = around.pods.iter().collect::<Vec<_>>();
    let mut bins: Vec<Bin<'_>> = around.nodes.iter().zip(&full).map(|(node, pod)| Bin::existing(node, &[*pod])).collect();
    bins.push(Bin::joining(&joined, &[], Some(&shape)));
    // Its agent has still to come: one pod fits beside it.
    assert_eq!(pack(&pending, &bins, &around, &shape).nodes(), 1);
    bins.pop();
    assert_eq!(pack(&pending, &bins, &around, &shape).nodes(), 2);
}

#[test]
fn daemon_sets_are_taken_off_the_workers_that_they_would_run_on() {
    let mut around = full();
    let pending = several(2, 900, |_| {});
    for (change, expected) in [
        (Box::new(|_: &mut Scheduling| {}) as Box<dyn Fn(&mut Scheduling)>, 2),
        (Box::new(|asked| asked.node_selector = labels(&[("kubernetes.io/os", "windows")])), 1),
        (Box::new(|asked| asked.node_selector = labels(&[(ZONE, "c")])), 1),
    ] {
        around.daemons = vec![with(daemon("agent", 300), change)];
        assert_eq!(packed(&pending, &around, &[], &["a"]).nodes(), expected, "{:?}", around.daemons);
    }
}

#[test]
fn pods_that_no_new_worker_helps_are_named_and_not_counted() {
    let pending = [
        pod("too-big", 4000),
        with(pod("gpu", 100), |asked| asked.extended = BTreeMap::from([("nvidia.com/gpu".to_owned(), 1)])),
        with(pod("windows", 100), |asked| asked.node_selector = labels(&[("kubernetes.io/os", "windows")])),
        with(pod("nowhere", 100), |asked| asked.node_affinity = Some(vec![NodeTerm::default()])),
        with(pod("lonely", 100), |asked| {
            let mut term = by(ZONE);
            term.namespaces = vec!["elsewhere".to_owned()];
            asked.affinity = vec![term];
        }),
        with(pod("racks", 100), |asked| asked.spread = vec![spread("rack")]),
        pod("fine", 100),
    ];
    let packing = need(&pending, &[]);
    assert_eq!((packing.nodes(), packing.pods), (1, 1));
    let expected = [
        ("shop/gpu", "it asks for more nvidia.com/gpu than an empty worker has beside its DaemonSets"),
        ("shop/lonely", "pods that its affinity asks for run in no `topology.kubernetes.io/zone` of a new worker"),
        ("shop/nowhere", "its node selector or affinity asks for labels that no new worker has"),
        ("shop/racks", "its topology spread over `rack` allows it on no new worker"),
        ("shop/too-big", "it asks for more cpu than an empty worker has beside its DaemonSets"),
        ("shop/windows", "its node selector or affinity asks for labels that no new worker has"),
    ];
    assert_eq!(reasons(&packing), expected);
}

#[test]
fn taints_of_the_template_keep_pods_away_that_do_not_tolerate_them() {
    let mut tainted = node("one", "a");
    tainted.taints = vec![Taint { key: "dedicated".to_owned(), value: Some("batch".to_owned()), effect: TaintEffect::NoSchedule }];
    let around = around(&[tainted], &[on(pod("full", 2000), "one")]);
    let batch = Toleration { key: Some("dedicated".to_owned()), value: Some("batch".to_owned()), effect: None };
    let pending = [pod("web", 100), with(pod("job", 100), |asked| asked.tolerations.push(batch))];
    let packing = packed(&pending, &around, &[], &["a"]);
    assert_eq!((packing.nodes(), packing.pods), (1, 1));
    assert_eq!(reasons(&packing), [("shop/web", "it does not tolerate the taint `dedicated` that workers carry")]);
}

#[test]
fn a_pod_that_is_bound_to_a_zone_gets_its_worker_there() {
    let zonal = with(pod("disk", 100), |asked| asked.node_selector = labels(&[(ZONE, "b")]));
    assert_eq!(need(&[zonal], &[]).zones, ["b"]);
    let flexible = pod("any", 100);
    assert_eq!(need(&[flexible], &[]).zones, ["c"], "zones are kept in balance");
}

#[test]
fn a_volume_binds_its_pod_to_a_zone_or_keeps_it_waiting() {
    let mut around = full();
    let within = |zone: &str| {
        let requirement = Requirement { key: ZONE.to_owned(), operator: Operator::In, values: vec![zone.to_owned()] };
        Claim::Within(vec![NodeTerm { labels: vec![requirement], fields: vec![] }])
    };
    around.claims = BTreeMap::from([
        ("shop/data".to_owned(), within("b")),
        ("shop/far".to_owned(), within("z")),
        ("shop/new".to_owned(), Claim::Anywhere),
        ("shop/stuck".to_owned(), Claim::Waits("its volume claim `stuck` is not bound".to_owned())),
    ]);
    let pending = ["data", "far", "new", "stuck"].map(|name| with(pod(name, 1500), |asked| asked.claims = vec![name.to_owned()]));
    let packing = packed(&pending, &around, &[], &["a", "b", "c"]);
    assert_eq!(packing.zones, ["b", "c"]);
    let far = "a volume of it can be reached from no zone in which workers come up";
    assert_eq!(reasons(&packing), [("shop/far", far), ("shop/stuck", "its volume claim `stuck` is not bound")]);
}

#[test]
fn anti_affinity_and_spread_by_host_want_a_worker_each() {
    assert_eq!(need(&several(3, 10, |asked| asked.anti_affinity.push(by(HOST))), &[]).nodes(), 3);
    let evenly = several(4, 10, |asked| asked.spread.push(spread(HOST)));
    // Both full workers run one `web` pod each; the first worker to come takes two, and then the full ones hold it back.
    let packing = need(&evenly, &[]);
    assert_eq!((packing.nodes(), packing.unhelped.len()), (2, 0));
}

#[test]
fn a_pod_that_runs_keeps_out_whom_it_shuns() {
    let mut around = full();
    around.pods[0].scheduling.anti_affinity.push(by(ZONE));
    let zonal = |zone: &str| with(pod(zone, 100), |asked| asked.node_selector = labels(&[(ZONE, zone)]));
    let packing = packed(&[zonal("a"), zonal("b")], &around, &[], &["a", "b"]);
    assert_eq!(packing.zones, ["b"]);
    assert_eq!(reasons(&packing), [("shop/a", "anti-affinity keeps it out of every `topology.kubernetes.io/zone` of a new worker")]);
}

#[test]
fn namespaces_are_told_by_name_or_by_label() {
    let mut around = full();
    around.pods.iter_mut().for_each(|pod| pod.namespace = "other".to_owned());
    around.namespaces = BTreeMap::from([("other".to_owned(), labels(&[("team", "red")]))]);
    let red = Requirement { key: "team".to_owned(), operator: Operator::Exists, values: vec![] };
    for (namespaces, selector, zones) in [
        (vec![], None, vec![]),
        (vec!["other".to_owned()], None, vec!["a"]),
        (vec![], Some(vec![red]), vec!["a"]),
        (vec![], Some(vec![]), vec!["a"]),
    ] {
        let term = PodTerm { namespaces, namespace_selector: selector, ..by(ZONE) };
        let mut pending = [with(pod("p", 100), |asked| asked.affinity = vec![term])];
        // It must not be the first of its own group.
        pending[0].labels.clear();
        assert_eq!(packed(&pending, &around, &[], &["a", "c"]).zones, zones);
    }
}

#[test]
fn affinity_gathers_pods_in_one_zone() {
    let packing = need(&several(3, 900, |asked| asked.affinity.push(by(ZONE))), &[]);
    assert_eq!(packing.nodes(), 2);
    assert!(!packing.zones.contains(&"c".to_owned()), "{packing:?}");
}

#[test]
fn spread_over_zones_opens_workers_where_they_are_missing() {
    // One `web` pod each in a and b: two more go to each, and a zone without a node is none that they must be spread over.
    let pending = several(4, 900, |asked| asked.spread.push(spread(ZONE)));
    let mut zones = need(&pending, &[]).zones;
    zones.sort();
    assert_eq!(zones, ["a", "b"]);
    // A worker is coming up in c already, where no such pod runs: it gets the first, then each zone one more.
    assert_eq!(need(&pending, &["c"]).zones.len(), 2);
    let wide = several(1, 100, |asked| asked.spread.push(Spread { min_domains: Some(4), ..spread(ZONE) }));
    assert_eq!(need(&wide, &[]).zones, ["c"], "fewer domains than `minDomains`: only empty ones may take pods");
}

#[test]
fn taints_and_affinity_tell_which_nodes_a_spread_counts() {
    let mut around = full();
    let mut server = node("server", "z");
    server.taints = vec![Taint { key: "server".to_owned(), value: None, effect: TaintEffect::NoSchedule }];
    around.nodes.push(server);
    let pending = |honors_taints| several(3, 10, |asked| asked.spread.push(Spread { honors_taints, ..spread(ZONE) }));
    // The server is a domain without such a pod, unless its taint is looked at: no zone may get ahead of it by two.
    let zones = |honors| {
        let pool = around.nodes[..2].to_vec();
        let shape = Shape::learn(&known(&pool, &around, None, &["c".to_owned()])).unwrap();
        let on = |node: &Node| around.pods.iter().filter(|pod| pod.node_name.as_deref() == Some(&node.name)).collect::<Vec<_>>();
        let bins: Vec<Bin<'_>> = around.nodes.iter().map(|node| Bin::existing(node, &on(node))).collect();
        let packing = pack(&pending(honors), &bins, &around, &shape);
        (packing.pods, packing.unhelped.len())
    };
    assert_eq!(zones(false), (1, 2));
    assert_eq!(zones(true), (2, 1));
}

#[test]
fn host_ports_want_a_worker_each_and_a_daemons_port_none() {
    let port = |address: Option<&str>, port| HostPort { address: address.map(str::to_owned), protocol: "TCP".to_owned(), port };
    assert_eq!(need(&several(3, 10, |asked| asked.host_ports = vec![port(None, 80)]), &[]).nodes(), 3);
    let mut pending = several(2, 10, |asked| asked.host_ports = vec![port(Some("10.0.0.1"), 80)]);
    pending[1].scheduling.host_ports[0].address = Some("10.0.0.2".to_owned());
    assert_eq!(need(&pending, &[]).nodes(), 1);
    let mut around = full();
    around.daemons = vec![with(daemon("agent", 10), |asked| asked.host_ports = vec![port(None, 80)])];
    let packing = packed(&pending, &around, &[], &["a"]);
    assert_eq!(packing.nodes(), 0);
    assert_eq!(reasons(&packing)[0].1, "it asks for more host port 80 than an empty worker has beside its DaemonSets");
}

#[test]
fn a_node_takes_no_more_pods_than_it_may() {
    assert_eq!(need(&several(111, 1, |_| {}), &[]).nodes(), 2);
}

const TYPE: &str = "node.kubernetes.io/instance-type";

#[test]
fn the_size_of_a_type_is_learnt_else_remembered_else_estimated() {
    let mut around = full();
    around.nodes[1].labels.insert(TYPE.to_owned(), "m5.large".to_owned());
    let mut model = Model::of(&around.nodes[1]);
    let learn = |pool: &[Node], around: &Surroundings, instance_type, remembered: Option<&Model>| {
        Shape::learn(&Known { remembered, ..known(pool, around, instance_type, &[]) })
    };
    let size = |shape: &Shape| (shape.allocatable.cpu_millis, shape.allocatable.memory >> 20);
    // Of another pool, and yet of that type.
    let shape = learn(&around.nodes[..1], &around, Some("m5.large"), None).unwrap();
    assert_eq!((size(&shape), shape.estimate), ((2000, 4096), None));
    // A pool at zero: as the last worker was.
    model.allocatable.insert("memory".to_owned(), "7Gi".to_owned());
    model.labels.insert("tier".to_owned(), "batch".to_owned());
    let empty = Surroundings::default();
    let shape = learn(&[], &empty, Some("m5.large"), Some(&model)).unwrap();
    assert_eq!((size(&shape), &shape.estimate, shape.labels.get("tier").map(String::as_str)), ((2000, 7168), &None, Some("batch")));
    // Of another type: labels and taints alone are as they were.
    let shape = learn(&[], &empty, Some("m6g.xlarge"), Some(&model)).unwrap();
    assert_eq!(size(&shape), (4000, 15_055));
    assert_eq!(shape.labels.get(TYPE).map(String::as_str), Some("m6g.xlarge"));
    let said = "what a `m6g.xlarge` has for pods is an estimate until one has joined: 4 cores and 15055 MiB";
    assert_eq!(shape.estimate.as_deref(), Some(said));
    // Never one seen.
    let shape = learn(&[], &empty, Some("m6g.xlarge"), None).unwrap();
    let expected =
        labels(&[("kubernetes.io/arch", "arm64"), ("kubernetes.io/os", "linux"), (TYPE, "m6g.xlarge"), ("smartscale.dev/pool", "batch")]);
    assert_eq!(shape.labels, expected);
    assert_eq!(shape.taints, []);
}

#[test]
fn a_size_that_nobody_knows_is_said() {
    let around = full();
    let reason = Shape::learn(&known(&around.nodes, &around, Some("x9.huge"), &[])).unwrap_err();
    assert!(reason.starts_with("what a `x9.huge` has for pods is not known: no node of this type was ever seen here"), "{reason}");
    // Nodes of other pools say nothing of one whose type is not known.
    let reason = Shape::learn(&known(&[], &around, None, &[])).unwrap_err();
    assert!(reason.starts_with("what the next worker has for pods is not known"), "{reason}");
}

#[test]
fn the_order_in_which_pods_are_listed_does_not_matter() {
    let mut pending = several(4, 600, |asked| asked.spread.push(spread(HOST)));
    pending.extend((0..5).map(|number| pod(&format!("plain-{number}"), 300 + number * 250)));
    pending.push(with(pod("near", 200), |asked| asked.affinity.push(by(ZONE))));
    let expected = need(&pending, &[]);
    for turn in 1..pending.len() {
        let mut turned = pending.clone();
        turned.rotate_left(turn);
        assert_eq!(need(&turned, &[]), expected);
    }
    pending.reverse();
    assert_eq!(need(&pending, &[]), expected);
}

#[test]
fn a_group_that_stands_together_gets_its_workers_in_one_zone() {
    // The first of them may start in any zone, and all others must follow it there: workers in two zones would leave some waiting.
    let own = Requirement { key: "app".to_owned(), operator: Operator::In, values: vec!["together".to_owned()] };
    let mut pending = several(3, 1500, |asked| asked.affinity.push(PodTerm { selector: Some(vec![own.clone()]), ..by(ZONE) }));
    pending.iter_mut().for_each(|pod| pod.labels = labels(&[("app", "together")]));
    let zones = need(&pending, &[]).zones;
    assert_eq!(zones.len(), 3);
    assert!(zones.iter().all(|zone| *zone == zones[0]), "{zones:?}");
}
