//! Every guard is named with who stands behind it, and with the first instant at which it can lift.

use crate::decide::scene::{Scene, add, at, compare, fact, hold, keep, metric, minutes, number, remove, rule, set};
use crate::decide::{Action, Backoff, Change, Guard, GuardReason, Lift, Prices};
use crate::rules::{Days, Fact, Rule, Step, Stretch, Timing, Veto, WallTime, Window, WindowId};

/// The next evaluation is two minutes on.
const NEXT: Lift = Lift::Seen(jiff::Timestamp::constant(1_795_608_120, 0));

fn reason(scene: &Scene, guard: Guard) -> GuardReason {
    let because = scene.decide().because;
    because.guards.iter().find(|reason| reason.guard == guard).unwrap_or_else(|| panic!("no {guard:?}: {because:#?}")).clone()
}

/// While the window from 11:00 to 13:00 is open: an hour from now it closes.
fn during(rule: Rule) -> Rule {
    Rule { during: vec![Timing { window: WindowId(0), early: minutes(0) }], ..rule }
}

fn with_window(mut scene: Scene) -> Scene {
    let (start, end) = (WallTime { minutes: 11 * 60 }, WallTime { minutes: 13 * 60 });
    let stretches = vec![Stretch::Weekly { days: Days::DAILY, start, end }];
    scene.cluster.windows.push(Window { name: "noon".into(), stretches, except: Vec::new() });
    scene
}

fn changed(scene: &mut Scene, ago: i64, effect: Option<i64>) {
    let now = scene.observed.now;
    let took_effect = effect.map(|effect| now - minutes(effect));
    scene.memory.last_change = Some(Change { at: now - minutes(ago), action: Action::Add(1), winners: vec![], took_effect });
}

#[test]
fn the_next_evaluation_is_two_minutes_on() {
    assert_eq!(NEXT, Lift::Seen(at(120)));
}

#[test]
fn cooldown_lifts_at_its_end_and_the_last_of_several_decides() {
    let scene = || Scene::new(1, 10, 5).rule(Rule { cooldown: Some(minutes(20)), ..rule("a", None, set("6")) });
    let clusters = scene().with(|scene| changed(scene, 2, None));
    assert_eq!(reason(&clusters, Guard::Cooldown).lifts, Lift::At(at(180)));
    let both = scene().with(|scene| {
        changed(scene, 2, None);
        scene.memory.won.insert("a".into(), at(-120));
    });
    // Both are told with the rule; that of the change is what holds its best proposal.
    let held = both.decide().because.rules[0].held.clone();
    assert_eq!(held.iter().map(|reason| reason.lifts).collect::<Vec<_>>(), [Lift::At(at(180)), Lift::At(at(18 * 60))]);
    let ledger = Scene::new(1, 10, 5).rule(rule("a", None, remove("1"))).with(|scene| scene.observed.no_removal_before = Some(at(7)));
    assert_eq!(reason(&ledger, Guard::Cooldown).lifts, Lift::At(at(7)));
}

#[test]
fn settling_lifts_when_its_window_lies_behind_the_effect() {
    let scene = |effect| {
        Scene::new(1, 10, 5)
            .flat("cpu", true, "90")
            .rule(rule("a", Some(crate::decide::scene::held(compare(metric(0), ">", "70"), minutes(4))), add("1")))
            .with(|scene| changed(scene, 6, effect))
    };
    let settled = reason(&scene(Some(1)), Guard::Settling);
    assert_eq!((settled.lifts, settled.by), (Lift::At(at(180)), vec!["a".to_owned()]));
    // Not before the next evaluation sees the effect, and then the whole window on.
    assert_eq!(reason(&scene(None), Guard::Settling).lifts, Lift::Seen(at(120 + 240)));
}

#[test]
fn blind_names_what_is_unknown_and_is_looked_at_again() {
    let scene = Scene::new(1, 10, 5).metric("cpu", true, &[]).rule(rule("a", Some(compare(metric(0), ">", "70")), add("1"))).rule(rule(
        "b",
        None,
        remove("1"),
    ));
    let blind = reason(&scene, Guard::Blind);
    assert_eq!((blind.lifts, blind.by, blind.to_nothing), (NEXT, vec!["a".to_owned()], true));
}

#[test]
fn hold_lifts_with_its_window_else_it_is_looked_at_again_or_never_lifts() {
    let scene = |veto: Rule| with_window(Scene::new(1, 10, 5)).rule(rule("a", None, add("1"))).rule(veto);
    let veto = rule("veto", None, hold(Veto::Everything));
    assert_eq!(reason(&scene(during(veto.clone())), Guard::Hold).lifts, Lift::At(at(3600)));
    assert_eq!(reason(&scene(veto.clone()), Guard::Hold).lifts, Lift::Never);
    let conditional = Rule { when: Some(compare(fact(Fact::Nodes), ">", "1")), ..veto };
    let hold = reason(&scene(conditional), Guard::Hold);
    assert_eq!((hold.lifts, hold.by), (NEXT, vec!["veto".to_owned()]));
}

#[test]
fn bounds_lift_with_the_keep_that_sets_them_and_the_clusters_own_never() {
    let own = reason(&Scene::new(1, 5, 5).rule(rule("a", None, add("1"))), Guard::Bounds);
    assert_eq!((own.lifts, own.to_nothing, own.left), (Lift::Never, true, Some(5)));
    let scene = |keeps: Rule| with_window(Scene::new(1, 10, 5)).rule(rule("a", None, add("3"))).rule(keeps);
    let keeps = rule("rush", None, keep(1, 6));
    let cut = reason(&scene(during(keeps.clone())), Guard::Bounds);
    assert_eq!((cut.lifts, cut.to_nothing, cut.left, cut.by), (Lift::At(at(3600)), false, Some(6), vec!["rush".to_owned()]));
    let conditional = Rule { when: Some(compare(fact(Fact::Nodes), ">", "1")), ..keeps };
    assert_eq!(reason(&scene(conditional), Guard::Bounds).lifts, NEXT);
    let down = with_window(Scene::new(1, 10, 5)).rule(rule("a", None, remove("3"))).rule(during(rule("rush", None, keep(5, 9))));
    assert_eq!(reason(&down, Guard::Bounds).lifts, Lift::At(at(3600)));
}

#[test]
fn step_says_what_it_leaves_for_now() {
    for action in [add("5"), remove("5")] {
        let scene = Scene::new(0, 20, 10).rule(rule("a", None, action)).with(|scene| scene.cluster.step = Step { up: 2, down: 2 });
        let step = reason(&scene, Guard::Step);
        assert!((step.lifts, step.to_nothing) == (NEXT, false) && matches!(step.left, Some(8 | 12)), "{step:?}");
    }
}

#[test]
fn rebound_names_the_rules_that_would_ask() {
    let scene = Scene::new(1, 10, 2).flat("cpu", true, "40").rule(rule("busy", Some(compare(metric(0), ">", "70")), add("1"))).rule(rule(
        "quiet",
        None,
        remove("1"),
    ));
    let rebound = reason(&scene, Guard::Rebound);
    assert_eq!((rebound.lifts, rebound.by, rebound.left), (NEXT, vec!["busy".to_owned()], Some(2)));
    assert_eq!(rebound.text, "with 1 node `busy` would ask for more");
}

#[test]
fn busy_and_outage_are_looked_at_again() {
    let quiet = || Scene::new(1, 30, 5).rule(rule("a", None, remove("1")));
    let busy = reason(&quiet().with(|scene| scene.observed.launches_in_flight = 2), Guard::Busy);
    assert_eq!((busy.lifts, busy.text.as_str()), (NEXT, "2 launches are in flight"));
    let outage = reason(&quiet().with(|scene| scene.observed.counts.unready = Some(5)), Guard::Outage);
    assert_eq!((outage.lifts, outage.text.as_str()), (NEXT, "5 of 10 workers are unready"));
}

#[test]
fn backoff_lifts_at_its_end_or_with_the_configuration() {
    let scene = |until| {
        Scene::new(1, 10, 5).rule(rule("a", None, add("1"))).with(|scene| {
            scene.observed.backoff = Some(Backoff { until, reason: "InsufficientInstanceCapacity".into() });
        })
    };
    let backoff = reason(&scene(Some(at(90))), Guard::Backoff);
    assert_eq!(backoff.lifts, Lift::At(at(90)));
    assert!(backoff.text.contains("InsufficientInstanceCapacity"), "{}", backoff.text);
    assert_eq!(reason(&scene(None), Guard::Backoff).lifts, Lift::Never);
    // Below the lower bound it is the one guard that delays, and is told there too.
    let below = Scene::new(7, 10, 5).with(|scene| scene.observed.backoff = Some(Backoff { until: Some(at(90)), reason: "none".into() }));
    assert_eq!(reason(&below, Guard::Backoff).lifts, Lift::At(at(90)));
}

#[test]
fn the_budget_says_how_many_it_pays_for() {
    let scene = Scene::new(1, 10, 3).rule(rule("a", None, add("1"))).with(|scene| {
        scene.cluster.budget = Some(number("0.07"));
        scene.observed.prices = Some(Prices { running: number("0.06"), next: vec![number("0.02")] });
    });
    let budget = reason(&scene, Guard::Budget);
    assert_eq!((budget.lifts, budget.text.as_str(), budget.to_nothing), (Lift::Never, "the budget pays for 3 nodes", true));
}
