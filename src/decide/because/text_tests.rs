use insta::assert_snapshot;

use crate::decide::scene::{Scene, add, compare, fact, held, hold, keep, literal, metric, minutes, remove, rule};
use crate::decide::{Action, Change, Decision};
use crate::observe::Unhelped;
use crate::rules::{Amount, Comparison, Condition, Expression, Fact, Veto};

fn told(scene: Scene) -> String {
    scene.decide().because.rules[0].condition.as_ref().unwrap().told()
}

fn samples(values: &'static [(i64, &'static str)]) -> Vec<(i64, Option<&'static str>)> {
    values.iter().map(|(seconds, value)| (*seconds, Some(*value))).collect()
}

#[test]
fn a_condition_says_its_numbers_what_it_needs_and_how_long_it_has_held() {
    let above = || compare(metric(0), ">", "70");
    let lasting = || rule("busy", Some(held(above(), minutes(3))), add("1"));
    let scene = |values| Scene::new(1, 10, 3).metric("cpu", true, &samples(values)).rule(lasting());
    let sixty_eight = Scene::new(1, 10, 3).flat("cpu", true, "68.21").rule(lasting());
    assert_eq!(told(sixty_eight), "cpu 68.2%, needs > 70% for 3m");
    assert_eq!(told(Scene::new(1, 10, 3).flat("cpu", true, "71").rule(lasting())), "cpu 71% > 70% for 3m");
    let begun = scene(&[(-180, "60"), (-115, "60"), (-100, "80"), (-50, "80"), (0, "80")]);
    assert_eq!(told(begun), "cpu 80%, needs > 70% for 3m: 1m40s so far");
    let uncovered = scene(&[(-30, "80"), (0, "80")]);
    assert_eq!(told(uncovered), "cpu 80%, needs > 70% for 3m: `cpu` is not known that far back");
    let missing = Scene::new(1, 10, 3).metric("cpu", true, &[(0, None)]).rule(rule("busy", Some(above()), add("1")));
    assert_eq!(told(missing), "`cpu` is missing: the query yields nothing");
}

#[test]
fn of_joined_conditions_those_are_told_that_decided() {
    let waiting = || compare(fact(Fact::PendingPods), "==", "0");
    let low = || compare(metric(0), "<", "30");
    let scene = |condition| Scene::new(1, 10, 3).flat("cpu", true, "25").rule(rule("quiet", Some(condition), remove("1")));
    assert_eq!(told(scene(Condition::And(vec![low(), waiting()]))), "cpu 25% < 30% and pending-pods 0 == 0");
    let one_fails = Condition::And(vec![compare(metric(0), "<", "20"), waiting()]);
    assert_eq!(told(scene(one_fails)), "cpu 25%, needs < 20%");
    let none = Condition::Or(vec![compare(metric(0), "<", "20"), compare(fact(Fact::PendingPods), ">", "3")]);
    assert_eq!(told(scene(none)), "cpu 25%, needs < 20% or pending-pods 0, needs > 3");
    let mirrored = Condition::Compare { operator: Comparison::Greater, left: literal("20"), right: metric(0) };
    assert_eq!(told(scene(mirrored)), "cpu 25%, needs < 20%");
}

/// A cluster with a bit of everything, at 12:00 UTC on a Wednesday.
pub fn everything() -> Scene {
    Scene::new(2, 10, 5)
        .flat("cpu", true, "78.25")
        .metric("queue", false, &[(0, None)])
        .rule(rule("busy", Some(held(compare(metric(0), ">", "70"), minutes(3))), add("4")))
        .rule(rule("backlog", Some(compare(metric(1), ">", "100")), crate::rules::Action::Add(Amount::Nodes(metric(1)))))
        .rule(rule("cap", None, keep(2, 8)))
        .rule(rule("quiet", Some(compare(metric(0), "<", "30")), remove("1")))
}

fn tree(decision: &Decision) -> String {
    decision.tree(&jiff::tz::TimeZone::UTC)
}

#[test]
fn pods_that_no_worker_helps_are_named_and_an_estimate_is_said() {
    let mut scene = Scene::new(1, 10, 5);
    scene.observed.waiting = crate::decide::Waiting {
        unhelped: vec![
            Unhelped {
                pod: "shop/big-0".to_owned(),
                reason: "it asks for more memory than an empty worker has beside its DaemonSets".to_owned(),
            },
            Unhelped { pod: "shop/gpu".to_owned(), reason: "it does not tolerate the taint `gpu` that workers carry".to_owned() },
        ],
        more_unhelped: 7,
        unknown: None,
        estimate: Some("what a `t3.large` has for pods is an estimate until one has joined: 2 cores and 7477 MiB".to_owned()),
    };
    assert_snapshot!(tree(&scene.decide()), @r"
    stay at 5 nodes
      because  no rule asks for a change
      bounds   1..10
      waiting pods
        what a `t3.large` has for pods is an estimate until one has joined: 2 cores and 7477 MiB
        not counted  shop/big-0  it asks for more memory than an empty worker has beside its DaemonSets
        not counted  shop/gpu    it does not tolerate the taint `gpu` that workers carry
        7 more are not counted
    ");
}

#[test]
fn pending_nodes_that_nobody_knows_say_why() {
    let mut scene = Scene::new(1, 10, 5).rule(rule("waiting", Some(compare(fact(Fact::PendingNodes), ">", "0")), add("1")));
    scene.observed.counts.pending_nodes = None;
    scene.observed.waiting.unknown = Some("what a `x9.huge` has for pods is not known".to_owned());
    assert_eq!(told(scene), "`pending-nodes` is missing: what a `x9.huge` has for pods is not known");
}

#[test]
fn a_change_is_laid_out_with_guards_and_rules() {
    assert_snapshot!(tree(&everything().with(|scene| scene.cluster.step.up = 2).decide()), @r"
    add 2 nodes, 5 to 7
      because  `busy`: cpu 78.3% > 70% for 3m
      bounds   2..8 by `cap`
      won      `busy` with 9 nodes
      guards
        step  one addition changes at most 2, leaves 7 nodes  looked at again at 12:02:00
      rules
        fired    busy     add 4 nodes      → 9  cpu 78.3% > 70% for 3m
        fired    cap      keep 2..8 nodes
        unknown  backlog  add queue nodes       `queue` is missing: the query yields nothing
        idle     quiet    remove 1 node         cpu 78.3%, needs < 30%
    ");
}

#[test]
fn what_stopped_a_change_says_until_when() {
    let stopped = everything()
        .rule(rule("freeze", None, hold(Veto::Additions)))
        .with(|scene| {
            let at = scene.observed.now - minutes(2);
            scene.memory.last_change = Some(Change { at, action: Action::Add(1), winners: Vec::new(), took_effect: None });
        })
        .decide();
    assert_snapshot!(tree(&stopped), @r"
    stay at 5 nodes
      bounds  2..8 by `cap`
      guards
        cooldown  the last change was 2m ago, and no addition follows within 5m                               until 12:03:00
        settling  the last change has not taken effect yet, and `busy` must fire on samples taken since then  looked at again at 12:05:00
        hold      `freeze` vetoes additions                                                                   until rules, prices or configuration change
        bounds    the upper bound is 8, by `cap`, leaves 8 nodes                                              until rules, prices or configuration change
      rules
        fired    busy     add 4 nodes      → 9  cpu 78.3% > 70% for 3m
          cooldown  the last change was 2m ago, and no addition follows within 5m                               until 12:03:00
          settling  the last change has not taken effect yet, and `busy` must fire on samples taken since then  looked at again at 12:05:00
        fired    cap      keep 2..8 nodes
        fired    freeze   hold additions
        unknown  backlog  add queue nodes       `queue` is missing: the query yields nothing
        idle     quiet    remove 1 node         cpu 78.3%, needs < 30%
    ");
}

#[test]
fn news_leaves_the_idle_rules_out() {
    let account = everything().decide().account(&jiff::tz::TimeZone::UTC).without_idle();
    assert_snapshot!(account.to_string(), @r"
    add 3 nodes, 5 to 8
      because  `busy`: cpu 78.3% > 70% for 3m
      bounds   2..8 by `cap`
      won      `busy` with 9 nodes
      reached  the bound of `cap`
      guards
        bounds  the upper bound is 8, by `cap`, leaves 8 nodes  until rules, prices or configuration change
      rules
        fired    busy     add 4 nodes      → 9  cpu 78.3% > 70% for 3m
        fired    cap      keep 2..8 nodes
        unknown  backlog  add queue nodes       `queue` is missing: the query yields nothing
        1 idle
    ");
}

#[test]
fn an_instant_of_another_day_names_it() {
    let night = Scene::new(2, 10, 5).rule(rule("quiet", None, remove("1"))).with(|scene| {
        scene.observed.no_removal_before = Some(scene.observed.now + minutes(60 * 20));
    });
    let headline = night.decide().headline(&jiff::tz::TimeZone::UTC);
    assert!(headline.ends_with("until Thu 26 Nov 2026, 08:00:00"), "{headline}");
}

#[test]
fn a_product_in_an_amount_is_written_as_the_rule_does() {
    let half = Expression::Binary {
        operator: crate::rules::Arithmetic::Divide,
        left: Box::new(fact(Fact::PendingPods)),
        right: Box::new(literal("2")),
    };
    let decision = Scene::new(1, 10, 5).rule(rule("a", None, crate::rules::Action::Add(Amount::Nodes(half)))).decide();
    assert_eq!(decision.because.rules[0].action, "add pending-pods / 2 nodes");
}
