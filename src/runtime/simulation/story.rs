use std::fmt::Write as _;

use crate::runtime::simulation::{Scenario, run_history, shrink};

/// A failing history as people read it: shrunk, from its seed to the invariant that broke.
#[must_use]
pub fn story(scenario: &Scenario) -> String {
    tell(&shrink(scenario))
}

/// A history as people read it, from its seed to its end.
#[must_use]
pub fn tell(scenario: &Scenario) -> String {
    let history = run_history(scenario, true);
    let mut out = String::new();
    // Writing to a string does not fail.
    let _ = writeln!(
        out,
        "scenario {} with seed {}: {} workers, a tick each {:#}, {} ticks, the last {} of them calm",
        scenario.name, scenario.seed, scenario.workers, scenario.every, scenario.ticks, scenario.calm
    );
    for fault in &scenario.faults {
        let calls = fault.calls.iter().map(|call| format!("{call:?}")).collect::<Vec<_>>().join(", ");
        let calls = if calls.is_empty() { "any call" } else { &calls };
        let _ =
            writeln!(out, "  from {:#} to {:#}, {} in 1000 of {calls}: {}", fault.from, fault.until, fault.per_mille, fault.kind.name());
    }
    for crash in &scenario.crashes {
        let _ = writeln!(out, "  the process dies {} call {}", if crash.effect { "after" } else { "before" }, crash.call);
    }
    for (after, outside) in &scenario.outside {
        let _ = writeln!(out, "  at {after:#}: {outside:?}");
    }
    if let Some(lost) = scenario.lost_ledger {
        let _ = writeln!(out, "  at {lost:#}: the ledger is lost");
    }
    if scenario.together > 0 {
        let _ = writeln!(out, "  {} in 1000 ticks begin side by side", scenario.together);
    }
    if scenario.clocks.iter().any(|ahead| !ahead.is_zero()) {
        let _ = writeln!(out, "  clocks are ahead by {:?}", scenario.clocks);
    }
    if let Some(jump) = scenario.clock_jump {
        let _ = writeln!(out, "  from {:#} to {:#} all clocks are ahead by {:#}", jump.from, jump.until, jump.by);
    }
    for line in &history.story {
        let _ = writeln!(out, "{line}");
    }
    let _ = match &history.broken {
        Some(broken) => writeln!(out, "invariant {} is broken at tick {}: {}", broken.invariant, broken.tick, broken.what),
        None => writeln!(out, "every invariant held"),
    };
    out
}
