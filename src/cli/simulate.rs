use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crate::cli::arguments::SimulateArguments;
use crate::cli::exit::Exit;
use crate::cli::output::{complain, print};
use crate::rules::Cluster;
use crate::runtime::simulation::{self, Scenario, SimulationReport, exhaust, simulated_rules, story, tell};
use crate::sandbox::Sabotage;

/// `smartscale simulate`: seeds to histories, and the invariants watched in each.
pub fn simulate(arguments: &SimulateArguments) -> Exit {
    let Some(rules) = simulated_rules() else {
        complain("the rules that ship for simulations have an error", None);
        return Exit::Failed;
    };
    if arguments.mutations {
        return mutations(arguments, &rules);
    }
    let Some(scenario) = Scenario::draw(&arguments.scenario, &rules, arguments.from) else { return unknown(arguments) };
    if arguments.tell {
        print(&tell(&scenario));
        return Exit::Clean;
    }
    let run = |done: &AtomicU64| match arguments.exhaustive {
        true => Some(exhaustive(arguments, &rules, done)),
        false => simulation::simulate(&arguments.scenario, &rules, arguments.from, arguments.seeds, None, done),
    };
    let total = (!arguments.exhaustive).then_some(arguments.seeds);
    let Some(report) = with_progress(total, run) else { return unknown(arguments) };
    summarize(&report);
    let Some(first) = report.first() else { return Exit::Clean };
    for failing in &report.failures {
        let killed = failing.crashes.iter().map(|crash| format!(", killed at call {}", crash.call)).collect::<String>();
        let broken = &failing.broken;
        print(&format!("  seed {}{killed}: invariant {} at tick {}: {}\n", failing.seed, broken.invariant, broken.tick, broken.what));
    }
    if let Some(scenario) = Scenario::draw(&arguments.scenario, &rules, first.seed) {
        print(&format!("\n{}", story(&Scenario { crashes: first.crashes.clone(), ..scenario })));
    }
    let mode = if arguments.exhaustive { " --exhaustive" } else { "" };
    print(&format!("\nagain: smartscale simulate --scenario {} --seeds 1 --from {}{mode}\n", arguments.scenario, first.seed));
    Exit::Failed
}

fn exhaustive(arguments: &SimulateArguments, rules: &Arc<Cluster>, done: &AtomicU64) -> SimulationReport {
    let deaths = if arguments.twice { 2 } else { 1 };
    let seeds = arguments.from..arguments.from.saturating_add(arguments.seeds);
    let scenarios = seeds.filter_map(|seed| Scenario::draw(&arguments.scenario, rules, seed));
    scenarios.fold(SimulationReport::default(), |report, scenario| report.with(exhaust(&scenario, deaths, done)))
}

fn summarize(report: &SimulationReport) {
    print(&format!(
        "{} histories, {} ticks, {} calls: {} broke an invariant\n",
        report.histories,
        report.ticks,
        report.calls,
        report.failed()
    ));
    for (name, count) in report.strikes.iter() {
        print(&format!("  {count:>12} × {name}\n"));
    }
    for (invariant, count) in &report.broken {
        print(&format!("  invariant {invariant} broken: {count}\n"));
    }
}

/// Every safety rule broken in turn must be found.
fn mutations(arguments: &SimulateArguments, rules: &Arc<Cluster>) -> Exit {
    let mut exit = Exit::Clean;
    print("| rule broken on purpose | seeds to find it | invariant | what was seen |\n|---|---:|---:|---|\n");
    for sabotage in Sabotage::ALL {
        let run =
            |done: &AtomicU64| simulation::simulate(&arguments.scenario, rules, arguments.from, arguments.seeds, Some(sabotage), done);
        let report = with_progress(Some(arguments.seeds), run);
        match report.as_ref().and_then(SimulationReport::first) {
            Some(first) => print(&format!(
                "| {} | {} | {} | {} |\n",
                sabotage.words(),
                first.seed - arguments.from + 1,
                first.broken.invariant,
                first.broken.what
            )),
            None => {
                print(&format!("| {} | not found in {} | | |\n", sabotage.words(), arguments.seeds));
                exit = Exit::Failed;
            }
        }
    }
    exit
}

/// Says on standard error how far it is, every ten seconds.
fn with_progress<T: Send>(total: Option<u64>, run: impl FnOnce(&AtomicU64) -> T + Send) -> T {
    const EACH: Duration = Duration::from_secs(10);
    let (done, began) = (AtomicU64::new(0), Instant::now());
    let (finished, wait) = std::sync::mpsc::channel::<()>();
    let done = &done;
    std::thread::scope(|scope| {
        scope.spawn(move || {
            while wait.recv_timeout(EACH) == Err(std::sync::mpsc::RecvTimeoutError::Timeout) {
                let of = total.map_or_else(String::new, |total| format!(" of {total}"));
                eprintln!("{}{of} histories after {} s", done.load(Ordering::Relaxed), began.elapsed().as_secs());
            }
        });
        let result = run(done);
        drop(finished);
        result
    })
}

fn unknown(arguments: &SimulateArguments) -> Exit {
    complain(&format!("there is no scenario `{}`", arguments.scenario), None);
    Exit::Failed
}
