use jiff::SignedDuration;

use crate::runtime::simulation::{Scenario, run_history};

/// The smallest scenario found that still breaks the same invariant: what goes wrong, what others do and what drives the load
/// are taken away one at a time, faults become shorter, and the end comes earlier, for as long as it breaks.
#[must_use]
pub fn shrink(scenario: &Scenario) -> Scenario {
    let Some(broken) = run_history(scenario, false).broken else { return scenario.clone() };
    let still = |smaller: &Scenario| run_history(smaller, false).broken.is_some_and(|other| other.invariant == broken.invariant);
    let mut best = scenario.clone();
    while let Some(smaller) = candidates(&best).into_iter().find(|smaller| still(smaller)) {
        best = smaller;
    }
    best
}

/// Each a little smaller, the greatest steps first.
fn candidates(scenario: &Scenario) -> Vec<Scenario> {
    let mut smaller = Vec::new();
    let mut with = |change: &dyn Fn(&mut Scenario)| {
        let mut changed = scenario.clone();
        change(&mut changed);
        smaller.push(changed);
    };
    for index in 0..scenario.faults.len() {
        with(&|changed| {
            let _ = changed.faults.remove(index);
        });
    }
    for index in 0..scenario.outside.len() {
        with(&|changed| {
            let _ = changed.outside.remove(index);
        });
    }
    if scenario.together > 0 {
        with(&|changed| changed.together = 0);
    }
    if scenario.lost_ledger.is_some() {
        with(&|changed| changed.lost_ledger = None);
    }
    if scenario.clock_jump.is_some() {
        with(&|changed| changed.clock_jump = None);
    }
    if scenario.clocks.iter().any(|ahead| !ahead.is_zero()) {
        with(&|changed| changed.clocks = vec![SignedDuration::ZERO]);
    }
    for index in 0..scenario.crashes.len() {
        with(&|changed| changed.crashes.retain(|crash| Some(crash) != scenario.crashes.get(index)));
    }
    if scenario.load.len() > 1 {
        with(&|changed| {
            let _ = changed.load.remove(0);
        });
        with(&|changed| {
            let _ = changed.load.pop();
        });
    }
    if scenario.settings.workloads.len() > 1 {
        with(&|changed| {
            let _ = changed.settings.workloads.pop();
        });
    }
    if scenario.settings.daemons {
        with(&|changed| changed.settings.daemons = false);
    }
    for (index, fault) in scenario.faults.iter().enumerate() {
        let half = (fault.until - fault.from) / 2;
        if half >= SignedDuration::from_mins(1) {
            with(&|changed| changed.faults.iter_mut().skip(index).take(1).for_each(|fault| fault.until = fault.from + half));
            with(&|changed| changed.faults.iter_mut().skip(index).take(1).for_each(|fault| fault.from += half));
        }
    }
    smaller
}
