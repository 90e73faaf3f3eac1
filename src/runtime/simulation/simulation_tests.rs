use std::sync::atomic::AtomicU64;

use crate::runtime::simulation::{NAMES, Scenario, run_history, simulate, simulated_rules, story};
use crate::sandbox::{CrashAt, Sabotage};

#[test]
fn every_named_scenario_keeps_the_invariants() {
    let rules = simulated_rules().unwrap();
    for name in NAMES {
        for seed in 0..4 {
            let scenario = Scenario::draw(name, &rules, seed).unwrap();
            let history = run_history(&scenario, false);
            if let Some(broken) = history.broken {
                panic!("{name} {seed}: {broken:?}\n{}", story(&scenario));
            }
        }
    }
}

#[test]
fn one_seed_is_one_history() {
    let rules = simulated_rules().unwrap();
    for seed in 0..3 {
        let scenario = Scenario::draw("mixed", &rules, seed).unwrap();
        let (one, two) = (run_history(&scenario, true), run_history(&scenario, true));
        assert_eq!(one, two);
        assert!(one.story.len() > 20, "{:?}", one.story);
    }
    assert!(simulate("no-such-scenario", &rules, 0, 1, None, &AtomicU64::new(0)).is_none());
}

/// The exhaustive mode: the process dies at each call of a history that scales up and down, before its effect and after it.
#[test]
fn a_death_at_any_call_loses_nothing() {
    let rules = simulated_rules().unwrap();
    let mut scenario = Scenario::draw("unsatisfiable-budget", &rules, 1).unwrap();
    (scenario.faults, scenario.outside) = (Vec::new(), Vec::new());
    let calls = run_history(&scenario, false).calls;
    assert!(calls > 500, "{calls}");
    // Every call of the first half hour would take minutes unoptimized: here each thirteenth of the whole, either way.
    for call in (1..calls).step_by(13) {
        scenario.crashes = vec![CrashAt { call, effect: call % 2 == 0 }];
        let history = run_history(&scenario, false);
        assert_eq!(history.broken, None, "death at call {call}");
    }
}

#[test]
fn broken_safety_rules_are_found() {
    let rules = simulated_rules().unwrap();
    // The others take more seeds than a test should: `smartscale simulate --mutations` finds them all.
    for sabotage in [Sabotage::DropNews, Sabotage::SkipIntent, Sabotage::TerminateUndrained] {
        let report = simulate("mixed", &rules, 0, 60, Some(sabotage), &AtomicU64::new(0)).unwrap();
        assert!(report.first().is_some(), "{sabotage:?}");
    }
}
