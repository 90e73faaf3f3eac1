use jiff::SignedDuration;

use crate::decide::Action;
use crate::plan::fixture::minutes;
use crate::plan::{Operation, PROTECTED, Step};
use crate::runtime::planned::{PlanFile, PlanFileError};
use crate::runtime::tick::scene::Scene;
use crate::runtime::tick::{Apply, Ended, TickReport, apply};
use crate::runtime::{LookAhead, look_ahead};
use crate::sandbox::{Call, Fault, FaultKind, Outside, Ran};

fn planned(scene: &mut Scene) -> PlanFile {
    let sandbox = scene.sandbox.clone();
    let order = scene.order(&sandbox);
    let order = crate::runtime::tick::Order { evaluate_now: true, ..order };
    let Ran::Done(ahead) = sandbox.run(look_ahead(&sandbox, &order)) else { panic!("it died") };
    let LookAhead { report, before } = ahead.unwrap();
    let plan = PlanFile::of(&report, &scene.cluster, before.as_ref()).unwrap();
    // As it comes out of its file.
    PlanFile::read(&plan.text()).unwrap()
}

fn applied_or_crashed(scene: &mut Scene, plan: &PlanFile) -> Option<TickReport> {
    let sandbox = scene.sandbox.clone();
    let order = scene.order(&sandbox);
    let order = crate::runtime::tick::Order { evaluate_now: true, ..order };
    match sandbox.run(apply(&sandbox, &order, &Apply { plan, max_age: minutes(10) })) {
        Ran::Done(report) => Some(report),
        Ran::Crashed => None,
    }
}

fn applied(scene: &mut Scene, plan: &PlanFile) -> TickReport {
    applied_or_crashed(scene, plan).expect("it must come to its end")
}

/// A cluster of that many workers that wants one more, or one fewer.
fn wanting(workers: u32, load: i64) -> Scene {
    let scene = Scene::settled(workers);
    scene.load(load);
    scene
}

fn reasons(report: &TickReport) -> &[String] {
    match &report.ended {
        Ended::Stale { reasons } => reasons,
        other => panic!("it was not refused: {other:?}"),
    }
}

#[test]
fn an_addition_is_carried_out_exactly_as_planned_and_once() {
    let mut scene = wanting(2, 90);
    let plan = planned(&mut scene);
    let [Step::RunInstances(step)] = plan.steps.as_slice() else { panic!("{:#?}", plan.steps) };
    assert_eq!((plan.decision.action, step.count, plan.rests_on.workers.len()), (Action::Add(1), 1, 2));
    assert_eq!((scene.living(), scene.operations()), (2, 0), "a plan changes nothing");
    scene.pass(minutes(3));
    let report = applied(&mut scene, &plan);
    assert!(report.is_committed(), "{report:#?}");
    assert_eq!(report.outcomes.iter().map(|outcome| &outcome.step).collect::<Vec<_>>(), plan.steps.iter().collect::<Vec<_>>());
    assert_eq!(scene.sandbox.world().tokens.keys().collect::<Vec<_>>(), [&step.token]);
    // At once again: it is under way.
    let again = applied(&mut scene, &plan);
    assert!(reasons(&again)[0].starts_with("it is being carried out already: launch of 1 node: 0 ready (l-"), "{:?}", reasons(&again));
    scene.load(50);
    scene.ticks_until(|scene| scene.ready() == 3 && scene.operations() == 0);
    let late = applied(&mut scene, &plan);
    assert!(reasons(&late).iter().any(|reason| reason.starts_with("another change was decided at 2026-")), "{:?}", reasons(&late));
    scene.ticks_for(minutes(5));
    assert_eq!((scene.living(), scene.dead()), (3, 0));
}

#[test]
fn a_removal_takes_the_node_that_the_plan_names() {
    let mut scene = wanting(3, 20);
    let plan = planned(&mut scene);
    let [Operation::Retire(retire)] = plan.operations.as_slice() else { panic!("{:#?}", plan.operations) };
    let (chosen, deadline) = (retire.node_name.clone().unwrap(), retire.deadline);
    assert!(plan.summary[1].starts_with("taint and cordon node "), "{:?}", plan.summary);
    scene.pass(minutes(1));
    let report = applied(&mut scene, &plan);
    assert!(report.is_committed(), "{:?}", report.ended);
    let Operation::Retire(begun) = &report.operations[0] else { panic!() };
    assert_eq!((&begun.id, begun.deadline), (&retire.id, deadline + minutes(1)), "the time to drain counts from the apply");
    scene.load(50);
    scene.ticks_until(|scene| scene.operations() == 0);
    assert!(!scene.sandbox.world().nodes.contains_key(&chosen));
    assert_eq!(scene.nodes(), 2);
}

#[test]
fn an_apply_that_dies_may_be_made_again_and_launches_once() {
    for (call, effect) in [(Call::Intend, true), (Call::RunInstances, false), (Call::RunInstances, true), (Call::Commit, false)] {
        let mut scene = wanting(2, 90);
        let plan = planned(&mut scene);
        let fault = Fault {
            calls: vec![call],
            from: SignedDuration::ZERO,
            until: minutes(999),
            per_mille: 1000,
            kind: FaultKind::Crash { effect },
        };
        scene.sandbox.world().faults.list = vec![fault];
        assert!(applied_or_crashed(&mut scene, &plan).is_none());
        scene.sandbox.world().faults.list.clear();
        assert!(matches!(applied(&mut scene, &plan).ended, Ended::Held { .. }), "its lease has not expired yet");
        scene.pass(SignedDuration::from_secs(70));
        let again = applied(&mut scene, &plan);
        assert!(reasons(&again)[0].starts_with("it is being carried out already"), "{:?}", reasons(&again));
        scene.load(50);
        scene.ticks_until(|scene| scene.ready() == 3 && scene.operations() == 0);
        scene.ticks_for(minutes(5));
        assert_eq!((scene.living(), scene.dead()), (3, 0), "{call:?}, effect {effect}");
    }
}

#[test]
fn a_lost_ledger_does_not_launch_a_plan_twice() {
    let mut scene = wanting(2, 90);
    let plan = planned(&mut scene);
    applied(&mut scene, &plan);
    scene.sandbox.ledger().lose("prod");
    // EC2 does not show the new instance yet, so nothing tells that the plan was carried out: the token does.
    let again = applied(&mut scene, &plan);
    assert!(again.is_committed(), "{:?}", again.ended);
    scene.load(50);
    scene.ticks_for(minutes(10));
    assert_eq!((scene.living(), scene.dead()), (3, 0));
}

/// Plans, lets something happen, and shows why the plan is refused; nothing may have changed by it.
fn refused(workers: u32, load: i64, meanwhile: impl FnOnce(&mut Scene)) -> String {
    let mut scene = wanting(workers, load);
    let plan = planned(&mut scene);
    meanwhile(&mut scene);
    let before = (scene.living(), scene.operations(), scene.events().len());
    let report = applied(&mut scene, &plan);
    let told = reasons(&report).join("; ");
    assert_eq!((scene.living(), scene.operations(), scene.events().len()), before, "{told}");
    assert!(report.outcomes.is_empty());
    // Refused is not held: the lease is given up.
    assert!(!matches!(scene.tick().ended, Ended::Held { .. }));
    told
}

#[test]
fn each_way_in_which_the_cluster_moves_on_is_a_reason() {
    let gone = refused(2, 90, |scene| scene.sandbox.world().befall(&Outside::Kill(0)));
    assert!(gone.starts_with("worker i-") && gone.contains(" was ready and is dead"), "{gone}");
    let vanished = refused(2, 90, |scene| {
        let mut world = scene.sandbox.world();
        let (id, name) = world.machines.keys().next().cloned().map(|id| (id.clone(), world.node_of(&id).unwrap())).unwrap();
        world.machines.remove(&id);
        world.nodes.remove(&name);
    });
    assert!(vanished.starts_with("worker i-") && vanished.contains(") is gone"), "{vanished}");
    let more = refused(2, 90, |scene| scene.sandbox.world().add_workers(1));
    assert!(more.starts_with("worker i-") && more.ends_with(" is new"), "{more}");
    let silent = refused(2, 90, |scene| {
        scene.sandbox.world().befall(&Outside::Silence(1));
        scene.pass(minutes(2));
    });
    assert!(silent.contains(" was ready and is unready"), "{silent}");
    let rules = refused(2, 90, |scene| scene.cluster.nodes.upper += 1);
    assert!(rules.starts_with("the rules have changed: they were "), "{rules}");
    let old = refused(2, 90, |scene| scene.pass(minutes(11)));
    assert_eq!(old, "it is 11m old, and good for 10m");
    let calm = refused(2, 90, |scene| scene.load(50));
    assert!(calm.starts_with("the rules decide otherwise now: stay at 2 nodes: no rule asks for a change"), "{calm}");
    let template = refused(2, 90, |scene| scene.sandbox.world().template_version += 1);
    assert_eq!(template, "the launch template has changed: it was at version 1 and is at 2");
}

#[test]
fn another_operation_or_change_is_a_reason() {
    let under_way = refused(2, 90, |scene| {
        scene.tick();
    });
    assert!(under_way.starts_with("another operation is under way: launch of 1 node: 0 ready (l-"), "{under_way}");
    assert!(under_way.contains("; another change was decided at "), "{under_way}");
}

#[test]
fn a_node_that_may_no_longer_go_is_a_reason() {
    let mut scene = wanting(3, 20);
    let plan = planned(&mut scene);
    let Operation::Retire(retire) = &plan.operations[0] else { panic!() };
    let name = retire.node_name.clone().unwrap();
    scene.sandbox.world().nodes.get_mut(&name).unwrap().annotations.insert(PROTECTED.to_owned(), "true".to_owned());
    let told = reasons(&applied(&mut scene, &plan)).join("; ");
    assert!(told.contains(&format!("can no longer go: it is annotated {PROTECTED}")), "{told}");
    scene.sandbox.world().nodes.get_mut(&name).unwrap().annotations.clear();
    scene.sandbox.world().machines.get_mut(retire.instance_id.as_ref().unwrap()).unwrap().protected = true;
    let told = reasons(&applied(&mut scene, &plan)).join("; ");
    assert!(told.ends_with("can no longer go: termination protection is on"), "{told}");
}

#[test]
fn what_cannot_be_seen_is_a_reason() {
    for call in [Call::Instances, Call::Nodes, Call::Metrics, Call::Template] {
        let told = refused(2, 90, |scene| {
            let until = minutes(999);
            let kind = FaultKind::Fail(crate::plan::FailureClass::Unknown);
            let now = scene.now().duration_since(crate::plan::fixture::noon());
            scene.sandbox.world().faults.list = vec![Fault { calls: vec![call], from: now, until, per_mille: 1000, kind }];
        });
        let expected = match call {
            Call::Metrics => "the rules decide otherwise now",
            Call::Template => "the launch template cannot be read",
            _ => "what runs could not be seen",
        };
        assert!(told.starts_with(expected), "{call:?}: {told}");
    }
}

#[test]
fn a_file_that_was_changed_or_is_none_is_refused() {
    let mut scene = wanting(2, 90);
    let plan = planned(&mut scene);
    let text = plan.text();
    assert_eq!(PlanFile::read(&text), Ok(plan));
    let edited = text.replacen("\"count\": 1", "\"count\": 40", 1);
    assert_eq!(PlanFile::read(&edited), Err(PlanFileError::Changed));
    let newer = text.replacen("\"smartscale_plan\": 1", "\"smartscale_plan\": 2", 1);
    assert_eq!(PlanFile::read(&newer), Err(PlanFileError::Version { found: 2 }));
    for (text, reason) in [("{", "it is no plan: EOF"), ("{}", "it is no plan: it has no `smartscale_plan`"), ("[1]", "it is no plan")] {
        assert!(PlanFile::read(text).unwrap_err().to_string().starts_with(reason), "{text}");
    }
}

#[test]
fn a_plan_to_stay_has_no_operations_and_one_that_saw_nothing_is_none() {
    let plan = planned(&mut wanting(2, 50));
    assert_eq!((plan.decision.action, plan.operations.len(), plan.steps.len()), (Action::Stay, 0, 0));
    let nothing = TickReport { ended: Ended::Committed, ..Scene::settled(2).tick() };
    let undecided = TickReport { decided: None, missing: vec!["the ledger sleeps".to_owned()], ..nothing };
    let error = PlanFile::of(&undecided, &crate::runtime::tick::scene::rules(), None).unwrap_err();
    assert_eq!(error.to_string(), "nothing was decided, so there is no plan: the ledger sleeps");
}
