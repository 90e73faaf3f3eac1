use jiff::SignedDuration;

use crate::observe::Market;
use crate::plan::FailureClass;
use crate::plan::fixture::minutes;
use crate::runtime::tick::scene::Scene;
use crate::sandbox::{Call, FaultKind, Outside};

#[test]
fn a_crash_after_run_instances_and_before_the_write() {
    let mut scene = Scene::settled(2);
    scene.load(90);
    scene.pass(minutes(2));
    scene.while_struck(&[Call::RunInstances], 1000, FaultKind::Crash { effect: true });
    assert!(scene.tick_or_crash().is_none(), "the process dies once EC2 has launched");
    assert_eq!(scene.living(), 3);
    scene.mended();
    scene.load(50);
    // The lease of the dead runs out first.
    scene.ticks_until(|scene| scene.ready() == 3 && scene.operations() == 0);
    scene.ticks_for(minutes(15));
    assert_eq!((scene.launches(), scene.living(), scene.dead()), (1, 3, 0), "the same token, and so the same instance");
}

#[test]
fn an_instance_that_never_joins() {
    let mut scene = Scene::settled(2);
    scene.befallen_by(&Outside::BreakJoins);
    scene.load(90);
    scene.ticks_until(|scene| scene.living() == 3);
    scene.ticks_until(|scene| scene.dead() == 1);
    let hour = |scene: &mut Scene| {
        let (before, mut most) = (scene.launches(), 0);
        for _ in 0..240 {
            scene.tick();
            scene.pass(SignedDuration::from_secs(15));
            most = most.max(scene.living());
        }
        assert_eq!(most, 3, "one at a time");
        scene.launches() - before
    };
    let (first, second, third) = (hour(&mut scene), hour(&mut scene), hour(&mut scene));
    assert!(second < first && third <= second, "pauses grow: {first}, {second} and {third} launches in an hour each");
    assert_eq!(scene.ready(), 2);
    scene.befallen_by(&Outside::MendJoins);
    scene.ticks_until_within(minutes(240), |scene| scene.ready() == 3);
    scene.load(50);
    scene.ticks_until(|scene| scene.operations() == 0);
    assert_eq!((scene.ready(), scene.living()), (3, 3), "it is tried again, and joins");
}

#[test]
fn two_of_three_are_launched() {
    let mut scene = Scene::settled(2);
    let on_demand = |left| Outside::Stock { market: Market::OnDemand, left };
    scene.befallen_by(&on_demand(Some(0)));
    {
        let mut world = scene.sandbox.world();
        for zone in ["1a", "1b"] {
            world.settings.stock.insert((Market::OnDemand, "t3.small".to_owned(), zone.to_owned()), 1);
        }
    }
    scene.cluster.nodes.lower = 5;
    scene.ticks_until(|scene| scene.living() == 4);
    scene.ticks_until(|scene| scene.ready() == 4 && scene.operations() == 0);
    scene.ticks_for(minutes(5));
    assert_eq!(scene.living(), 4, "two came, and both are kept");
    scene.befallen_by(&on_demand(None));
    scene.ticks_until(|scene| scene.ready() == 5 && scene.operations() == 0);
    scene.ticks_for(minutes(10));
    assert_eq!((scene.living(), scene.dead()), (5, 0), "the third follows, and no fourth");
}

const OF_A_REMOVAL: [Call; 7] =
    [Call::Instances, Call::PodsOn, Call::TerminationProtected, Call::Mark, Call::Evict, Call::Terminate, Call::DeleteNode];

#[test]
fn half_of_all_calls_are_throttled() {
    let mut scene = Scene::settled(2);
    scene.load(90);
    scene.while_struck(&[], 500, FaultKind::Fail(FailureClass::Throttle));
    let long = minutes(6 * 60);
    scene.ticks_until_within(long, |scene| scene.living() == 3);
    scene.load(50);
    scene.ticks_until_within(long, |scene| scene.ready() == 3 && scene.operations() == 0);
    assert_eq!((scene.launches(), scene.dead()), (1, 0), "it takes longer, and no more than that");
    // A removal rests on everything at once; half of all that EC2 and Kubernetes are asked for it is throttled.
    scene.mended();
    scene.while_struck(&OF_A_REMOVAL, 500, FaultKind::Fail(FailureClass::Throttle));
    scene.load(20);
    scene.ticks_until_within(long, |scene| scene.living() == 2);
    scene.load(50);
    scene.ticks_until_within(long, |scene| scene.nodes() == 2 && scene.operations() == 0);
    assert_eq!((scene.living(), scene.running_pods()), (2, 4));
    assert_eq!(scene.marked(), Vec::<String>::new());
}
