use std::collections::BTreeSet;

use crate::observe::{Operator, Pod, PodTerm, Requirement, Spread, Surroundings};
use crate::plan::packing::fixture::{ZONE, around, by, known, labels, node, on, packed, pod, spread};
use crate::plan::packing::order::{order_to_rehearse, throw};
use crate::plan::packing::pack::{Ground, count};
use crate::plan::packing::zoning::zonings;
use crate::plan::packing::{Bin, Shape};

const ZONES: [&str; 3] = ["a", "b", "c"];

/// Full workers in these zones; the first runs the only `web` pod.
fn full_in(zones: &[&str]) -> Surroundings {
    let nodes: Vec<_> = zones.iter().enumerate().map(|(place, zone)| node(&format!("n{place}"), zone)).collect();
    let mut pods: Vec<Pod> = nodes.iter().map(|node| on(pod(&format!("full-{}", node.name), 2000), &node.name)).collect();
    pods.iter_mut().skip(1).for_each(|pod| pod.labels.clear());
    around(&nodes, &pods)
}

/// In this order: `w` is a `web` pod that spreads over zones, `t` one that wants those like it in its zone, `-` one that may run
/// anywhere; no two fit one worker.
fn mixed(kinds: &str, max_skew: u32) -> Vec<Pod> {
    let pod_of = |(place, kind): (usize, char)| {
        let mut pod = pod(&format!("p{place}"), 1300);
        match kind {
            'w' => pod.scheduling.spread.push(Spread { max_skew, ..spread(ZONE) }),
            't' => {
                pod.labels = labels(&[("app", "together")]);
                let own = Requirement { key: "app".to_owned(), operator: Operator::In, values: vec!["together".to_owned()] };
                pod.scheduling.affinity.push(PodTerm { selector: Some(vec![own]), ..by(ZONE) });
            }
            _ => pod.labels.clear(),
        }
        pod
    };
    kinds.chars().enumerate().map(pod_of).collect()
}

fn shape(around: &Surroundings) -> Shape {
    Shape::learn(&known(&around.nodes, around, None, &ZONES.map(str::to_owned))).unwrap()
}

/// In how many of 500 rounds that no rehearsal has seen pods find no place on these further workers.
fn failures(pending: &[Pod], around: &Surroundings, zones: &[String]) -> usize {
    let shape = shape(around);
    let residents = |name: &str| around.pods.iter().filter(|pod| pod.node_name.as_deref() == Some(name)).collect::<Vec<_>>();
    let mut bins: Vec<Bin<'_>> = around.nodes.iter().map(|node| Bin::existing(node, &residents(&node.name))).collect();
    for zone in zones {
        bins.push(Bin::coming(&shape, zone, count(&bins)));
    }
    let ground = Ground { bins: &[], around, shape: &shape };
    let order = order_to_rehearse(&pending.iter().collect::<Vec<_>>());
    let left = |round| ground.place_all(&mut bins.clone(), order.clone(), &|choice| Some(choice.preferred(round, false)?.0));
    (100_000..100_500).filter(|round| !left(*round).is_empty()).count()
}

#[test]
fn the_dice_fall_differently_for_each_pod_and_in_each_round() {
    let like = |pod: &Pod, round| (0..4).max_by_key(|node| throw(pod, *node, round));
    let pods = ["db-0", "db-1"].map(|name| pod(name, 100));
    let both = |round| pods.each_ref().map(|pod| like(pod, round));
    assert_eq!((0..128).map(both).collect::<BTreeSet<_>>().len(), 16, "every pair of nodes is liked in some round");
    let mut elsewhere = pods[0].clone();
    elsewhere.namespace = "other".to_owned();
    assert!((0..8).any(|round| like(&pods[0], round) != like(&elsewhere, round)));
}

#[test]
fn no_throw_of_the_dice_leaves_a_pod_waiting() {
    // A `web` pod runs in c: one goes to a and one to b, and wherever the first goes, the others must leave room in the other zone.
    for (kinds, expected) in [("w-w", "aabb"), ("w--w", "aaabbb")] {
        let (around, pending) = (full_in(&["c", "a", "b"]), mixed(kinds, 1));
        let mut zones = packed(&pending, &around, &[], &ZONES).zones;
        assert_eq!(failures(&pending, &around, &zones), 0, "{kinds}: {zones:?}");
        zones.sort();
        assert_eq!(zones.concat(), expected);
    }
}

#[test]
fn zones_are_chosen_that_leave_the_dice_little_to_spoil() {
    // Workers in a would help every pod, and yet be taken by those that may run anywhere: b and c alone want no worker to spare.
    let (around, pending) = (full_in(&["a", "c", "a", "b"]), mixed("-ww-w-w", 2));
    let packing = packed(&pending, &around, &[], &ZONES);
    assert_eq!((packing.nodes(), failures(&pending, &around, &packing.zones)), (7, 0), "{packing:?}");
}

#[test]
fn a_group_that_stands_together_gets_one_zone_with_all_others() {
    // Wherever its first pod goes, the rest must follow: workers of a second zone only lead it astray.
    for (kinds, expected) in [("-tt", 3), ("t-t-t", 5)] {
        let (around, pending) = (full_in(&["a"]), mixed(kinds, 1));
        let packing = packed(&pending, &around, &[], &ZONES);
        assert_eq!((packing.nodes(), failures(&pending, &around, &packing.zones)), (expected, 0), "{kinds}: {packing:?}");
    }
}

#[test]
fn nodes_are_alike_where_no_later_pod_can_tell_them_apart() {
    let around = full_in(&["a"]);
    let shape = shape(&around);
    let [one, two, far] = [("a", 1), ("a", 2), ("b", 3)].map(|(zone, number)| Bin::coming(&shape, zone, number));
    assert!(one.is_like(&two, false) && one.is_like(&far, true));
    assert!(!one.is_like(&far, false));
    let small = pod("small", 100);
    let mut taken = two.clone();
    taken.place(&small);
    assert!(!one.is_like(&taken, true));
}

#[test]
fn every_way_to_choose_zones_is_tried_unless_there_are_too_many() {
    let ways = |zones: &[&'static str], workers| {
        let joined = zonings(zones.iter().copied(), workers).into_iter().map(|zones| zones.concat());
        joined.collect::<Vec<_>>()
    };
    assert_eq!(ways(&["a", "b"], 3), ["bab", "aab", "bbb", "aaa"].map(str::to_owned).to_vec());
    assert_eq!(ways(&["a", "b", "c"], 4).len(), 15);
    assert_eq!(ways(&["a"], 5000).len(), 1);
    let few = ways(&["a", "b", "c"], 40);
    assert_eq!(few.len(), 4, "the even one, and all in one zone");
    assert_eq!(["a", "b", "c"].map(|zone| few[0].matches(zone).count()).iter().sum::<usize>(), 40);
}
