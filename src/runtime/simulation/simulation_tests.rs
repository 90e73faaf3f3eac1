use crate::runtime::simulation::{NAMES, Scenario, run_history, simulate, simulated_rules, story};

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
        assert!(one.story.len() > 50, "{:?}", one.story);
    }
    assert!(simulate("no-such-scenario", &rules, 0, 1, None).is_none());
}
