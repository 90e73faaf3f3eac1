use std::path::Path;
use std::sync::Arc;

use jiff::SignedDuration;
use tokio::sync::watch;

use crate::cli::arguments::DemoArguments;
use crate::cli::exit::Exit;
use crate::cli::output::{complain, print};
use crate::decide::Action;
use crate::diagnostic::render::render_text;
use crate::rules::{Cluster, PriceList};
use crate::runtime::board::Board;
use crate::runtime::tick::TickReport;
use crate::runtime::{DemoWorld, check_sources, choose_cluster, read_rules_files, until_signalled};
use crate::source::Sources;
use crate::web;

/// The rules that come with SmartScale, so that the demo runs from anywhere.
const PRODUCTION: &str = include_str!("../../rules/production.scale");

/// `smartscale demo`.
pub fn demo(arguments: &DemoArguments, colour: bool) -> Exit {
    let Some(cluster) = cluster(arguments.rules.as_deref()) else { return Exit::Failed };
    match tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build() {
        Ok(runtime) => runtime.block_on(run(arguments, cluster, colour)),
        Err(error) => {
            complain(&format!("no threads can be started: {error}"), None);
            Exit::Failed
        }
    }
}

async fn run(arguments: &DemoArguments, cluster: Arc<Cluster>, colour: bool) -> Exit {
    let prices = PriceList::default();
    let made = match &arguments.ledger {
        Some(file) => DemoWorld::keeping(&cluster, &prices, file),
        None => DemoWorld::new(&cluster, &prices, &std::env::temp_dir()),
    };
    let world = match made {
        Ok(world) => world,
        Err(error) => {
            let help = if arguments.ledger.is_some() { Some("name another file with `--ledger FILE`") } else { error.help() };
            complain(&error.to_string(), help);
            return Exit::Failed;
        }
    };
    let (board, shown) = watch::channel(Board::new(&cluster.name, cluster.timezone.clone(), cluster.nodes));
    let page = match web::serve(arguments.page, shown).await {
        Ok(page) => page,
        Err(error) => {
            complain(&error.to_string(), Some("choose another with `--page 127.0.0.1:PORT`; port 0 takes a free one"));
            return Exit::Failed;
        }
    };
    print(&format!(
        "A simulated day of `{}`, {} seconds of it in each second.\nStatus page: http://{}\nCtrl-C ends it.\n\n",
        cluster.name, arguments.speed, page.address
    ));
    let mut teller = Teller { cluster: Arc::clone(&cluster), colour, told_hour: None };
    let hours = arguments.hours.map(|hours| SignedDuration::from_hours(i64::from(hours)));
    let stop = async {
        if let Err(error) = until_signalled().await {
            complain(&format!("signals cannot be waited for: {error}"), None);
        }
    };
    world.run(&cluster, arguments.speed, hours, &board, stop, |report| print(&teller.tell(report))).await;
    drop(world);
    print("\nended\n");
    if let Some(file) = &arguments.ledger {
        let file = file.display();
        print(&format!("ask its ledger: smartscale why --ledger {file}, smartscale history --ledger {file}\n"));
    }
    Exit::Clean
}

/// Turns ticks into lines: every change with its because, what became of nodes, and a line an hour of load and workers.
struct Teller {
    cluster: Arc<Cluster>,
    colour: bool,
    told_hour: Option<i8>,
}

impl Teller {
    fn tell(&mut self, report: &TickReport) -> String {
        let local = report.at.to_zoned(self.cluster.timezone.clone());
        let time = local.strftime("%a %H:%M");
        let mut lines = Vec::new();
        if let Some(decided) = &report.decided {
            let decision = &decided.decision;
            let stays = decision.action == Action::Stay;
            if stays && self.told_hour != Some(local.hour()) {
                let workers = report.counts.nodes().map_or_else(|| "unknown".to_owned(), |nodes| nodes.to_string());
                lines.push(self.dim(&format!("{}workers {workers}, staying", load(report, &self.cluster))));
            }
            self.told_hour = Some(local.hour());
            if !stays {
                let paint = if matches!(decision.action, Action::Add(_)) { "\x1b[1;32m" } else { "\x1b[1;35m" };
                lines.push(self.painted(paint, &decision.headline(&self.cluster.timezone)));
            }
        }
        lines.extend(report.remarks.iter().map(|remark| self.dim(&format!("  {}", remark.text))));
        lines.extend(report.missing.iter().map(|missing| format!("  missing: {missing}")));
        lines.iter().map(|line| format!("{time}  {line}\n")).collect()
    }

    fn painted(&self, paint: &str, text: &str) -> String {
        if self.colour { format!("{paint}{text}\x1b[0m") } else { text.to_owned() }
    }

    fn dim(&self, text: &str) -> String {
        self.painted("\x1b[2m", text)
    }
}

/// `cpu 41%, memory 38%, `.
fn load(report: &TickReport, cluster: &Cluster) -> String {
    let Some(decided) = &report.decided else { return String::new() };
    let metrics = cluster.metrics.iter().zip(&decided.observed.metrics).filter(|(metric, _)| metric.of_capacity);
    metrics
        .filter_map(|(metric, answer)| match &answer.as_ref()?.series.at(report.at)?.answer {
            crate::observe::Answer::Value(value) => Some(format!("{} {:.0}%, ", metric.name, value.to_f64())),
            crate::observe::Answer::Missing(_) => None,
        })
        .collect()
}

fn cluster(rules: Option<&Path>) -> Option<Arc<Cluster>> {
    let (sources, found) = match rules {
        None => (Sources::single("rules/production.scale", PRODUCTION), Vec::new()),
        Some(path) => match read_rules_files(path) {
            Ok(read) => read,
            Err(error) => {
                complain(&error.to_string(), None);
                return None;
            }
        },
    };
    let checked = check_sources(&sources, found);
    let Some(ruleset) = &checked.ruleset else {
        complain(&format!("the rules have errors\n{}", render_text(&sources, &checked.diagnostics, false)), None);
        return None;
    };
    match choose_cluster(ruleset, None) {
        Ok(cluster) => Some(cluster),
        Err(error) => {
            complain(&error.to_string(), Some("name one file with `--rules FILE`"));
            None
        }
    }
}
