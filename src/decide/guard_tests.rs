//! The guards, statement by statement, each with the first instant at which it can lift.

use jiff::SignedDuration;

use crate::decide::scene::{Scene, add, at, compare, fact, held, hold, keep, literal, metric, minutes, remove, rule, set, told};
use crate::decide::{Action, Backoff, Change, Guard, Lift};
use crate::rules::{Action as RuleAction, Amount, Condition, Expression, Fact, MetricId, Rule, Veto};

fn change(scene: &mut Scene, decided: SignedDuration, effect: Option<SignedDuration>) {
    let now = scene.observed.now;
    let change = Change { at: now - decided, action: Action::Add(1), winners: vec![], took_effect: effect.map(|effect| now - effect) };
    scene.memory.last_change = Some(change);
}

fn lift(scene: &Scene, guard: Guard) -> Lift {
    scene.decide().because.guards.iter().find(|reason| reason.guard == guard).unwrap().lifts
}

fn above(threshold: &str) -> Option<Condition> {
    Some(compare(metric(0), ">", threshold))
}

fn below(threshold: &str) -> Option<Condition> {
    Some(compare(metric(0), "<", threshold))
}

#[test]
fn cooldown_up_is_over_at_its_end_exactly() {
    let scene = |seconds| {
        Scene::new(1, 10, 3).flat("cpu", true, "90").rule(rule("a", above("70"), set("5"))).with(|scene| {
            change(scene, SignedDuration::from_secs(seconds), None);
        })
    };
    assert_eq!(told(&scene(299).decide()), "stay: cooldown");
    assert_eq!(told(&scene(300).decide()), "add 2");
    assert_eq!(lift(&scene(299), Guard::Cooldown), Lift::At(at(1)));
}

#[test]
fn cooldown_down_counts_from_the_last_change_in_either_direction() {
    for action in [Action::Add(1), Action::Remove(1)] {
        let scene = Scene::new(1, 10, 5).rule(rule("a", None, remove("1"))).with(|scene| {
            change(scene, minutes(9), Some(minutes(9)));
            scene.memory.last_change.as_mut().unwrap().action = action;
        });
        assert_eq!(told(&scene.decide()), "stay: cooldown");
    }
}

#[test]
fn a_rules_own_cooldown_counts_from_the_last_change_that_it_won_beside_the_clusters() {
    let own = |won: i64, last: i64| {
        Scene::new(1, 10, 5).rule(Rule { cooldown: Some(minutes(20)), ..rule("a", None, add("1")) }).with(|scene| {
            change(scene, minutes(last), Some(minutes(last)));
            scene.memory.won.insert("a".into(), scene.observed.now - minutes(won));
        })
    };
    assert_eq!(told(&own(19, 10).decide()), "stay: cooldown");
    assert_eq!(told(&own(20, 10).decide()), "add 1");
    assert_eq!(told(&own(20, 4).decide()), "stay: cooldown");
    assert_eq!(lift(&own(19, 10), Guard::Cooldown), Lift::At(at(60)));
}

#[test]
fn a_change_starts_the_cooldown_of_its_winners_and_a_stay_starts_none() {
    let mut scene = Scene::new(1, 10, 3).rule(rule("a", None, add("1"))).rule(rule("b", None, add("2")));
    scene.step(minutes(2));
    assert_eq!(scene.memory.won.keys().collect::<Vec<_>>(), ["b"]);
    assert_eq!(scene.memory.last_change.as_ref().unwrap().at, at(0));
    scene.step(minutes(2));
    assert_eq!(scene.memory.last_change.as_ref().unwrap().at, at(0));
}

#[test]
fn urgent_ignores_the_clusters_cooldown_up_and_nothing_else() {
    let urgent = |action: RuleAction| Rule { urgent: true, ..rule("a", None, action) };
    let scene = |action| Scene::new(1, 10, 5).rule(urgent(action)).with(|scene| change(scene, minutes(1), Some(minutes(1))));
    assert_eq!(told(&scene(add("1")).decide()), "add 1");
    assert_eq!(told(&scene(remove("1")).decide()), "stay: cooldown");
    assert_eq!(told(&scene(add("1")).rule(rule("veto", None, hold(Veto::Additions))).decide()), "stay: hold");
    let own = scene(add("1")).with(|scene| {
        scene.cluster.rules[0].cooldown = Some(minutes(5));
        scene.memory.won.insert("a".into(), scene.observed.now - minutes(1));
    });
    assert_eq!(told(&own.decide()), "stay: cooldown");
    // A larger proposal that waits does not hold it up.
    assert_eq!(told(&scene(add("1")).rule(rule("b", None, add("3"))).decide()), "add 1");
}

#[test]
fn settling_wants_samples_after_the_decision_and_no_earlier_than_its_effect() {
    let scene = |decided: i64, effect: Option<i64>| {
        Scene::new(1, 10, 3)
            .flat("cpu", true, "90")
            .rule(rule("a", Some(held(compare(metric(0), ">", "70"), minutes(3))), add("1")))
            .with(|scene| change(scene, minutes(decided), effect.map(minutes)))
    };
    assert_eq!(told(&scene(10, None).decide()), "stay: settling");
    assert_eq!(told(&scene(10, Some(2)).decide()), "stay: settling");
    assert_eq!(told(&scene(10, Some(3)).decide()), "add 1");
    assert_eq!(lift(&scene(10, Some(2)), Guard::Settling), Lift::At(at(120)));
    // The sample of the evaluation that decided is not after it.
    assert_eq!(told(&scene(3, Some(3)).with(|scene| scene.cluster.cooldown.up = minutes(0)).decide()), "stay: settling");
}

#[test]
fn settling_is_for_relative_proposals_alone() {
    let long = || Some(held(compare(metric(0), ">", "70"), minutes(30)));
    let scene = |action| {
        Scene::new(1, 10, 3)
            .flat("cpu", true, "90")
            .rule(rule("a", long(), action))
            .with(|scene| change(scene, minutes(10), Some(minutes(8))))
    };
    assert_eq!(told(&scene(add("1")).decide()), "stay: settling");
    assert_eq!(told(&scene(set("4")).decide()), "add 1");
}

#[test]
fn samples_of_node_counts_and_pending_nodes_are_always_settled_and_those_of_pending_pods_are_not() {
    let scene = |of: Fact| {
        let mut scene = Scene::new(1, 10, 3).rule(rule("a", Some(held(compare(fact(of), ">=", "0"), minutes(4))), add("1")));
        for _ in 0..6 {
            scene.memory = crate::decide::memory_after(&scene.input(), &Scene::new(1, 10, 3).decide());
            scene.observed.now += minutes(1);
        }
        scene.with(|scene| change(scene, minutes(5), Some(minutes(2))))
    };
    for of in [Fact::Nodes, Fact::ReadyNodes, Fact::LaunchingNodes, Fact::UnreadyNodes, Fact::DrainingNodes, Fact::PendingNodes] {
        assert_eq!(told(&scene(of).decide()), "add 1", "{of:?}");
    }
    assert_eq!(told(&scene(Fact::PendingPods).decide()), "stay: settling");
}

#[test]
fn missing_is_unknown_on_unsettled_samples() {
    let scene = |effect: i64| {
        Scene::new(1, 10, 3)
            .metric("cpu", true, &[(-300, None), (-240, None), (-180, None), (-120, None), (-60, None), (0, None)])
            .rule(rule("a", Some(held(Condition::Missing(MetricId::Declared(0)), minutes(3))), add("1")))
            .with(|scene| change(scene, minutes(5), Some(minutes(effect))))
    };
    assert_eq!(told(&scene(2).decide()), "stay: settling");
    assert_eq!(told(&scene(3).decide()), "add 1");
}

#[test]
fn one_spike_inside_a_long_window_does_not_add_at_every_evaluation() {
    let average = Expression::Aggregate { function: crate::rules::Aggregate::Maximum, metric: MetricId::Declared(0), over: minutes(30) };
    let mut scene = Scene::new(1, 10, 3)
        .flat("cpu", true, "50")
        .rule(rule("a", Some(compare(average, ">", "70")), add("1")))
        .with(|scene| scene.cluster.cooldown.up = minutes(0));
    let answer = scene.observed.metrics[0].as_mut().unwrap();
    answer.series.samples[200].answer = crate::observe::Answer::Value(crate::decide::scene::number("99"));
    assert_eq!(told(&scene.step(minutes(2))), "add 1");
    let next = scene.observed.now;
    let mut sample = scene.observed.metrics[0].as_ref().unwrap().series.samples[0].clone();
    sample.at = next;
    scene.observed.metrics[0].as_mut().unwrap().series.samples.push(sample);
    assert_eq!(told(&scene.step(minutes(2))), "stay: settling");
}

#[test]
fn blind_stops_removals_while_any_rule_is_unknown() {
    let scene = Scene::new(1, 10, 5).metric("cpu", true, &[]).rule(rule("a", above("70"), add("1"))).rule(rule(
        "b",
        Some(compare(fact(Fact::PendingPods), "==", "0")),
        remove("1"),
    ));
    assert_eq!(told(&scene.decide()), "stay: blind");
    assert_eq!(lift(&scene, Guard::Blind), Lift::Seen(at(120)));
    // An idle rule is not unknown: `false and unknown` is false.
    let decided = Scene::new(1, 10, 5)
        .metric("cpu", true, &[])
        .rule(rule("a", Some(Condition::And(vec![compare(metric(0), ">", "70"), compare(fact(Fact::PendingPods), ">", "0")])), add("1")))
        .rule(rule("b", None, remove("1")));
    assert_eq!(told(&decided.decide()), "remove 1");
}

#[test]
fn a_comparison_with_a_forecast_that_is_not_to_be_had_yet_does_not_blind() {
    let forecast = || Expression::Forecast { metric: MetricId::Declared(0), ahead: minutes(10) };
    let scene = |when: Condition| {
        Scene::new(1, 10, 5).flat("cpu", true, "10").rule(rule("a", Some(when), add("1"))).rule(rule("b", None, remove("1")))
    };
    assert_eq!(told(&scene(compare(forecast(), ">", "70")).decide()), "remove 1");
    assert_eq!(told(&scene(Condition::Not(Box::new(compare(forecast(), ">", "0")))).decide()), "remove 1");
    // Another unknown part still does.
    let both = scene(Condition::Or(vec![compare(forecast(), ">", "70"), compare(metric(1), ">", "1")])).metric("queue", false, &[]);
    assert_eq!(told(&both.decide()), "stay: blind");
    // An amount is no comparison.
    let amount = Scene::new(1, 10, 5).flat("cpu", true, "10").rule(rule("a", None, RuleAction::Add(Amount::Nodes(forecast())))).rule(rule(
        "b",
        None,
        remove("1"),
    ));
    assert_eq!(told(&amount.decide()), "stay: blind");
}

#[test]
fn a_veto_holds_and_an_unknown_one_stops_removals_alone() {
    for (veto, up, down) in [
        (Veto::Everything, "stay: hold", "stay: hold"),
        (Veto::Additions, "stay: hold", "remove 1"),
        (Veto::Removals, "add 1", "stay: hold"),
    ] {
        let scene = |action| Scene::new(1, 10, 5).rule(rule("a", None, action)).rule(rule("veto", None, hold(veto)));
        assert_eq!((told(&scene(add("1")).decide()).as_str(), told(&scene(remove("1")).decide()).as_str()), (up, down));
        let unknown =
            |action| Scene::new(1, 10, 5).metric("cpu", true, &[]).rule(rule("a", None, action)).rule(rule("veto", above("5"), hold(veto)));
        assert_eq!(told(&unknown(add("1")).decide()), "add 1");
        assert_eq!(told(&unknown(remove("1")).decide()), "stay: blind");
    }
}

#[test]
fn every_guard_that_would_have_cut_it_is_named() {
    let scene = Scene::new(5, 5, 5)
        .flat("cpu", true, "90")
        .rule(rule("a", above("70"), add("1")))
        .rule(rule("veto", None, hold(Veto::Everything)))
        .with(|scene| {
            change(scene, minutes(1), None);
            scene.observed.backoff = Some(Backoff { until: Some(at(60)), reason: "InsufficientInstanceCapacity".into() });
        });
    assert_eq!(told(&scene.decide()), "stay: cooldown, settling, hold, bounds, backoff");
    let down = Scene::new(5, 9, 5)
        .flat("cpu", true, "60")
        .rule(rule("a", None, remove("1")))
        .rule(rule("b", above("70"), add("1")))
        .with(|scene| scene.observed.launches_in_flight = 2);
    assert_eq!(told(&down.decide()), "stay: bounds, rebound, busy");
}

#[test]
fn rebound_shrinks_a_removal_until_no_rule_would_ask_for_more() {
    // 20% on 10 nodes is 25% on 8, 33.3% on 6 and 66.7% on 3.
    let scene = |threshold: &str| {
        Scene::new(1, 10, 10).flat("cpu", true, "20").rule(rule("busy", above(threshold), add("1"))).rule(rule("quiet", None, remove("7")))
    };
    assert_eq!(told(&scene("70").decide()), "remove 7");
    assert_eq!(told(&scene("66").decide()), "remove 6");
    assert_eq!(told(&scene("50").decide()), "remove 6");
    assert_eq!(told(&scene("49.9").decide()), "remove 5");
    assert_eq!(told(&scene("22").decide()), "stay: rebound");
}

#[test]
fn rebound_takes_values_as_lasting_for_every_window_function_and_forecast() {
    let function = |function| Expression::Aggregate { function, metric: MetricId::Declared(0), over: minutes(600) };
    for (when, expected) in [
        (held(compare(metric(0), ">", "30"), minutes(600)), "stay: rebound"),
        (compare(function(crate::rules::Aggregate::P95), ">", "30"), "stay: rebound"),
        (compare(Expression::Ago { metric: MetricId::Declared(0), by: minutes(600) }, ">", "30"), "stay: rebound"),
        (compare(Expression::Forecast { metric: MetricId::Declared(0), ahead: minutes(10) }, ">", "30"), "stay: rebound"),
        (compare(function(crate::rules::Aggregate::Slope), ">", "0"), "remove 1"),
        (compare(function(crate::rules::Aggregate::Delta), ">", "0"), "remove 1"),
        (Condition::Missing(MetricId::Declared(0)), "remove 1"),
    ] {
        // What the window needs is not there now: the condition is known for another reason.
        let when = Condition::And(vec![when, compare(fact(Fact::Nodes), "<", "2")]);
        let scene =
            Scene::new(1, 10, 2).flat("cpu", true, "20").rule(rule("busy", Some(when), add("1"))).rule(rule("quiet", None, remove("1")));
        assert_eq!(told(&scene.decide()), expected);
    }
}

#[test]
fn rebound_asks_adds_sets_tracks_and_keeps() {
    let number = crate::decide::scene::number;
    let track = RuleAction::Track { metric: MetricId::Declared(0), at: Box::new(number("50")), within: Box::new(number("10")) };
    let on_three = || Some(compare(fact(Fact::ReadyNodes), "<=", "3"));
    for (asking, expected) in [
        (rule("asks", above("55"), add("1")), "remove 1"),
        (rule("asks", on_three(), set("4")), "remove 1"),
        (rule("asks", on_three(), track), "remove 1"),
        (rule("asks", on_three(), keep(4, 10)), "remove 1"),
        (rule("asks", on_three(), set("3")), "remove 2"),
        (rule("asks", on_three(), hold(Veto::Removals)), "remove 2"),
        (rule("asks", on_three(), remove("1")), "remove 2"),
        (rule("asks", on_three(), add("0")), "remove 2"),
    ] {
        // 40% on 5 nodes is 50% on 4 and 66.7% on 3.
        let scene = Scene::new(1, 10, 5).flat("cpu", true, "40").rule(asking.clone()).rule(rule("quiet", None, remove("2")));
        assert_eq!(told(&scene.decide()), expected, "{:?}", asking.action);
    }
}

#[test]
fn projected_to_no_nodes_capacity_is_missing_and_what_is_unknown_then_asks() {
    let scene = || Scene::new(0, 10, 1).flat("cpu", true, "5").rule(rule("quiet", None, remove("1")));
    assert_eq!(told(&scene().decide()), "remove 1");
    assert_eq!(told(&scene().rule(rule("busy", above("70"), add("1"))).decide()), "stay: rebound");
    assert_eq!(told(&scene().rule(rule("quieter", below("1"), remove("1"))).decide()), "stay: rebound");
    // What is false whatever the workers do does not ask.
    let known = Condition::And(vec![compare(metric(0), ">", "70"), compare(fact(Fact::PendingPods), ">", "0")]);
    assert_eq!(told(&scene().rule(rule("busy", Some(known), add("1"))).decide()), "remove 1");
    let divided = Expression::Binary {
        operator: crate::rules::Arithmetic::Divide,
        left: Box::new(literal("7")),
        right: Box::new(fact(Fact::ReadyNodes)),
    };
    assert_eq!(told(&scene().rule(rule("per-node", Some(compare(divided, ">", "10")), add("1"))).decide()), "stay: rebound");
}

#[test]
fn busy_stops_removals_while_a_launch_is_in_flight() {
    let scene = |action| Scene::new(1, 10, 5).rule(rule("a", None, action));
    assert_eq!(told(&scene(remove("1")).with(|scene| scene.observed.launches_in_flight = 1).decide()), "stay: busy");
    assert_eq!(told(&scene(remove("1")).with(|scene| scene.observed.counts.launching = Some(1)).decide()), "stay: busy");
    assert_eq!(told(&scene(add("1")).with(|scene| scene.observed.launches_in_flight = 1).decide()), "add 1");
}

#[test]
fn outage_is_more_than_three_and_more_than_45_percent_of_the_workers() {
    for (ready, unready, expected) in [(1, 3, false), (5, 4, false), (4, 4, true), (11, 9, false), (10, 9, true)] {
        let scene = Scene::new(1, 30, ready).rule(rule("a", None, remove("1"))).with(|scene| scene.observed.counts.unready = Some(unready));
        let decision = scene.decide();
        assert_eq!(decision.outage, expected, "{unready} of {}", ready + unready);
        assert_eq!(told(&decision), if expected { "stay: outage" } else { "remove 1" });
        let up = Scene::new(1, 30, ready).rule(rule("a", None, add("1"))).with(|scene| scene.observed.counts.unready = Some(unready));
        assert_eq!(told(&up.decide()), "add 1");
    }
}

#[test]
fn backoff_stops_additions_until_its_end() {
    let scene = |seconds| {
        Scene::new(1, 10, 5).rule(rule("a", None, add("1"))).with(|scene| {
            scene.observed.backoff = Some(Backoff { until: Some(at(seconds)), reason: "InsufficientInstanceCapacity".into() })
        })
    };
    assert_eq!(told(&scene(1).decide()), "stay: backoff");
    assert_eq!(lift(&scene(1), Guard::Backoff), Lift::At(at(1)));
    assert_eq!(told(&scene(0).decide()), "add 1");
    let removal = scene(1).with(|scene| scene.cluster.rules = vec![rule("a", None, remove("1"))]);
    assert_eq!(told(&removal.decide()), "remove 1");
}
