use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use crate::rules::Cluster;
use crate::runtime::simulation::{Broken, Scenario, run_history, shrink};
use crate::sandbox::Sabotage;

/// What many histories came to.
#[derive(Clone, Debug, Default)]
pub struct SimulationReport {
    pub histories: u64,
    pub ticks: u64,
    pub calls: u64,
    /// How many histories broke each invariant.
    pub broken: BTreeMap<u8, u64>,
    /// The first that broke, with its seed.
    pub first: Option<(u64, Broken)>,
}

/// Runs the histories of `seeds` seeds from `from` on over all cores, in order of seed as far as the first failure goes.
/// `None`: there is no scenario of that name.
#[must_use]
pub fn simulate(name: &str, rules: &Arc<Cluster>, from: u64, seeds: u64, sabotage: Option<Sabotage>) -> Option<SimulationReport> {
    Scenario::draw(name, rules, from)?;
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get) as u64;
    let parts = std::thread::scope(|scope| {
        let run = |thread: u64| scope.spawn(move || part(name, rules, (from + thread..from + seeds).step_by(threads as usize), sabotage));
        let running: Vec<_> = (0..threads).map(run).collect();
        running.into_iter().filter_map(|thread| thread.join().ok()).collect::<Vec<_>>()
    });
    Some(parts.into_iter().fold(SimulationReport::default(), SimulationReport::with))
}

fn part(name: &str, rules: &Arc<Cluster>, seeds: impl Iterator<Item = u64>, sabotage: Option<Sabotage>) -> SimulationReport {
    let mut report = SimulationReport::default();
    for seed in seeds {
        let Some(scenario) = Scenario::draw(name, rules, seed) else { break };
        let history = run_history(&Scenario { sabotage, ..scenario }, false);
        report.histories += 1;
        report.ticks += u64::from(history.ticks);
        report.calls += history.calls;
        if let Some(broken) = history.broken {
            *report.broken.entry(broken.invariant).or_default() += 1;
            if report.first.is_none() {
                report.first = Some((seed, broken));
            }
            if sabotage.is_some() {
                break;
            }
        }
    }
    report
}

impl SimulationReport {
    fn with(mut self, other: Self) -> Self {
        self.histories += other.histories;
        self.ticks += other.ticks;
        self.calls += other.calls;
        for (invariant, count) in other.broken {
            *self.broken.entry(invariant).or_default() += count;
        }
        self.first = [self.first, other.first].into_iter().flatten().min_by_key(|(seed, _)| *seed);
        self
    }

    #[must_use]
    pub fn failed(&self) -> u64 {
        self.broken.values().sum()
    }
}

/// A failing history as people read it: shrunk, from its seed to the invariant that broke.
#[must_use]
pub fn story(scenario: &Scenario) -> String {
    tell(&shrink(scenario))
}

/// A history as people read it, from its seed to its end.
#[must_use]
pub fn tell(smallest: &Scenario) -> String {
    let history = run_history(smallest, true);
    let mut out = String::new();
    // Writing to a string does not fail.
    let _ = writeln!(
        out,
        "scenario {} with seed {}, {} workers, a tick each {:#}",
        smallest.name, smallest.seed, smallest.workers, smallest.every
    );
    for fault in &smallest.faults {
        let calls = if fault.calls.is_empty() { "any call".to_owned() } else { format!("{:?}", fault.calls) };
        let _ = writeln!(out, "  from {:#} to {:#}, {} of 1000 times, {calls}: {:?}", fault.from, fault.until, fault.per_mille, fault.kind);
    }
    for (after, outside) in &smallest.outside {
        let _ = writeln!(out, "  at {after:#}: {outside:?}");
    }
    if let Some(lost) = smallest.lost_ledger {
        let _ = writeln!(out, "  at {lost:#}: the ledger is lost");
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
