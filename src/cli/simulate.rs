use std::sync::Arc;

use crate::cli::arguments::SimulateArguments;
use crate::cli::exit::Exit;
use crate::cli::output::{complain, print};
use crate::rules::Cluster;
use crate::runtime::simulation::{self, Scenario, simulated_rules, story, tell};
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
    let Some(report) = simulation::simulate(&arguments.scenario, &rules, arguments.from, arguments.seeds, None) else {
        return unknown(arguments);
    };
    print(&format!(
        "{} histories, {} ticks, {} calls: {} broke an invariant\n",
        report.histories,
        report.ticks,
        report.calls,
        report.failed()
    ));
    for (invariant, count) in &report.broken {
        print(&format!("  invariant {invariant}: {count}\n"));
    }
    let Some((seed, _)) = &report.first else { return Exit::Clean };
    if let Some(scenario) = Scenario::draw(&arguments.scenario, &rules, *seed) {
        print(&format!("\n{}", story(&scenario)));
    }
    print(&format!("\nagain: smartscale simulate --scenario {} --seeds 1 --from {seed}\n", arguments.scenario));
    Exit::Failed
}

/// Every safety rule broken in turn must be found.
fn mutations(arguments: &SimulateArguments, rules: &Arc<Cluster>) -> Exit {
    let mut exit = Exit::Clean;
    for sabotage in Sabotage::ALL {
        let report = simulation::simulate(&arguments.scenario, rules, arguments.from, arguments.seeds, Some(sabotage));
        let found = report.and_then(|report| report.first);
        match found {
            Some((seed, broken)) => print(&format!("{sabotage:?}: seed {seed} breaks invariant {}: {}\n", broken.invariant, broken.what)),
            None => {
                print(&format!("{sabotage:?}: not found in {} seeds\n", arguments.seeds));
                exit = Exit::Failed;
            }
        }
    }
    exit
}

fn unknown(arguments: &SimulateArguments) -> Exit {
    complain(&format!("there is no scenario `{}`", arguments.scenario), None);
    Exit::Failed
}
