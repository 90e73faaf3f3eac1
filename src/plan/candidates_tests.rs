use std::collections::BTreeSet;

use crate::plan::fixture::{World, minutes, noon, pod, worker, world};
use crate::plan::{DO_NOT_EVICT, PROTECTED, choose};
use crate::rules::{PodLabel, Protection};

fn chosen(world: &World, count: u32) -> Vec<String> {
    choose(&world.progress, &world.situation(), count, world.cluster.nodes.lower, &BTreeSet::new()).chosen
}

fn reason(world: &World, name: &str) -> String {
    let removal = choose(&world.progress, &world.situation(), 1, world.cluster.nodes.lower, &BTreeSet::from(["i-guarded".to_owned()]));
    let passed = removal.passed_over.into_iter().find(|passed| passed.node_name == format!("node-{name}"));
    passed.map(|passed| passed.reason).unwrap_or_default()
}

#[test]
fn the_zone_with_most_workers_then_the_fewest_pods_then_the_newest() {
    let mut zones = world([worker("a").zone("1a"), worker("b").zone("1b"), worker("c").zone("1b")]).with_pods([pod("p", "b")]);
    assert_eq!(chosen(&zones, 1), ["i-c"], "of the fuller zone the emptier node");
    assert_eq!(chosen(&zones, 2), ["i-c", "i-a"], "then the zones are even and a has no pods");
    zones.set_pods([]);
    zones.node_mut("b").created_at = noon() - minutes(1);
    assert_eq!(chosen(&zones, 1), ["i-b"], "the newest");
}

#[test]
fn no_choice_goes_below_the_lower_bound() {
    for (workers, lower, wanted, expected) in [(3, 1, 9, 2), (3, 3, 1, 0), (3, 0, 3, 3)] {
        let mut world = world(["a", "b", "c"].into_iter().take(workers).map(worker)).with_pods([]);
        world.cluster.nodes.lower = lower;
        assert_eq!(chosen(&world, wanted).len(), expected);
    }
}

#[test]
fn each_node_that_is_passed_over_has_its_reason() {
    let mut protected = pod("solo", "h");
    protected.owner.as_mut().unwrap().replicas = Some(1);
    let mut bare = pod("bare", "e");
    bare.owner = None;
    let mut local = pod("local", "g");
    local.local_storage.push("cache".to_owned());
    let mut kept = pod("kept", "f");
    kept.annotations.insert(DO_NOT_EVICT.to_owned(), "true".to_owned());
    let mut labelled = pod("db", "i");
    labelled.labels.insert("tier".to_owned(), "db".to_owned());
    let mut world = world([
        worker("free"),
        worker("b").annotated(PROTECTED),
        worker("c").without_instance(),
        worker("d").unready_for(minutes(2)),
        worker("e"),
        worker("f"),
        worker("g"),
        worker("h"),
        worker("i"),
        worker("guarded"),
        worker("leaving"),
    ])
    .with_pods([bare, kept, local, protected, labelled]);
    world.cluster.drain.protect = vec![Protection::SingleReplicas, Protection::Label(PodLabel { key: "tier".to_owned(), value: None })];
    world.retire("leaving");
    let expected = [
        ("b", "it is annotated smartscale.dev/protected"),
        ("c", "its instance is not one of ours by its tags"),
        ("d", "it is unready: it is replaced, not removed"),
        ("e", "pod shop/bare has no controller that would start it again"),
        ("f", "pod shop/kept is annotated smartscale.dev/do-not-evict"),
        ("g", "pod shop/local would lose its local volume `cache`"),
        ("h", "pod shop/solo is the only replica of ReplicaSet `web`"),
        ("i", "pod shop/db has the protected label `tier=db`"),
        ("guarded", "termination protection is on"),
        ("leaving", "it is being retired already"),
    ];
    for (name, text) in expected {
        assert_eq!(reason(&world, name), text, "{name}");
    }
    assert_eq!(chosen(&world, 1), ["i-free"]);
}

#[test]
fn pods_that_were_not_seen_protect_their_node() {
    let world = world([worker("a"), worker("b")]);
    assert_eq!(chosen(&world, 1), Vec::<String>::new());
    assert_eq!(reason(&world, "a"), "its pods could not be seen");
}

#[test]
fn a_rebuilt_ledger_removes_nothing_for_a_while() {
    let mut world = world([worker("a"), worker("b")]).with_pods([]);
    world.progress.grace_until = Some(noon() + minutes(10));
    assert_eq!(chosen(&world, 1), Vec::<String>::new());
    world.later(minutes(10));
    assert_eq!(chosen(&world, 1).len(), 1);
}

#[test]
fn a_drain_that_budgets_would_stop_is_not_begun() {
    let budget = |name: &str, allowed| crate::observe::Budget {
        namespace: "shop".to_owned(),
        name: name.to_owned(),
        selector: Some(Vec::new()),
        allowed,
    };
    let mut world = world([worker("a"), worker("b"), worker("c")]).with_pods([pod("p", "a"), pod("q", "b")]);
    let mut waiting = pod("w", "c");
    waiting.phase = crate::observe::PodPhase::Pending;
    world.set_pods([pod("p", "a"), pod("q", "b"), waiting]);
    world.snapshot.budgets = Ok(vec![budget("web", 1)]);
    assert_eq!(reason(&world, "b"), "others come first: 1 pods to move, zone 1a");
    world.snapshot.budgets = Ok(vec![budget("web", 0)]);
    assert_eq!(reason(&world, "a"), "pod shop/p is not let go by its disruption budget `web` now");
    assert_eq!(chosen(&world, 1), ["i-c"], "a pod that does not run yet asks no budget");
    world.snapshot.budgets = Ok(vec![budget("web", 1), budget("all", 1)]);
    assert_eq!(reason(&world, "b"), "pod shop/q is under the disruption budgets `web` and `all`: no eviction is allowed then");
    world.snapshot.budgets = Err(crate::observe::Unseen { reason: "down".to_owned() });
    assert_eq!(chosen(&world, 1), Vec::<String>::new());
}
