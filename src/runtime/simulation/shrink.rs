use crate::runtime::simulation::{Scenario, run_history};

/// The smallest scenario found that still breaks the same invariant: faults and events are taken away one at a time, then
/// ticks from the end of the trouble, as long as it breaks.
#[must_use]
pub fn shrink(scenario: &Scenario) -> Scenario {
    let Some(broken) = run_history(scenario, false).broken else { return scenario.clone() };
    let still = |smaller: &Scenario| run_history(smaller, false).broken.is_some_and(|other| other.invariant == broken.invariant);
    let mut best = scenario.clone();
    loop {
        let smaller = candidates(&best).find(|smaller| still(smaller));
        match smaller {
            Some(smaller) => best = smaller,
            None => return best,
        }
    }
}

/// Each a little smaller.
fn candidates(scenario: &Scenario) -> impl Iterator<Item = Scenario> {
    let without_fault = (0..scenario.faults.len()).map(|index| {
        let mut smaller = scenario.clone();
        smaller.faults.remove(index);
        smaller
    });
    let without_event = (0..scenario.outside.len()).map(|index| {
        let mut smaller = scenario.clone();
        smaller.outside.remove(index);
        smaller
    });
    let lone = (scenario.together > 0).then(|| Scenario { together: 0, ..scenario.clone() });
    let kept_ledger = scenario.lost_ledger.is_some().then(|| Scenario { lost_ledger: None, ..scenario.clone() });
    let one_clock = (scenario.clocks.len() > 1).then(|| {
        let clocks = scenario.clocks.iter().take(1).copied().collect();
        Scenario { clocks, ..scenario.clone() }
    });
    let steady = (scenario.load.len() > 1).then(|| {
        let load = scenario.load.iter().skip(1).cloned().collect();
        Scenario { load, ..scenario.clone() }
    });
    without_fault.chain(without_event).chain(lone).chain(kept_ledger).chain(one_clock).chain(steady)
}
