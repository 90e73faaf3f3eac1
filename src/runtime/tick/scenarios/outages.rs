use crate::decide::Action;
use crate::plan::FailureClass;
use crate::plan::fixture::minutes;
use crate::runtime::tick::scene::{Scene, decisions};
use crate::sandbox::{Call, FaultKind, Outside};

#[test]
fn prometheus_is_down_stale_not_a_number_empty_or_answers_in_part() {
    let kinds = [
        FaultKind::Fail(FailureClass::Unknown),
        FaultKind::TimeOut { effect: false },
        FaultKind::Stale { by: minutes(10) },
        FaultKind::NotANumber,
        FaultKind::Empty,
        FaultKind::Partial,
    ];
    for kind in kinds {
        let mut scene = Scene::settled(3);
        scene.while_struck(&[Call::Metrics], 1000, kind.clone());
        for load in [20, 90] {
            scene.load(load);
            let reports = scene.ticks_for(minutes(30));
            assert_eq!(decisions(&reports), [], "{kind:?} at {load}%");
            assert!(reports.iter().any(|report| report.missing.iter().any(|text| text.contains("`cpu`"))), "{kind:?} is said");
        }
        assert_eq!((scene.living(), scene.dead()), (3, 0), "{kind:?}");
        scene.mended();
        scene.load(20);
        let reports = scene.ticks_until(|scene| scene.marked().len() == 1);
        assert_eq!(decisions(&reports), [Action::Remove(1)], "{kind:?} is over");
    }
}

#[test]
fn an_instance_is_killed_outside() {
    let mut scene = Scene::settled(3);
    scene.befallen_by(&Outside::Kill(1));
    assert_eq!(scene.living(), 2);
    let reports = scene.ticks_until(|scene| scene.ready() == 3 && scene.operations() == 0);
    assert_eq!(decisions(&reports), [], "no rule had to ask for it");
    scene.ticks_for(minutes(15));
    assert_eq!((scene.launches(), scene.living(), scene.nodes()), (1, 3, 3), "one for one, and its Node is gone");
    assert_eq!(scene.running_pods(), 4);
}

#[test]
fn half_the_kubelets_are_silent_for_twenty_minutes() {
    let mut scene = Scene::settled(8);
    scene.befallen_by(&Outside::Silence(4));
    for load in [50, 20] {
        scene.load(load);
        let reports = scene.ticks_for(minutes(10));
        assert!(!decisions(&reports).iter().any(|action| matches!(action, Action::Remove(_))), "at {load}%");
        assert!(reports.iter().flat_map(|report| &report.operations).all(|operation| !is_replacement(operation)), "at {load}%");
        assert_eq!(scene.dead(), 0, "at {load}%");
    }
    scene.befallen_by(&Outside::Speak);
    scene.load(50);
    scene.ticks_until(|scene| scene.operations() == 0);
    scene.ticks_for(minutes(15));
    assert_eq!(scene.dead(), 0, "a partition relaunches nothing");
    assert_eq!(scene.marked(), Vec::<String>::new());
    assert_eq!(scene.running_pods(), 4);
}

fn is_replacement(operation: &crate::plan::Operation) -> bool {
    use crate::plan::{LaunchCause, Operation};
    matches!(operation, Operation::Launch(launch) if matches!(launch.cause, LaunchCause::Replacement { .. }))
}
