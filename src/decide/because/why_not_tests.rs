use insta::assert_snapshot;
use jiff::tz::TimeZone;

use crate::decide::because::text_tests::everything;
use crate::decide::scene::{Scene, add, compare, held, hold, keep, metric, minutes, remove, rule};
use crate::decide::{Action, Change, Fate, WhyNot};
use crate::rules::{Condition, Days, Rule, Stretch, Timing, Veto, WallTime, Window, WindowId};

fn why_not(scene: &Scene, name: &str) -> WhyNot {
    scene.decide().why_not(name, &scene.cluster).unwrap()
}

fn shown(scene: &Scene, name: &str) -> String {
    why_not(scene, name).account(&TimeZone::UTC).to_string()
}

#[test]
fn a_condition_is_told_part_by_part_with_what_would_have_to_change() {
    let quiet = Condition::And(vec![
        held(Condition::And(vec![compare(metric(0), "<", "80"), compare(metric(0), "!=", "0")]), minutes(200)),
        Condition::Or(vec![compare(metric(0), "<", "30"), Condition::Not(Box::new(compare(metric(0), ">", "70")))]),
    ]);
    let scene = everything().rule(rule("night", Some(quiet), remove("1")));
    assert_snapshot!(shown(&scene, "night"), @r"
    `night`: it was idle: its condition did not hold
      rule  idle, remove 1 node
      condition
        false    all of
        unknown    for 3h20m      held for 1h so far; `cpu` is not known at 08:40:00
        true         all of
        true           cpu < 80%  cpu is 78.3%
        true           cpu != 0%  cpu is 78.3%
        false      any of
        false        cpu < 30%    cpu is 78.3%, 48.3 points over
        false        not
        true           cpu > 70%  cpu is 78.3%
      what would have to change
        this must last for another 2h20m, 14:20:00 at the earliest
        cpu must be < 30%, it is 78.3%, or cpu must be <= 70%, it is 78.3%
    ");
}

#[test]
fn a_condition_that_holds_must_go_on() {
    let samples: Vec<(i64, Option<&str>)> = vec![(-180, Some("60")), (-100, Some("80")), (0, Some("80"))];
    let busy = rule("busy", Some(held(compare(metric(0), ">", "70"), minutes(3))), add("1"));
    let scene = Scene::new(1, 10, 3).metric("cpu", true, &samples).rule(busy);
    assert_snapshot!(shown(&scene, "busy"), @r"
    `busy`: it was idle: its condition did not hold
      rule  idle, add 1 node
      condition
        false  for 3m       held for 1m40s so far, not at 11:57:00
        true     cpu > 70%  cpu is 80%
      what would have to change
        this must last for another 1m20s, 12:01:20 at the earliest
    ");
}

#[test]
fn what_is_unknown_says_what_is_missing() {
    assert_snapshot!(shown(&everything(), "backlog"), @r"
    `backlog`: it was unknown, and what is unknown never acts
      rule  unknown, add queue nodes
      condition
        unknown  queue > 100  `queue` is missing: the query yields nothing
      what would have to change
        queue must be known: `queue` is missing: the query yields nothing
    ");
}

#[test]
fn a_window_says_when_it_opens() {
    let night = Window {
        name: "night".into(),
        stretches: vec![Stretch::Weekly { days: Days::WEEKENDS, start: WallTime { minutes: 22 * 60 }, end: WallTime { minutes: 6 * 60 } }],
        except: Vec::new(),
    };
    let timing = Timing { window: WindowId(0), early: minutes(10) };
    let scene = Scene::new(1, 10, 3)
        .rule(Rule { during: vec![timing], note: Some("batch jobs".into()), ..rule("batch", None, keep(4, 10)) })
        .with(|scene| scene.cluster.windows.push(night));
    assert_eq!(why_not(&scene, "batch").fate, Fate::OutsideItsWindows);
    assert_snapshot!(shown(&scene, "batch"), @r"
    `batch`: it was idle: its windows did not let it apply
      rule  idle, keep 4..10 nodes
      note  batch jobs
      windows
        closed  during night  opens Sat 28 Nov 2026, 21:50:00
      what would have to change
        `night` must open: it opens Sat 28 Nov 2026, 21:50:00
    ");
}

#[test]
fn a_rule_that_fired_says_who_or_what_was_in_its_way() {
    let fate = |scene: &Scene, name: &str| why_not(scene, name).fate;
    let both =
        Scene::new(1, 10, 5).rule(rule("down", None, remove("3"))).rule(rule("more", None, add("2"))).rule(rule("up", None, add("1")));
    assert_eq!(fate(&both, "down"), Fate::OtherDirection { by: vec!["more".into(), "up".into()] });
    assert_eq!(fate(&both, "up"), Fate::Outbid { by: vec!["more".into()], with: 7 });
    assert_eq!(fate(&both, "more"), Fate::Won);
    let cut = Scene::new(1, 6, 5).rule(rule("more", None, add("3"))).rule(rule("cap", None, keep(1, 6)));
    assert_eq!((fate(&cut, "more"), fate(&cut, "cap")), (Fate::Cut, Fate::HadItsSay));
    let idle_keep = Scene::new(1, 9, 5).rule(rule("cap", None, keep(1, 8))).rule(rule("veto", None, hold(Veto::Removals)));
    assert_eq!((fate(&idle_keep, "cap"), fate(&idle_keep, "veto")), (Fate::MadeNoDifference, Fate::MadeNoDifference));
    let stopped = Scene::new(1, 5, 5).rule(rule("more", None, add("3")));
    assert_eq!(fate(&stopped, "more"), Fate::Stopped);
    assert_eq!(fate(&Scene::new(1, 5, 5).rule(rule("none", None, add("0"))), "none"), Fate::ProposedNothing);
    assert!(both.decide().why_not("other", &both.cluster).is_none());
}

#[test]
fn a_rule_set_aside_says_when_it_may_win() {
    let scene = Scene::new(1, 10, 3).rule(rule("big", None, add("4"))).with(|scene| {
        let at = scene.observed.now - minutes(2);
        scene.memory.last_change = Some(Change { at, action: Action::Add(1), winners: Vec::new(), took_effect: Some(at) });
    });
    assert_eq!(why_not(&scene, "big").fate, Fate::SetAside);
    assert_snapshot!(shown(&scene, "big"), @r"
    `big`: it fired and proposed 7 nodes, and was set aside
      rule  fired, add 4 nodes
      guards
        cooldown  the last change was 2m ago, and no addition follows within 5m  until 12:03:00
      what would have to change
        `cooldown` must lift: until 12:03:00
    ");
}
