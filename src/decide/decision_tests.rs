//! "From rules to a decision", statement by statement: verdicts, bounds, direction, and the cut.

use crate::decide::scene::{
    Scene, add, compare, fact, held, hold, keep, literal, metric, minutes, number, percent, remove, rule, set, told,
};
use crate::decide::{Action, Backoff, Change, Direction, Prices, Verdict};
use crate::rules::{Condition, Fact, Veto};

fn cpu_above(threshold: &str) -> Option<Condition> {
    Some(compare(metric(0), ">", threshold))
}

fn changed(scene: &mut Scene, ago: i64) {
    let at = scene.observed.now - minutes(ago);
    scene.memory.last_change = Some(Change { at, action: Action::Add(1), winners: vec![], took_effect: Some(at) });
}

#[test]
fn each_rule_is_idle_fired_or_unknown() {
    let scene = Scene::new(1, 10, 3)
        .flat("cpu", true, "90")
        .metric("queue", false, &[])
        .rule(rule("false", cpu_above("95"), add("1")))
        .rule(rule("true", cpu_above("85"), add("1")))
        .rule(rule("unknown", Some(compare(metric(1), ">", "5")), add("1")));
    let verdicts: Vec<Verdict> = scene.decide().because.rules.iter().map(|reason| reason.verdict).collect();
    assert_eq!(verdicts, [Verdict::Idle, Verdict::Fired, Verdict::Unknown]);
}

#[test]
fn one_that_proposes_nodes_itself_proposes_nothing() {
    for action in [add("0"), add("-2"), remove("0"), remove("-1"), remove("0.5"), set("5"), set("4.1")] {
        let decision = Scene::new(1, 10, 5).rule(rule("a", None, action)).decide();
        assert_eq!((decision.because.direction, decision.because.rules[0].proposal), (Direction::None, None));
        assert_eq!(told(&decision), "stay");
    }
}

#[test]
fn an_unknown_amount_makes_the_rule_unknown() {
    let amount = crate::rules::Action::Add(crate::rules::Amount::Nodes(metric(0)));
    let decision = Scene::new(1, 10, 5).metric("queue", false, &[]).rule(rule("a", None, amount)).decide();
    assert_eq!(decision.because.rules[0].verdict, Verdict::Unknown);
}

#[test]
fn amounts_are_rounded_before_they_are_applied_up_for_add_and_set_and_down_for_remove() {
    for (nodes, action, expected) in [
        (100, percent(true, "10"), "add 10"),
        (101, percent(true, "10"), "add 11"),
        (15, percent(false, "10"), "remove 1"),
        (9, percent(false, "10"), "stay"),
        (5, add("1.2"), "add 2"),
        (5, remove("1.9"), "remove 1"),
        (5, set("6.1"), "add 2"),
        (5, set("3.1"), "remove 1"),
        (5, remove("9"), "remove 5"),
        (5, set("-3"), "remove 5"),
    ] {
        let scene = Scene::new(0, 1000, nodes).rule(rule("a", None, action));
        assert_eq!(told(&scene.decide()), expected, "of {nodes}");
    }
}

#[test]
fn bounds_are_the_largest_lower_and_the_smallest_upper_end_of_cluster_and_fired_keeps() {
    for (keeps, expected) in [
        (vec![(4, 8)], (4, 8)),
        (vec![(4, 8), (3, 6)], (4, 6)),
        // Never outside the cluster's own range.
        (vec![(0, 20)], (2, 10)),
        (vec![(12, 15)], (10, 10)),
        (vec![(0, 1)], (2, 2)),
        // Where they cross, the lower end wins.
        (vec![(2, 4), (6, 8)], (6, 6)),
    ] {
        let mut scene = Scene::new(2, 10, 6);
        for (index, (lower, upper)) in keeps.iter().enumerate() {
            scene = scene.rule(rule(&format!("k{index}"), None, keep(*lower, *upper)));
        }
        let decision = scene.flat("cpu", true, "1").rule(rule("idle", cpu_above("50"), keep(9, 9))).decide();
        assert_eq!((decision.lower, decision.upper), expected, "{keeps:?}");
    }
}

#[test]
fn the_budget_stops_growth_and_removes_nothing() {
    let scene = |nodes: u32, budget: &str| {
        Scene::new(1, 20, nodes).rule(rule("a", None, add("5"))).with(|scene| {
            scene.cluster.budget = Some(number(budget));
            scene.observed.prices =
                Some(Prices { running: number("0.02").multiply(&nodes.into()), next: vec![number("0.02"), number("0.03")] });
        })
    };
    assert_eq!(told(&scene(3, "1").decide()), "add 5");
    assert_eq!(told(&scene(3, "0.11").decide()), "add 2");
    assert_eq!(told(&scene(3, "0.109").decide()), "add 1");
    assert_eq!(told(&scene(3, "0.06").decide()), "stay: budget");
    assert_eq!(told(&scene(3, "0.01").decide()), "stay: budget");
    // Never below the lower end.
    let below = scene(3, "0.01").with(|scene| scene.cluster.nodes.lower = 5);
    assert_eq!(told(&below.decide()), "add 2");
    // What another node costs is not known: none is paid for.
    assert_eq!(told(&scene(3, "1").with(|scene| scene.observed.prices = None).decide()), "stay: budget");
}

#[test]
fn up_if_any_proposal_exceeds_nodes_whatever_else_was_proposed() {
    let both = || Scene::new(1, 10, 5).rule(rule("down", None, remove("3"))).rule(rule("up", None, add("1")));
    assert_eq!(told(&both().decide()), "add 1");
    // Whatever guards then do: the removal does not take the place of the addition.
    let vetoed = both().rule(rule("veto", None, hold(Veto::Additions))).decide();
    assert_eq!((told(&vetoed).as_str(), vetoed.because.direction), ("stay: hold", Direction::Up));
}

#[test]
fn the_largest_addition_and_the_smallest_removal_win_and_every_rule_that_made_it() {
    let up = Scene::new(1, 10, 3).rule(rule("a", None, add("1"))).rule(rule("b", None, add("2"))).rule(rule("c", None, set("5"))).decide();
    assert_eq!(told(&up), "add 2");
    assert_eq!(up.because.winning.unwrap().rules, ["b", "c"]);
    let down = Scene::new(0, 10, 9).rule(rule("a", None, remove("1"))).rule(rule("b", None, remove("3"))).decide();
    assert_eq!(told(&down), "remove 1");
    assert_eq!(down.because.winning.unwrap().rules, ["a"]);
}

#[test]
fn a_proposal_held_back_by_its_own_cooldown_is_set_aside_and_another_wins() {
    let scene = Scene::new(1, 10, 3)
        .rule(crate::rules::Rule { cooldown: Some(minutes(30)), ..rule("big", None, add("4")) })
        .rule(rule("small", None, add("1")))
        .with(|scene| {
            changed(scene, 20);
            scene.memory.won.insert("big".into(), scene.observed.now - minutes(20));
        });
    let decision = scene.decide();
    assert_eq!(told(&decision), "add 1");
    assert_eq!(decision.because.rule("big").unwrap().held.len(), 1);
}

#[test]
fn a_rule_has_won_however_its_proposal_is_cut_afterwards() {
    let decision = Scene::new(1, 3, 3).rule(rule("a", None, add("4"))).decide();
    assert_eq!(told(&decision), "stay: bounds");
    assert!(decision.because.is_by("a"));
}

#[test]
fn below_the_lower_bound_no_cooldown_no_veto_and_no_step_delays_and_no_metric_is_needed() {
    let scene = Scene::new(4, 10, 1).metric("cpu", true, &[]).rule(rule("a", cpu_above("70"), add("1")));
    let scene = scene.rule(rule("veto", None, hold(Veto::Everything))).with(|scene| {
        changed(scene, 0);
        scene.cluster.step.up = 1;
    });
    let decision = scene.decide();
    assert_eq!((told(&decision).as_str(), decision.for_lower_bound), ("add 3", 3));
    let no_capacity = scene.with(|scene| scene.observed.backoff = Some(Backoff { until: None, reason: "quota".into() }));
    assert_eq!(told(&no_capacity.decide()), "stay: backoff");
}

#[test]
fn a_keep_demands_its_lower_end_at_once() {
    let decision = Scene::new(2, 10, 2).rule(rule("rush", None, keep(6, 10))).with(|scene| changed(scene, 0)).decide();
    assert_eq!(told(&decision), "add 4");
    assert!(decision.because.is_by("rush"));
}

#[test]
fn above_the_upper_bound_it_is_removed_by_steps_and_the_metrics_have_no_say() {
    let scene = || {
        Scene::new(1, 10, 10)
            .metric("cpu", true, &[])
            .rule(rule("busy", cpu_above("70"), add("1")))
            .rule(rule("cap", None, keep(1, 6)))
            .with(|scene| scene.cluster.step.down = 2)
    };
    let decision = scene().decide();
    assert_eq!(told(&decision), "remove 2");
    assert!(decision.because.is_by("cap"));
    // Not rebound, settling or outage either.
    let loaded =
        Scene::new(1, 10, 10).flat("cpu", true, "90").rule(rule("busy", cpu_above("70"), add("1"))).rule(rule("cap", None, keep(1, 6)));
    assert_eq!(told(&loaded.decide()), "remove 4");
    let outage = scene().with(|scene| (scene.observed.counts.ready, scene.observed.counts.unready) = (Some(5), Some(5)));
    assert_eq!(told(&outage.decide()), "remove 2");
    // But these have.
    assert_eq!(told(&scene().with(|scene| changed(scene, 9)).decide()), "stay: cooldown");
    assert_eq!(told(&scene().with(|scene| changed(scene, 10)).decide()), "remove 2");
    assert_eq!(told(&scene().rule(rule("veto", None, hold(Veto::Removals))).decide()), "stay: hold");
    assert_eq!(told(&scene().rule(rule("veto", None, hold(Veto::Additions))).decide()), "remove 2");
    assert_eq!(told(&scene().with(|scene| scene.observed.launches_in_flight = 1).decide()), "stay: busy");
    assert_eq!(told(&scene().rule(rule("maybe", cpu_above("1"), keep(1, 10))).decide()), "stay: blind");
    assert_eq!(told(&scene().rule(rule("maybe", cpu_above("1"), hold(Veto::Additions))).decide()), "stay: blind");
}

#[test]
fn where_a_rule_would_remove_more_than_the_bound_does_the_lower_count_is_taken() {
    let scene = Scene::new(1, 10, 10).rule(rule("cap", None, keep(1, 9))).rule(rule("quiet", None, remove("3")));
    assert_eq!(told(&scene.decide()), "remove 3");
}

#[test]
fn step_is_counted_from_nodes_and_never_cuts_to_nothing() {
    let scene = |step| Scene::new(1, 20, 5).rule(rule("a", None, add("7"))).with(|scene| scene.cluster.step.up = step);
    assert_eq!(told(&scene(2).decide()), "add 2");
    let decision = scene(3).decide();
    assert_eq!(
        decision.because.guards.iter().map(|reason| (reason.guard.word(), reason.to_nothing)).collect::<Vec<_>>(),
        [("step", false)]
    );
    // What the lower bound asks for is not cut, and counts into the step.
    let below = scene(2).with(|scene| scene.cluster.nodes.lower = 9);
    assert_eq!(told(&below.decide()), "add 4");
    let just_below = scene(3).with(|scene| scene.cluster.nodes.lower = 6);
    assert_eq!(told(&just_below.decide()), "add 3");
}

#[test]
fn a_rule_of_no_condition_applies_and_a_window_idles_it() {
    let timing = crate::rules::Timing { window: crate::rules::WindowId(0), early: minutes(0) };
    let window = crate::rules::Window {
        name: "night".into(),
        stretches: vec![crate::rules::Stretch::Weekly {
            days: crate::rules::Days::DAILY,
            start: crate::rules::WallTime { minutes: 22 * 60 },
            end: crate::rules::WallTime { minutes: 6 * 60 },
        }],
        except: Vec::new(),
    };
    let scene = |hour: i64, during: bool| {
        let timings = vec![timing];
        let (during, outside) = if during { (timings, Vec::new()) } else { (Vec::new(), timings) };
        Scene::new(1, 20, 5).rule(crate::rules::Rule { during, outside, ..rule("a", None, add("1")) }).with(|scene| {
            scene.cluster.windows.push(window.clone());
            scene.observed.now += minutes(60 * hour);
        })
    };
    assert_eq!(told(&scene(0, true).decide()), "stay");
    assert_eq!(told(&scene(10, true).decide()), "add 1");
    assert_eq!(told(&scene(0, false).decide()), "add 1");
    assert_eq!(told(&scene(17, false).decide()), "stay");
}

#[test]
fn unknown_never_adds_but_for_the_lower_bound() {
    let unknown = Scene::new(1, 10, 5).metric("cpu", true, &[]).rule(rule("a", cpu_above("0"), add("1")));
    assert_eq!(told(&unknown.decide()), "stay");
    let nobody_knows = Scene::new(1, 10, 5).rule(rule("a", None, add("1"))).with(|scene| scene.observed.counts.unready = None);
    let decision = nobody_knows.decide();
    assert_eq!((decision.action, decision.wanted), (Action::Stay, None));
}

#[test]
fn the_value_now_is_what_the_source_answers_for_this_instant_however_fresh_the_sample_before() {
    let scene = Scene::new(1, 10, 5).metric("cpu", true, &[(-15, Some("90")), (0, None)]).rule(rule("a", cpu_above("70"), add("1")));
    assert_eq!(scene.decide().because.rules[0].verdict, Verdict::Unknown);
    let stale = Scene::new(1, 10, 5).metric("cpu", true, &[(-15, Some("90"))]).rule(rule("a", cpu_above("70"), add("1")));
    assert_eq!(stale.decide().because.rules[0].verdict, Verdict::Unknown);
    // In a window the same hole is bridged by the sample before it, up to now included.
    let steps: Vec<(i64, Option<&str>)> = (-20..0).map(|step| (step * 15, Some("90"))).chain([(0, None)]).collect();
    let window =
        Scene::new(1, 10, 5).metric("cpu", true, &steps).rule(rule("a", Some(held(compare(metric(0), ">", "70"), minutes(3))), add("1")));
    assert_eq!(told(&window.decide()), "add 1");
}

#[test]
fn a_track_proposes_by_ready_nodes_when_off_by_more_than_its_tolerance() {
    for (value, within, expected) in [
        ("70", "10", "stay"),
        ("77", "10", "stay"),
        ("77.1", "10", "add 2"),
        ("140", "10", "add 10"),
        ("71", "0", "add 1"),
        ("70", "0", "stay"),
    ] {
        let track = crate::rules::Action::Track {
            metric: crate::rules::MetricId::Declared(0),
            at: Box::new(number("70")),
            within: Box::new(number(within)),
        };
        let scene = Scene::new(1, 40, 10).flat("cpu", true, value).rule(rule("a", None, track));
        assert_eq!(told(&scene.decide()), expected, "{value} within {within}");
    }
}

#[test]
fn a_track_goes_down_to_the_largest_of_its_proposals_throughout_cooldown_down() {
    let track = || crate::rules::Action::Track {
        metric: crate::rules::MetricId::Declared(0),
        at: Box::new(number("70")),
        within: Box::new(number("10")),
    };
    let mut scene = Scene::new(1, 40, 10).flat("cpu", true, "35").rule(rule("a", None, track()));
    let mut seen = Vec::new();
    for (index, load) in ["35", "35", "42", "35", "35", "35", "35", "35", "35"].iter().enumerate() {
        scene.answer(0, &[(0, Some(load))]);
        seen.push(format!("{}m {}", index * 2, told(&scene.step(minutes(2)))));
    }
    // Not covered before 10m; then 6 = ceil(10 × 42 / 70), proposed at 4m. No more than there is until that has left the span.
    assert_eq!(seen, ["0m stay", "2m stay", "4m stay", "6m stay", "8m stay", "10m remove 4", "12m stay", "14m stay", "16m stay: cooldown"]);
}

#[test]
fn a_track_that_was_idle_in_the_span_proposes_nothing_downwards_and_is_not_unknown() {
    let track = crate::rules::Action::Track {
        metric: crate::rules::MetricId::Declared(0),
        at: Box::new(number("70")),
        within: Box::new(number("10")),
    };
    let when = Some(compare(fact(Fact::PendingPods), "==", "0"));
    let mut scene = Scene::new(1, 40, 10).flat("cpu", true, "35").rule(rule("a", when, track));
    let mut seen = Vec::new();
    for minute in (0..=20).step_by(2) {
        scene.answer(0, &[(0, Some("35"))]);
        scene.observed.counts.pending_pods = Some(u32::from(minute == 4));
        let decision = scene.step(minutes(2));
        assert_ne!(decision.because.rules[0].verdict, Verdict::Unknown);
        seen.push(told(&decision));
    }
    assert_eq!(seen.iter().position(|told| told != "stay"), Some(8), "{seen:?}");
}

#[test]
fn set_takes_an_expression() {
    let quotient = crate::rules::Expression::Binary {
        operator: crate::rules::Arithmetic::Divide,
        left: Box::new(metric(0)),
        right: Box::new(literal("100")),
    };
    let scene = Scene::new(1, 40, 3).flat("queue", false, "701").rule(rule("a", None, crate::rules::Action::Set(quotient)));
    assert_eq!(told(&scene.decide()), "add 5");
}
