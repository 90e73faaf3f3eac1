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
        let unknown = decision.because.rules.iter().any(|rule| format!("{:?}", rule.verdict) == "Unknown");
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
        world.cluster.rules.retain(|rule| matches!(rule.action, RuleAction::Add(_) | RuleAction::Keep(_)));
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
        // A `keep` may cap: only rules that add may compare.
        if world.cluster.rules.iter().all(|rule| matches!(rule.action, RuleAction::Add(_))) {
            prop_assert!(loaded.wanted >= calm.wanted);
        }
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
