use jiff::SignedDuration;

use crate::decide::Action;
use crate::observe::{Notice, NoticeKind};
use crate::plan::fixture::minutes;
use crate::runtime::tick::scene::{Scene, decisions};
use crate::runtime::tick::{Ended, tick};
use crate::sandbox::{Call, Fault, FaultKind, Happening, Ran};

/// Three workers, of which the one that runs pods is being drained: its budget lets them go one by one.
fn mid_drain() -> Scene {
    let mut scene = Scene::settled(3);
    scene.only_busy_nodes_may_go();
    scene.load(20);
    scene.ticks_until(|scene| scene.marked().len() == 1);
    assert!(scene.pods_to_go() > 0, "its budget lets them go one by one");
    scene
}

#[test]
fn a_lease_expires_mid_drain() {
    let mut scene = mid_drain();
    // The holder hangs in its write for three minutes; its lease is over by then, and another has gone on.
    let now = scene.now().duration_since(crate::plan::fixture::noon());
    let hangs = FaultKind::Delay { by: minutes(3), effect_first: false };
    let soon = now + SignedDuration::from_secs(30);
    scene.sandbox.world().faults.list =
        vec![Fault { calls: vec![Call::Commit], from: SignedDuration::ZERO, until: soon, per_mille: 1000, kind: hangs }];
    let (first, second) = (scene.sandbox.with_clock_ahead(SignedDuration::ZERO), scene.sandbox.with_clock_ahead(SignedDuration::ZERO));
    let (one, mut other) = (scene.order(&first), scene.order(&second));
    other.deadline += SignedDuration::from_secs(90);
    let both = async {
        tokio::join!(tick(&first, &one), async {
            second.pause(SignedDuration::from_secs(90)).await;
            tick(&second, &other).await
        })
    };
    let Ran::Done((hung, next)) = scene.sandbox.run(both) else { panic!("both end") };
    assert!(matches!(hung.ended, Ended::NoLedger { .. }), "it gives up at its deadline, which is its lease's: {:?}", hung.ended);
    assert_eq!(next.ended, Ended::Committed);
    scene.mended();
    scene.load(50);
    scene.ticks_until(|scene| scene.nodes() == 2 && scene.operations() == 0);
    assert_eq!((scene.living(), scene.dead(), scene.running_pods()), (2, 1, 4), "the drain went on where it stood");
    assert_eq!(scene.marked(), Vec::<String>::new());
}

#[test]
fn a_budget_is_never_satisfiable() {
    let never = |scene: &Scene| scene.sandbox.world().settings.workloads[0].budgets = vec![4];
    let mut scene = Scene::settled(3);
    scene.only_busy_nodes_may_go();
    never(&scene);
    scene.load(20);
    let reports = scene.ticks_for(minutes(15));
    let reasons: Vec<&str> = reports.iter().flat_map(|report| &report.passed_over).map(|passed| passed.reason.as_str()).collect();
    assert!(reasons.iter().any(|reason| reason.contains("budget")), "{reasons:#?}");
    assert_eq!(scene.marked(), Vec::<String>::new(), "nothing is begun that cannot end");

    // One that becomes so once the drain has begun.
    let mut scene = mid_drain();
    never(&scene);
    let reports = scene.ticks_until(|scene| scene.operations() == 0);
    let said: Vec<&str> = reports.iter().flat_map(|report| &report.remarks).map(|remark| remark.text.as_str()).collect();
    assert!(said.iter().any(|text| text.contains("not drained within 5m") && text.contains("disruption budget")), "{said:#?}");
    assert_eq!(scene.marked(), Vec::<String>::new(), "the node is as it was");
    assert_eq!((scene.living(), scene.running_pods()), (3, 4), "nothing was terminated");
    let again = scene.ticks_for(minutes(2));
    assert!(again.iter().all(|report| report.operations.is_empty()), "it is left alone for a while");
}

#[test]
fn a_spot_notice_mid_drain() {
    let mut scene = mid_drain();
    let node = scene.marked().remove(0);
    let instance_id = scene.sandbox.world().nodes[&node].instance_id.clone().unwrap();
    let ends_at = scene.now() + minutes(2);
    scene.sandbox.world().schedule_at(ends_at, Happening::Reclaimed { instance: instance_id.clone() });
    let notice = Notice { instance_id, kind: NoticeKind::SpotInterruption, ends_at: Some(ends_at) };
    // EventBridge delivers twice at times.
    scene.notices = vec![notice.clone(), notice];
    scene.load(50);
    let reports = scene.ticks_until(|scene| scene.nodes() == 2 && scene.operations() == 0);
    assert!(decisions(&reports).iter().all(|action| !matches!(action, Action::Add(_))));
    assert_eq!(scene.launches(), 0, "it was to go anyway: nothing takes its place");
    scene.ticks_for(minutes(2));
    assert_eq!((scene.living(), scene.dead(), scene.running_pods()), (2, 1, 4));
    assert_eq!(scene.marked(), Vec::<String>::new());
}
