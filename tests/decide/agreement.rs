use proptest::prelude::*;
use smartscale::decide::{Action, Guard, Part};

use crate::dice::{Dice, tapes};
use crate::naive;
use crate::random::world;

proptest! {
    #![proptest_config(ProptestConfig { cases: 3000, max_shrink_iters: 20_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_rulesets_decide_as_the_second_implementation_decides(tape in tapes()) {
        let world = world(&mut Dice::new(tape));
        let decision = world.decide();
        let expected = naive::decide(&world);
        prop_assert_eq!(decision.wanted, expected.wanted, "{}", decision.tree(&world.cluster.timezone));
        let winners = decision.because.winning.as_ref().map(|winning| winning.rules.clone()).unwrap_or_default();
        prop_assert_eq!(winners, expected.winners);
        if decision.action == Action::Stay {
            let guards: Vec<Guard> = Guard::ALL.into_iter().filter(|guard| decision.because.cut_to_nothing_by(*guard)).collect();
            prop_assert_eq!(guards, expected.guards, "{}", decision.tree(&world.cluster.timezone));
        }
    }
}

/// The random worlds are worth comparing: every action, every guard and every verdict is among them, often enough.
#[test]
fn random_worlds_are_varied() {
    let mut seen = std::collections::BTreeMap::<String, usize>::new();
    let mut state = 7_u64;
    for _ in 0..3000 {
        let tape = (0..600).map(|_| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            u16::try_from(state >> 48).unwrap()
        });
        let world = world(&mut Dice::new(tape.collect()));
        let decision = world.decide();
        let action = match decision.action {
            Action::Add(_) => "add",
            Action::Remove(_) => "remove",
            Action::Stay => "stay",
        };
        *seen.entry(action.to_owned()).or_default() += 1;
        for reason in &decision.because.guards {
            *seen.entry(format!("{}{}", reason.guard.word(), if reason.to_nothing { "!" } else { "" })).or_default() += 1;
        }
        for rule in &decision.because.rules {
            *seen.entry(format!("{:?}", rule.verdict)).or_default() += 1;
            if rule.condition.as_ref().is_some_and(|finding| matches!(finding.part, Part::For { .. })) {
                *seen.entry(format!("for {:?}", rule.verdict)).or_default() += 1;
            }
        }
    }
    for (what, least) in [
        ("add", 200),
        ("remove", 50),
        ("cooldown!", 50),
        ("settling!", 50),
        ("blind!", 50),
        ("hold!", 20),
        ("bounds!", 50),
        ("step", 50),
        ("rebound!", 20),
        ("busy!", 20),
        ("outage!", 5),
        ("backoff!", 10),
        ("budget!", 10),
        ("for Fired", 50),
        ("for Idle", 50),
        ("for Unknown", 50),
    ] {
        assert!(seen.get(what).copied().unwrap_or(0) >= least, "{what}: {seen:#?}");
    }
}
