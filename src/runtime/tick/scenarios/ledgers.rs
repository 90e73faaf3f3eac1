use jiff::SignedDuration;

use crate::plan::fixture::minutes;
use crate::runtime::tick::scene::{Scene, decisions};
use crate::runtime::tick::{Ended, tick};
use crate::sandbox::{FaultKind, Ran};

#[test]
fn two_lambdas_run_at_once() {
    let mut scene = Scene::settled(2);
    scene.load(90);
    scene.pass(minutes(2));
    scene.while_struck(&[], 1000, FaultKind::Delay { by: SignedDuration::from_secs(1), effect_first: true });
    let (first, second) = (scene.sandbox.with_clock_ahead(SignedDuration::ZERO), scene.sandbox.with_clock_ahead(SignedDuration::ZERO));
    let (one, other) = (scene.order(&first), scene.order(&second));
    let both = async { tokio::join!(tick(&first, &one), tick(&second, &other)) };
    let Ran::Done((acts, waits)) = scene.sandbox.run(both) else { panic!("both end") };
    assert_eq!(acts.ended, Ended::Committed);
    assert!(matches!(waits.ended, Ended::Held { .. }), "{:?}", waits.ended);
    assert!(waits.outcomes.is_empty() && waits.announced.is_empty(), "who does not hold the lease does nothing");
    scene.mended();
    scene.load(50);
    scene.ticks_until(|scene| scene.ready() == 3 && scene.operations() == 0);
    assert_eq!((scene.launches(), scene.living()), (1, 3));
}

#[test]
fn clocks_are_five_minutes_off() {
    let mut scene = Scene::settled(2);
    let mut most = 0;
    let mut ticks = |scene: &mut Scene, count: usize| {
        for number in 0..count {
            let ahead = if number % 2 == 0 { SignedDuration::ZERO } else { minutes(5) };
            let process = scene.sandbox.with_clock_ahead(ahead);
            assert!(scene.tick_of(&process).is_some());
            scene.pass(SignedDuration::from_secs(30));
            most = most.max(scene.living());
        }
    };
    scene.load(90);
    ticks(&mut scene, 6);
    scene.load(50);
    ticks(&mut scene, 80);
    assert!(scene.ready() >= 2 && scene.operations() == 0, "it settles");
    scene.load(20);
    ticks(&mut scene, 60);
    scene.load(50);
    ticks(&mut scene, 40);
    assert!(most <= 4, "{most} at once: it never runs away");
    assert!(scene.ready() >= 1, "never below the lower bound");
    assert_eq!(scene.operations(), 0);
    assert_eq!(scene.marked(), Vec::<String>::new());
    assert_eq!(scene.running_pods(), 4);
}

#[test]
fn the_table_is_deleted() {
    let mut scene = Scene::settled(2);
    scene.load(90);
    scene.ticks_until(|scene| scene.living() == 3);
    scene.sandbox.lose_ledger();
    scene.load(50);
    scene.ticks_until(|scene| scene.ready() == 3 && scene.operations() == 0);
    assert_eq!((scene.launches(), scene.dead()), (1, 0), "what was on its way is found by its tags");

    scene.only_busy_nodes_may_go();
    scene.load(20);
    scene.ticks_until(|scene| scene.marked().len() == 1);
    scene.sandbox.lose_ledger();
    let reports = scene.ticks_for(minutes(9));
    assert_eq!(decisions(&reports), [], "nothing is removed before the world is known again");
    assert_eq!(scene.marked(), Vec::<String>::new(), "the mark of a drain that nobody knows is taken off");
    assert_eq!(scene.living(), 3);
    let reports = scene.ticks_until(|scene| scene.marked().len() == 1);
    assert_eq!(decisions(&reports).len(), 1, "and then the rules are followed");
}
