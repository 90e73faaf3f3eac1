use proptest::prelude::*;
use smartscale::decide::{self, Action, Decision, Guard, Part};

use crate::dice::{Dice, tapes};
use crate::naive;
use crate::random::{World, next_evaluation, world};

/// How many random worlds are compared: `SMARTSCALE_CASES` for a long run.
fn cases() -> u32 {
    std::env::var("SMARTSCALE_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(1500)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), max_shrink_iters: 3000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_rulesets_decide_as_the_second_implementation_decides(tape in tapes()) {
        let world = world(&mut Dice::new(tape));
        agree(&world)?;
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases() / 12, max_shrink_iters: 500, failure_persistence: None, ..ProptestConfig::default() })]

    /// Evaluation after evaluation, each on the memory that the one before left: the second implementation forgets nothing,
    /// so what the memory drops is not needed, and what it keeps is right.
    #[test]
    fn whole_courses_of_evaluations_agree(tape in tapes(), evaluations in 2_usize..12) {
        let mut dice = Dice::new(tape);
        let mut world = world(&mut dice);
        world.memory.records.clear();
        let mut forgets_nothing = world.memory.clone();
        for _ in 0..evaluations {
            let decision = agree(&world)?;
            let whole = World { memory: forgets_nothing.clone(), ..world.clone() };
            let expected = agree(&whole)?;
            prop_assert_eq!((decision.action, decision.wanted), (expected.action, expected.wanted), "{}", decision.tree(&world.cluster.timezone));
            forgets_nothing = naive::remember(&whole, &naive::decide(&whole));
            let memory = decide::memory_after(&world.input(), &decision);
            prop_assert_eq!(&memory.won, &forgets_nothing.won);
            prop_assert_eq!(memory.last_change.as_ref().map(|change| (change.at, &change.winners)), forgets_nothing.last_change.as_ref().map(|change| (change.at, &change.winners)));
            world.memory = memory;
            forgets_nothing.histories.clone_from(&world.memory.histories);
            next_evaluation(&mut world, &mut dice);
            if dice.one_in(3) {
                world.memory.take_effect(world.observed.now);
                forgets_nothing.take_effect(world.observed.now);
            }
        }
    }
}

fn agree(world: &World) -> Result<Decision, TestCaseError> {
    let decision = world.decide();
    let expected = naive::decide(world);
    let tree = || decision.tree(&world.cluster.timezone);
    prop_assert_eq!(decision.wanted, expected.wanted, "{}", tree());
    let winners = decision.because.winning.as_ref().map(|winning| winning.rules.clone()).unwrap_or_default();
    prop_assert_eq!(winners, expected.winners, "{}", tree());
    prop_assert_eq!((decision.lower, decision.upper, decision.outage), (expected.lower, expected.upper, expected.outage), "{}", tree());
    if decision.action == Action::Stay {
        let guards: Vec<Guard> = Guard::ALL.into_iter().filter(|guard| decision.because.cut_to_nothing_by(*guard)).collect();
        prop_assert_eq!(guards, expected.guards, "{}", tree());
    } else {
        prop_assert_eq!(&decision.because.reached, &expected.reached, "{}", tree());
    }
    prop_assert_eq!(decide::action(&world.input()), decision.action);
    Ok(decision)
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
