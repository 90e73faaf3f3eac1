//! "From rules to a decision", statement by statement.

use crate::decide::scene::{Scene, add, compare, held, keep, metric, minutes, remove, rule, told};
use crate::decide::{Change, Verdict};
use crate::rules::Fact;

fn busy(threshold: &str) -> crate::rules::Condition {
    compare(metric(0), ">", threshold)
}

#[test]
fn a_fired_rule_proposes_and_the_largest_addition_wins() {
    let scene = Scene::new(2, 10, 3)
        .flat("cpu", true, "90")
        .rule(rule("a", Some(busy("70")), add("1")))
        .rule(rule("b", Some(held(busy("85"), minutes(3))), add("2")))
        .rule(rule("c", Some(busy("95")), add("5")));
    let decision = scene.decide();
    assert_eq!(told(&decision), "add 2");
    assert_eq!(decision.wanted, Some(5));
    assert_eq!(decision.because.winning.unwrap().rules, ["b"]);
    assert_eq!(decision.because.rules[2].verdict, Verdict::Idle);
}

#[test]
fn the_smallest_removal_wins() {
    let scene = Scene::new(0, 10, 9).flat("queue", false, "0").rule(rule("a", None, remove("1"))).rule(rule("b", None, remove("3")));
    assert_eq!(told(&scene.decide()), "remove 1");
}

#[test]
fn below_the_lower_bound_capacity_is_added_at_once_with_no_metric_at_all() {
    let scene = Scene::new(4, 10, 1).metric("cpu", true, &[]).rule(rule("a", Some(busy("70")), add("1"))).with(|scene| {
        scene.memory.last_change =
            Some(Change { at: scene.observed.now, action: crate::decide::Action::Remove(1), winners: vec![], took_effect: None });
        scene.cluster.step.up = 1;
    });
    assert_eq!(told(&scene.decide()), "add 3");
}

#[test]
fn above_the_upper_bound_it_is_removed_by_steps() {
    let scene = Scene::new(1, 10, 10)
        .metric("cpu", true, &[])
        .rule(rule("a", Some(busy("70")), add("1")))
        .rule(rule("b", None, keep(1, 6)))
        .with(|scene| scene.cluster.step.down = 2);
    let decision = scene.decide();
    assert_eq!(told(&decision), "remove 2");
    assert!(decision.because.is_by("b"));
}

#[test]
fn no_removal_while_any_rule_is_unknown() {
    let scene = Scene::new(1, 10, 5).metric("cpu", true, &[]).rule(rule("a", Some(busy("70")), add("1"))).rule(rule(
        "b",
        Some(compare(crate::decide::scene::fact(Fact::PendingPods), "==", "0")),
        remove("1"),
    ));
    assert_eq!(told(&scene.decide()), "stay: blind");
}
