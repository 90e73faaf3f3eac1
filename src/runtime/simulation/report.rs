use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::rules::Cluster;
use crate::runtime::simulation::{Broken, History, Scenario, run_history};
use crate::sandbox::{CrashAt, Sabotage, Strikes};

/// What many histories came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SimulationReport {
    pub histories: u64,
    pub ticks: u64,
    pub calls: u64,
    /// How often each kind of trouble struck.
    pub strikes: Strikes,
    /// How many histories broke each invariant.
    pub broken: BTreeMap<u8, u64>,
    /// The first ones that broke, in order.
    pub failures: Vec<Failing>,
}

/// A history that broke an invariant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failing {
    pub seed: u64,
    /// Where its process was killed, in the exhaustive mode.
    pub crashes: Vec<CrashAt>,
    pub broken: Broken,
}

/// How many failures are kept to be told of.
const TOLD: usize = 40;

/// Runs the histories of `seeds` seeds from `from` on over all cores. The report is the same however many there are.
/// `None`: there is no scenario of that name.
#[must_use]
pub fn simulate(
    name: &str,
    rules: &Arc<Cluster>,
    from: u64,
    seeds: u64,
    sabotage: Option<Sabotage>,
    done: &AtomicU64,
) -> Option<SimulationReport> {
    Scenario::draw(name, rules, from)?;
    let scenarios = |seed: u64| Scenario::draw(name, rules, seed).map(|scenario| Scenario { sabotage, ..scenario });
    Some(over_all_cores(from..from.saturating_add(seeds), scenarios, sabotage.is_some(), done))
}

/// Kills the process of one scenario at each of its side effects in turn, before it and after it; with two deaths, also at
/// each of the next effects of whoever comes after. The report counts one history for each.
#[must_use]
pub fn exhaust(scenario: &Scenario, deaths: u8, done: &AtomicU64) -> SimulationReport {
    /// As many effects after the first death may be the second.
    const NEXT: usize = 12;
    let effects = |scenario: &Scenario| run_history(scenario, true).effects;
    let killed = |scenario: &Scenario, call: u64, effect: bool| {
        let mut killed = scenario.clone();
        killed.crashes.push(CrashAt { call, effect });
        killed
    };
    let once: Vec<Scenario> =
        effects(scenario).into_iter().flat_map(|call| [false, true].map(|effect| killed(scenario, call, effect))).collect();
    let of = |list: &[Scenario]| {
        let count = list.len() as u64;
        over_all_cores(0..count, |place| list.get(usize::try_from(place).ok()?).cloned(), false, done)
    };
    let mut report = of(&once);
    if deaths > 1 {
        for first in &once {
            let died = first.crashes.last().map_or(0, |crash| crash.call);
            let next = effects(first).into_iter().filter(|call| *call > died).take(NEXT);
            let twice: Vec<Scenario> = next.flat_map(|call| [false, true].map(|effect| killed(first, call, effect))).collect();
            report = report.with(of(&twice));
        }
    }
    report
}

/// Each core takes every n-th place; what they found is put together in order.
fn over_all_cores(
    places: std::ops::Range<u64>,
    scenario: impl Fn(u64) -> Option<Scenario> + Sync,
    first_only: bool,
    done: &AtomicU64,
) -> SimulationReport {
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let scenario = &scenario;
    let parts = std::thread::scope(|scope| {
        let run = |thread: usize| {
            let places = places.clone().skip(thread).step_by(threads);
            scope.spawn(move || part(places, scenario, first_only, done))
        };
        let running: Vec<_> = (0..threads).map(run).collect();
        running.into_iter().filter_map(|thread| thread.join().ok()).collect::<Vec<_>>()
    });
    parts.into_iter().fold(SimulationReport::default(), SimulationReport::with)
}

fn part(
    places: impl Iterator<Item = u64>,
    scenario: impl Fn(u64) -> Option<Scenario>,
    first_only: bool,
    done: &AtomicU64,
) -> SimulationReport {
    let mut report = SimulationReport::default();
    for place in places {
        let Some(scenario) = scenario(place) else { break };
        let history = run_history(&scenario, false);
        done.fetch_add(1, Ordering::Relaxed);
        report.take(&scenario, history);
        if first_only && !report.failures.is_empty() {
            break;
        }
    }
    report
}

impl SimulationReport {
    fn take(&mut self, scenario: &Scenario, history: History) {
        self.histories += 1;
        self.ticks += u64::from(history.ticks);
        self.calls += history.calls;
        self.strikes.add(&history.strikes);
        if let Some(broken) = history.broken {
            *self.broken.entry(broken.invariant).or_default() += 1;
            if self.failures.len() < TOLD {
                self.failures.push(Failing { seed: scenario.seed, crashes: scenario.crashes.clone(), broken });
            }
        }
    }

    #[must_use]
    pub fn with(mut self, other: Self) -> Self {
        self.histories += other.histories;
        self.ticks += other.ticks;
        self.calls += other.calls;
        self.strikes.add(&other.strikes);
        for (invariant, count) in other.broken {
            *self.broken.entry(invariant).or_default() += count;
        }
        self.failures.extend(other.failures);
        self.failures
            .sort_by_key(|failing| (failing.seed, failing.crashes.iter().map(|crash| (crash.call, crash.effect)).collect::<Vec<_>>()));
        self.failures.truncate(TOLD);
        self
    }

    #[must_use]
    pub fn failed(&self) -> u64 {
        self.broken.values().sum()
    }

    /// The first history that broke an invariant.
    #[must_use]
    pub fn first(&self) -> Option<&Failing> {
        self.failures.first()
    }
}
