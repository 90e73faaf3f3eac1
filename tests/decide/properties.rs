use proptest::prelude::*;
use smartscale::decide::{Action, decide, memory_after};
use smartscale::observe::{Absence, Answer};
use smartscale::rules::{Action as RuleAction, MetricId};

use crate::dice::{Dice, tapes};
use crate::random::{World, world};

fn bytes(world: &World) -> (String, String) {
    let decision = world.decide();
    (serde_json::to_string(&decision).unwrap(), serde_json::to_string(&memory_after(&world.input(), &decision)).unwrap())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_same_input_gives_the_same_decision_byte_for_byte(tape in tapes()) {
        let world = world(&mut Dice::new(tape));
        prop_assert_eq!(bytes(&world), bytes(&world));
    }

    /// What a recorded event keeps is enough: replay equals record.
    #[test]
    fn a_decision_replayed_from_its_json_is_the_same(tape in tapes()) {
        let original = world(&mut Dice::new(tape));
        let replayed = World {
            cluster: serde_json::from_str(&serde_json::to_string(&original.cluster).unwrap()).unwrap(),
            observed: serde_json::from_str(&serde_json::to_string(&original.observed).unwrap()).unwrap(),
            memory: serde_json::from_str(&serde_json::to_string(&original.memory).unwrap()).unwrap(),
        };
        prop_assert_eq!(bytes(&original), bytes(&replayed));
        let decision = original.decide();
        let read: smartscale::decide::Decision = serde_json::from_str(&serde_json::to_string(&decision).unwrap()).unwrap();
        prop_assert_eq!(read, decision);
    }

    #[test]
    fn the_order_of_rules_never_matters(tape in tapes(), seed in any::<u64>()) {
        let original = world(&mut Dice::new(tape));
        let mut shuffled = original.clone();
        let mut state = seed;
        for index in (1..shuffled.cluster.rules.len()).rev() {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            shuffled.cluster.rules.swap(index, usize::try_from(state >> 33).unwrap() % (index + 1));
        }
        let (one, other) = (original.decide(), shuffled.decide());
        prop_assert_eq!(one.action, other.action);
        let sorted = |mut names: Vec<String>| { names.sort(); names };
        let winners = |decision: &smartscale::decide::Decision| sorted(decision.because.winning.iter().flat_map(|winning| winning.rules.clone()).collect());
        prop_assert_eq!(winners(&one), winners(&other));
        let guards = |decision: &smartscale::decide::Decision| decision.because.guards.iter().map(|reason| (reason.guard, reason.to_nothing, reason.left)).collect::<Vec<_>>();
        prop_assert_eq!(guards(&one), guards(&other));
    }

    /// Whatever else is seen, a metric that goes missing never makes for fewer nodes than before.
    #[test]
    fn a_removal_needs_every_rule_to_be_known(tape in tapes()) {
        let mut world = world(&mut Dice::new(tape));
        for answer in world.observed.metrics.iter_mut().flatten() {
            for sample in &mut answer.series.samples {
                sample.answer = Answer::Missing(Absence::Failed("connection refused".into()));
            }
        }
        for record in &mut world.memory.records {
            for answer in record.answers.values_mut() {
                *answer = Answer::Missing(Absence::Empty);
            }
        }
        let decision = world.decide();
        let bound_asks = decision.because.nodes.is_some_and(|nodes| nodes > decision.upper);
        // `blind`: a comparison with a forecast that is not to be had yet counts as false, so such a rule may be unknown.
        let forecasts = |name: &str| world.cluster.rules.iter().any(|rule| rule.name == name && format!("{:?}", rule.when).contains("Forecast"));
        let unknown = decision.because.rules.iter().any(|rule| format!("{:?}", rule.verdict) == "Unknown" && !forecasts(&rule.rule));
        if unknown && !bound_asks {
            prop_assert!(!matches!(decision.action, Action::Remove(_)), "{}", decision.tree(&world.cluster.timezone));
        }
    }

    #[test]
    fn nobody_knows_how_many_nodes_there_are_and_nothing_is_done(tape in tapes()) {
        let mut world = world(&mut Dice::new(tape));
        world.observed.counts.ready = None;
        let decision = world.decide();
        prop_assert_eq!((decision.action, decision.wanted), (Action::Stay, None));
    }

    /// More load never yields fewer nodes, for rulesets without removals on rising metrics.
    #[test]
    fn more_load_never_yields_fewer_nodes(tape in tapes(), more in 1_i64..50) {
        let mut world = world(&mut Dice::new(tape));
        let most = world.cluster.nodes.upper;
        // Without removals: what adds, what sets a fixed count, and what demands a lower end without capping.
        for rule in &mut world.cluster.rules {
            if let RuleAction::Keep(keep) = &mut rule.action {
                keep.upper = most.max(keep.lower);
            }
        }
        world.cluster.rules.retain(|rule| match &rule.action {
            RuleAction::Add(_) | RuleAction::Keep(_) => true,
            RuleAction::Set(to) => matches!(to, smartscale::rules::Expression::Literal(_)) && rule.when.is_some(),
            RuleAction::Remove(_) | RuleAction::Track { .. } | RuleAction::Hold(_) => false,
        });
        world.cluster.rules.retain(|rule| rule.when.as_ref().is_none_or(rises_with_load));
        world.cluster.rules.retain(|rule| !matches!(&rule.action, RuleAction::Add(smartscale::rules::Amount::Nodes(amount)) if !matches!(amount, smartscale::rules::Expression::Literal(_))));
        let calm = decide(&world.input());
        for answer in world.observed.metrics.iter_mut().flatten() {
            for sample in &mut answer.series.samples {
                if let Answer::Value(value) = &mut sample.answer {
                    *value = value.add(&more.into());
                }
            }
        }
        for record in &mut world.memory.records {
            for answer in record.answers.values_mut() {
                if let Answer::Value(value) = answer {
                    *value = value.add(&more.into());
                }
            }
        }
        let loaded = decide(&world.input());
        // A `set` below `nodes` is a removal.
        let removes = |decision: &smartscale::decide::Decision| {
            decision.because.nodes.is_some_and(|nodes| decision.because.rules.iter().any(|rule| rule.proposal.is_some_and(|count| count < nodes)))
        };
        if !removes(&calm) && !removes(&loaded) {
            prop_assert!(loaded.wanted >= calm.wanted, "{}\n{}", calm.tree(&world.cluster.timezone), loaded.tree(&world.cluster.timezone));
        }
    }
}

/// Items of one ruleset, each of which may stand in any file and in any place.
const ITEMS: [&str; 11] = [
    "cluster \"prod\" { nodes 2..10 evaluate every 2m, every 1m during peak cooldown up 4m, down 8m step up 3, down 2 }",
    "metric cpu : percent of capacity = prometheus `cpu`",
    "metric queue : count = prometheus `queue`",
    "metric aged : duration = prometheus `aged` missing after 5m",
    "let busy = 70%",
    "window peak = daily 12:10..12:20",
    "window quiet-hours = daily 12:30..13:00",
    "rule a-busy { when cpu > busy for 2m then add 1 node }",
    "rule b-old { when aged > 10s or queue > 50 then add 20% nodes }",
    "rule c-quiet { during quiet-hours when cpu < 40% for 4m then remove 1 node }",
    "rule d-peak { during peak early 2m keep 4..9 nodes }",
];
/// An hour of which every evaluation is told: no expectation comes true.
fn driven() -> String {
    let told: String = (0..60).map(|minute| format!("at {minute}m expect nodes 99\n")).collect();
    format!(
        "test \"an hour\" {{
            start nodes 3 at 2026-11-25 12:00
            load 1 for 6m, 2.5 for 8m, 1.2
            series queue 0 for 4m, 60 for 4m, missing for 2m, 10
            series aged 1s for 12m, missing for 4m, 2s
            {told}
        }}"
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    /// The same items in any order and in any files: every decision of an hour is the same, with its because.
    #[test]
    fn the_order_of_items_and_files_never_matters(places in prop::collection::vec((0_usize..3, any::<u16>()), ITEMS.len())) {
        let course = |items: Vec<(usize, &str)>| {
            let mut sources = smartscale::source::Sources::new();
            for file in 0..3 {
                let text: Vec<&str> = items.iter().filter(|(of, _)| *of == file).map(|(_, item)| *item).collect();
                sources.add(&format!("{file}.scale"), text.join("\n").into_bytes()).unwrap();
            }
            sources.add("9.scale", driven().into_bytes()).unwrap();
            let ruleset = smartscale::check::check(&sources).ruleset.unwrap();
            let report = smartscale::runtime::examples::run_examples(&ruleset, None);
            report.results[0].misses.iter().map(|miss| format!("{} {:#} {}\n{}\n", miss.at, miss.evaluated_at, miss.got, miss.because)).collect::<String>()
        };
        let mut shuffled: Vec<(u16, usize, &str)> = places.iter().zip(ITEMS).map(|((file, rank), item)| (*rank, *file, item)).collect();
        shuffled.sort_unstable();
        let written: Vec<(usize, &str)> = ITEMS.iter().map(|item| (0, *item)).collect();
        prop_assert_eq!(course(written), course(shuffled.into_iter().map(|(_, file, item)| (file, item)).collect()));
    }
}

/// Comparisons `metric > constant` alone, joined without `not`.
fn rises_with_load(condition: &smartscale::rules::Condition) -> bool {
    use smartscale::rules::{Comparison, Condition, Expression};
    match condition {
        Condition::Compare { operator: Comparison::Greater | Comparison::GreaterOrEqual, left, right: Expression::Literal(_) } => {
            matches!(left, Expression::Metric(MetricId::Declared(_)) | Expression::Ago { .. })
                || matches!(left, Expression::Aggregate { function, .. }
                    if !matches!(function, smartscale::rules::Aggregate::Delta | smartscale::rules::Aggregate::Slope))
        }
        Condition::And(parts) | Condition::Or(parts) => parts.iter().all(rises_with_load),
        Condition::For { condition, .. } => rises_with_load(condition),
        _ => false,
    }
}
