use jiff::SignedDuration;

use crate::decide::Action;
use crate::plan::fixture::minutes;
use crate::plan::{FailureClass, PROTECTED, Step};
use crate::rules::{Action as Proposal, Amount, Expression, Number, Topic};
use crate::runtime::tick::scene::{Scene, decisions};
use crate::runtime::tick::{Ended, tick};
use crate::sandbox::{Call, CrashAt, Fault, FaultKind, Ran};

#[test]
fn a_node_joins_and_another_day_a_node_is_drained() {
    let mut scene = Scene::settled(2);
    scene.load(90);
    let reports = scene.ticks_until(|scene| scene.ready() == 3);
    assert_eq!(decisions(&reports), [Action::Add(1)]);
    scene.load(50);
    scene.ticks_until(|scene| scene.operations() == 0);
    assert_eq!(scene.living(), 3);
    scene.load(20);
    let reports = scene.ticks_until(|scene| scene.operations() == 0 && scene.nodes() == 2);
    assert_eq!(decisions(&reports), [Action::Remove(1)]);
    assert_eq!((scene.living(), scene.dead(), scene.nodes()), (2, 1, 2));
    let marked = scene.sandbox.world().nodes.values().filter(|node| node.unschedulable || !node.taints.is_empty()).count();
    assert_eq!(marked, 0);
    assert!(scene.sandbox.world().announced.iter().any(|(_, news)| news.title.starts_with("add 1 node, 2 to 3: ")));
}

#[test]
fn pods_move_one_by_one_as_their_budget_lets_them() {
    let mut scene = Scene::settled(3);
    {
        let mut world = scene.sandbox.world();
        let busy: Vec<String> = world.pods.values().filter(|pod| !pod.is_of_daemon_set()).filter_map(|pod| pod.node_name.clone()).collect();
        for node in world.nodes.values_mut().filter(|node| !busy.contains(&node.name)) {
            node.annotations.insert(PROTECTED.to_owned(), "true".to_owned());
        }
    }
    scene.load(20);
    let reports = scene.ticks_until(|scene| scene.operations() == 0 && scene.nodes() == 2);
    let evictions = reports.iter().flat_map(|report| &report.outcomes).filter(|outcome| matches!(outcome.step, Step::Evict(_))).count();
    assert!(evictions > 0, "the node ran pods");
    assert_eq!(scene.sandbox.world().pods.values().filter(|pod| !pod.is_of_daemon_set() && pod.node_name.is_some()).count(), 4);
}

#[test]
fn an_idle_tick_is_two_rounds_and_no_step() {
    let mut scene = Scene::settled(2);
    scene.pass(minutes(2));
    let before = scene.sandbox.world().calls;
    let report = scene.tick();
    assert!(report.decided.is_some() && report.outcomes.is_empty());
    // Lease, metrics, instances, nodes; commit. No rule looks at waiting pods.
    assert_eq!(scene.sandbox.world().calls - before, 5);
}

#[test]
fn between_evaluations_a_tick_only_advances() {
    let mut scene = Scene::settled(2);
    scene.load(90);
    let reports = scene.ticks_for(minutes(2));
    let evaluated = reports.iter().filter(|report| report.decided.is_some()).count();
    assert_eq!((evaluated, decisions(&reports).len()), (1, 1));
}

/// The number of the next call of that kind, found by running a copy of the scene up to it.
fn crash_in_a_launch(effect: bool, call: Call) -> Scene {
    let mut scene = Scene::settled(2);
    scene.load(90);
    let until = scene.now().duration_since(crate::plan::fixture::noon()) + minutes(3);
    let kind = FaultKind::Crash { effect };
    scene.sandbox.world().faults.list = vec![Fault { calls: vec![call], from: SignedDuration::ZERO, until, per_mille: 1000, kind }];
    let mut crashes = 0;
    for _ in 0..12 {
        crashes += u32::from(scene.tick_or_crash().is_none());
        if crashes == 1 {
            scene.sandbox.world().faults.list.clear();
        }
        scene.pass(SignedDuration::from_secs(15));
    }
    assert_eq!(crashes, 1, "it died once");
    scene
}

#[test]
fn a_crash_around_run_instances_ends_with_exactly_one_instance() {
    for call in [Call::Intend, Call::RunInstances, Call::Commit] {
        for effect in [false, true] {
            let mut scene = crash_in_a_launch(effect, call);
            scene.load(50);
            scene.ticks_until(|scene| scene.operations() == 0 && scene.ready() == 3);
            scene.ticks_for(minutes(10));
            assert_eq!((scene.living(), scene.dead()), (3, 0), "{call:?}, effect {effect}");
        }
    }
}

#[test]
fn every_call_of_a_scale_up_and_a_drain_may_be_the_last_of_its_process() {
    let calls_of = |scene: &mut Scene| {
        let before = scene.sandbox.world().calls;
        run_through(scene);
        let after = scene.sandbox.world().calls;
        (before, after)
    };
    let (before, after) = calls_of(&mut Scene::settled(2));
    for call in before + 1..=after {
        for effect in [false, true] {
            let mut scene = Scene::settled(2);
            scene.sandbox.world().faults.crashes = vec![CrashAt { call, effect }];
            run_through(&mut scene);
            assert_eq!((scene.living(), scene.nodes()), (2, 2), "call {call}, effect {effect}");
            let left = scene.sandbox.world().nodes.values().filter(|node| node.unschedulable || !node.taints.is_empty()).count();
            assert_eq!(left, 0, "call {call}, effect {effect}");
        }
    }
}

/// A load that asks for a third worker, and then for it to go; whatever dies on the way.
fn run_through(scene: &mut Scene) {
    scene.load(90);
    let mut most = 0;
    let mut all_ticks = |scene: &mut Scene, count: u32, pause: i64| {
        for _ in 0..count {
            let _ = scene.tick_or_crash();
            scene.pass(SignedDuration::from_secs(pause));
            most = most.max(scene.living());
        }
    };
    all_ticks(scene, 3, 60);
    scene.load(50);
    all_ticks(scene, 6, 60);
    scene.load(20);
    // Until the removal is decided, and not long enough for a second one.
    all_ticks(scene, 9, 60);
    scene.load(50);
    all_ticks(scene, 6, 60);
    assert!(most <= 3, "{most} instances ran at once");
}

#[test]
fn of_two_ticks_at_once_one_acts() {
    let mut scene = Scene::settled(2);
    scene.load(90);
    scene.pass(minutes(2));
    let sandbox = scene.sandbox.clone();
    let slowly = FaultKind::Delay { by: SignedDuration::from_secs(1), effect_first: true };
    let always =
        Fault { calls: vec![Call::Instances], from: SignedDuration::ZERO, until: SignedDuration::MAX, per_mille: 1000, kind: slowly };
    scene.sandbox.world().faults.list = vec![always];
    let (one, other) = (scene.order(&sandbox), scene.order(&sandbox));
    let Ran::Done((first, second)) = sandbox.run(async { tokio::join!(tick(&sandbox, &one), tick(&sandbox, &other)) }) else {
        panic!("both end")
    };
    let ended = [first.ended.clone(), second.ended.clone()];
    assert_eq!(ended.iter().filter(|ended| **ended == Ended::Committed).count(), 1, "{ended:?}");
    assert_eq!(ended.iter().filter(|ended| matches!(ended, Ended::Held { .. })).count(), 1, "{ended:?}");
    assert_eq!(scene.living(), 3);
}

#[test]
fn a_lost_lease_ends_quietly_and_without_a_step() {
    for call in [Call::Intend, Call::Commit] {
        let mut scene = Scene::settled(2);
        scene.load(90);
        scene.pass(minutes(2));
        let kind = FaultKind::Usurp;
        let always = Fault { calls: vec![call], from: SignedDuration::ZERO, until: SignedDuration::MAX, per_mille: 1000, kind };
        scene.sandbox.world().faults.list = vec![always];
        let report = scene.tick();
        assert_eq!(report.ended, Ended::LostLease, "{call:?}");
        let acted = report.outcomes.len();
        assert_eq!(acted, usize::from(call == Call::Commit), "nothing is done after the loss");
        assert!(report.announced.is_empty(), "nothing is announced that was not committed");
    }
}

#[test]
fn what_cannot_be_seen_is_said_and_changes_nothing() {
    for (call, words) in [(Call::Instances, "injected"), (Call::Nodes, "injected"), (Call::Metrics, "metric `cpu` is missing")] {
        let mut scene = Scene::settled(2);
        scene.load(10);
        let kind = FaultKind::Fail(FailureClass::Unknown);
        let always = Fault { calls: vec![call], from: SignedDuration::ZERO, until: SignedDuration::MAX, per_mille: 1000, kind };
        scene.sandbox.world().faults.list = vec![always];
        let reports = scene.ticks_for(minutes(30));
        assert_eq!(decisions(&reports), [], "{call:?}");
        assert!(reports.iter().all(|report| report.is_committed() && report.outcomes.is_empty()), "{call:?}");
        assert!(reports.iter().all(|report| report.missing.iter().any(|missing| missing.contains(words))), "{call:?}");
        assert_eq!(scene.living(), 2);
    }
}

#[test]
fn the_lower_bound_needs_no_metric() {
    let mut scene = Scene::settled(2);
    scene.cluster.nodes.lower = 4;
    let kind = FaultKind::Fail(FailureClass::Unknown);
    let always = Fault { calls: vec![Call::Metrics], from: SignedDuration::ZERO, until: SignedDuration::MAX, per_mille: 1000, kind };
    scene.sandbox.world().faults.list = vec![always];
    scene.ticks_until(|scene| scene.ready() == 4);
}

#[test]
fn news_that_does_not_go_out_is_tried_again_under_its_id() {
    let mut scene = Scene::settled(2);
    scene.load(90);
    let until = scene.now().duration_since(crate::plan::fixture::noon()) + minutes(4);
    let kind = FaultKind::TimeOut { effect: true };
    scene.sandbox.world().faults.list =
        vec![Fault { calls: vec![Call::Announce], from: SignedDuration::ZERO, until, per_mille: 1000, kind }];
    scene.ticks_for(minutes(6));
    let heard: Vec<String> = scene.sandbox.world().announced.iter().map(|(_, news)| news.id.clone()).collect();
    assert!(heard.len() > 2, "{heard:?}");
    assert!(heard.iter().all(|id| *id == heard[0]), "{heard:?}");
    let after = scene.sandbox.world().announced.len();
    scene.load(50);
    scene.ticks_for(minutes(1));
    assert_eq!(scene.sandbox.world().announced.len(), after, "delivered is done");
}

#[test]
fn a_slow_call_does_not_hold_the_tick_past_its_deadline() {
    let mut scene = Scene::settled(2);
    scene.load(90);
    scene.pass(minutes(2));
    let kind = FaultKind::Delay { by: minutes(10), effect_first: true };
    let always = Fault { calls: vec![Call::RunInstances], from: SignedDuration::ZERO, until: SignedDuration::MAX, per_mille: 1000, kind };
    scene.sandbox.world().faults.list = vec![always];
    let started = scene.now();
    let report = scene.tick();
    assert!(report.is_committed());
    assert!(scene.now().duration_since(started) <= SignedDuration::from_secs(50));
    scene.sandbox.world().faults.list.clear();
    scene.load(50);
    scene.ticks_until(|scene| scene.operations() == 0 && scene.ready() == 3);
    assert_eq!(scene.living(), 3, "the same token brought the same instance");
}

#[test]
fn a_lost_ledger_is_rebuilt_and_removes_nothing_for_a_while() {
    let mut scene = Scene::settled(3);
    scene.load(20);
    scene.ticks_until(|scene| scene.sandbox.world().nodes.values().any(|node| node.unschedulable));
    scene.sandbox.ledger().lose("prod");
    let reports = scene.ticks_for(minutes(9));
    assert_eq!(decisions(&reports), []);
    assert_eq!(scene.nodes(), 3);
    let marked = scene.sandbox.world().nodes.values().filter(|node| node.unschedulable || !node.taints.is_empty()).count();
    assert_eq!(marked, 0, "our mark is taken off");
}

#[test]
fn a_decision_can_be_replayed_from_its_event() {
    let mut scene = Scene::settled(2);
    scene.load(90);
    scene.ticks_for(minutes(10));
    let mut replayed = 0;
    for event in scene.events() {
        let crate::ledger::EventKind::Decided(decided) = event.kind else { continue };
        let input = crate::decide::Input { cluster: &scene.cluster, observed: &decided.observed, memory: &decided.memory };
        assert_eq!(crate::decide::decide(&input), *decided.decision);
        replayed += 1;
    }
    assert!(replayed > 5);
}

#[test]
fn a_removal_for_which_nobody_can_go_is_no_change() {
    let mut scene = Scene::settled(2);
    for node in scene.sandbox.world().nodes.values_mut() {
        node.annotations.insert(PROTECTED.to_owned(), "true".to_owned());
    }
    scene.load(20);
    let reports = scene.ticks_for(minutes(3));
    assert!(reports.iter().any(|report| report.passed_over.len() == 2), "each has its reason");
    assert!(scene.sandbox.world().announced.is_empty(), "nothing has happened that is news");
    scene.load(90);
    let reports = scene.ticks_for(minutes(3));
    assert_eq!(decisions(&reports), [Action::Add(1)], "no cooldown of a change that was none");
}

#[test]
fn a_condition_that_lasts_is_told_once_and_its_end_too() {
    let mut scene = Scene::settled(2);
    scene.cluster.nodes.upper = 2;
    scene.cluster.notify[0].topics = vec![Topic::AtMax, Topic::Recovered, Topic::Blind];
    scene.load(90);
    scene.ticks_for(minutes(10));
    scene.load(50);
    scene.ticks_for(minutes(6));
    scene.sandbox.world().drive.series.clear();
    scene.ticks_for(minutes(2));
    assert_eq!(scene.told(), [Topic::AtMax, Topic::Recovered], "one answer may fail");
    scene.ticks_for(minutes(6));
    assert_eq!(scene.told(), [Topic::AtMax, Topic::Recovered, Topic::Blind]);
}

fn always(call: Call, kind: FaultKind) -> Fault {
    Fault { calls: vec![call], from: SignedDuration::ZERO, until: SignedDuration::MAX, per_mille: 1000, kind }
}

#[test]
fn a_throttled_launch_is_made_within_the_same_tick_with_the_same_token() {
    let mut scene = Scene::settled(2);
    scene.load(90);
    scene.pass(minutes(2));
    let began = scene.now();
    let for_a_while = began.duration_since(crate::plan::fixture::noon()) + SignedDuration::from_secs(10);
    let throttled = Fault { until: for_a_while, ..always(Call::RunInstances, FaultKind::Fail(FailureClass::Throttle)) };
    scene.sandbox.world().faults.list = vec![throttled];
    let report = scene.tick();
    assert_eq!(report.outcomes.len(), 1, "it is one step, however often it is asked: {:?}", report.outcomes);
    assert!(report.outcomes[0].result.is_ok());
    let took = scene.now().duration_since(began);
    assert!((SignedDuration::from_secs(10)..SignedDuration::from_secs(20)).contains(&took), "{took:#}");
    assert_eq!(scene.living(), 3);
}

#[test]
fn throttling_without_end_is_no_failure_and_ends_with_the_budget() {
    let mut scene = Scene::settled(2);
    scene.load(90);
    scene.pass(minutes(2));
    scene.sandbox.world().faults.list = vec![always(Call::RunInstances, FaultKind::Fail(FailureClass::Throttle))];
    let (began, calls) = (scene.now(), scene.sandbox.world().calls);
    let report = scene.tick();
    assert!(report.is_committed());
    assert!(scene.now().duration_since(began) <= SignedDuration::from_secs(48), "two seconds are left for the commit");
    let asked = scene.sandbox.world().calls - calls;
    assert!(asked < 24, "pauses grow: {asked} calls");
    scene.sandbox.world().faults.list.clear();
    scene.load(50);
    scene.ticks_until(|scene| scene.operations() == 0 && scene.ready() == 3);
    assert_eq!(scene.living(), 3, "nothing has cooled, and one token is one instance");
}

#[test]
fn a_tick_that_ran_out_of_time_goes_on_where_it_stopped() {
    let mut scene = Scene::settled(10);
    scene.sandbox.world().add_workers(50);
    scene.cluster.nodes.upper = 60;
    scene.cluster.nodes.lower = 10;
    scene.cluster.step.down = 50;
    scene.cluster.rules[1].action = Proposal::Remove(Amount::Nodes(Expression::Literal(Number::integer(50))));
    scene.load(20);
    let slowly = FaultKind::Delay { by: SignedDuration::from_secs(20), effect_first: false };
    scene.sandbox.world().faults.list = [Call::Mark, Call::Evict, Call::Terminate].map(|call| always(call, slowly.clone())).into();
    let marked = |scene: &Scene| scene.sandbox.world().nodes.values().filter(|node| node.unschedulable).count();
    let mut removal = scene.tick();
    while removal.outcomes.is_empty() {
        scene.pass(minutes(2));
        removal = scene.tick();
    }
    assert_eq!(removal.outcomes.len(), 50, "every step is intended at once");
    assert_eq!(marked(&scene), 32, "two times sixteen calls of twenty seconds fit into the budget");
    let last = scene.tick();
    assert_eq!(marked(&scene), 50, "those that had to wait come first: {:#?}", last.outcomes.first());
}

#[test]
fn a_ledger_that_does_not_answer_does_not_hold_the_tick() {
    for call in [Call::Intend, Call::Commit] {
        let mut scene = Scene::settled(2);
        scene.load(90);
        scene.pass(minutes(2));
        let late = FaultKind::Delay { by: minutes(30), effect_first: true };
        scene.sandbox.world().faults.list = vec![always(call, late)];
        let began = scene.now();
        let report = scene.tick();
        assert!(scene.now().duration_since(began) <= SignedDuration::from_secs(50), "{call:?}");
        match call {
            Call::Intend => assert!(report.is_committed() && report.outcomes.is_empty(), "it commits where it stands"),
            _ => assert!(matches!(report.ended, Ended::NoLedger { .. }), "{:?}", report.ended),
        }
        scene.sandbox.world().faults.list.clear();
        scene.load(50);
        scene.ticks_until(|scene| scene.operations() == 0 && scene.ready() == 3);
        assert_eq!(scene.living(), 3, "{call:?}");
    }
}
