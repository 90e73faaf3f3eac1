use tokio::sync::watch;

use crate::cli::arguments::RunArguments;
use crate::cli::exit::Exit;
use crate::cli::output::{complain, print};
use crate::cli::real::Setting;
use crate::cli::report::{report_json, report_text};
use crate::cli::setting::in_runtime;
use crate::plan::outcome_in_words;
use crate::rules::Cluster;
use crate::runtime::board::Board;
use crate::runtime::tick::{Ended, TickReport, tick};
use crate::runtime::{Daemon, Heard, Reload, RulesWatch, run_daemon, until_signalled};
use crate::web;

/// `smartscale run`.
pub fn run(arguments: &RunArguments, colour: bool) -> Exit {
    let Some(setting) = Setting::read(&arguments.world) else { return Exit::Failed };
    if arguments.once { in_runtime(once(arguments, setting, colour)) } else { in_runtime(daemon(setting)) }
}

async fn once(arguments: &RunArguments, setting: Setting, colour: bool) -> Exit {
    let Some(world) = setting.connect().await else { return Exit::Failed };
    let report = tick(&world, &setting.order(&world, "once", arguments.evaluate)).await;
    if arguments.json {
        print(&format!("{:#}\n", report_json(&report)));
    } else {
        print(&report_text(&report, &setting.cluster(), colour));
    }
    // Missing observations are told, and are no failure of the tick: it changed nothing on their account.
    if matches!(report.ended, Ended::NoLedger { .. }) { Exit::Failed } else { Exit::Clean }
}

async fn daemon(setting: Setting) -> Exit {
    let Some(world) = setting.connect().await else { return Exit::Failed };
    let rules_path = setting.configuration.rules_path();
    let watch = match RulesWatch::start(&rules_path) {
        Ok(watch) => watch,
        Err(error) => {
            complain(&error.to_string(), None);
            return Exit::Failed;
        }
    };
    let settings = &setting.configuration.settings.daemon;
    let cluster = setting.cluster();
    let (board, shown) = watch::channel(Board::new(&cluster.name, cluster.timezone.clone(), cluster.nodes));
    let _page = match settings.status_page {
        Some(address) => match web::serve(address, shown).await {
            Ok(page) => {
                print(&format!("status page on http://{}\n", page.address));
                Some(page)
            }
            Err(error) => {
                complain(&error.to_string(), Some("set another `status-page` under [daemon] in `smartscale.toml`"));
                return Exit::Failed;
            }
        },
        None => None,
    };
    print(&format!("{} from {}; Ctrl-C ends it\n", cluster.name, rules_path.display()));
    let stop = async {
        if let Err(error) = until_signalled().await {
            complain(&format!("signals cannot be waited for: {error}"), None);
        }
    };
    let prices = setting.configuration.prices();
    run_daemon(Daemon { world: &world, rules: setting.rules, watch, prices, settings, board }, stop, hear).await;
    print("ended; the ledger has everything that is in flight\n");
    Exit::Clean
}

fn hear(heard: Heard<'_>) {
    match heard {
        Heard::Tick(report, cluster) => print(&tick_lines(report, cluster)),
        Heard::Reload(Reload::Taken { hash }) => print(&format!("rules {hash} are in force\n")),
        Heard::Reload(Reload::Refused { summary, details }) => {
            complain(&format!("changed rules were refused, the old ones stay in force: {summary}\n{details}"), None);
        }
        Heard::Reload(Reload::Unchanged) => {}
        Heard::Deaf(reason) => complain(reason, Some("allow ec2:DescribeSpotInstanceRequests and ec2:DescribeInstanceStatus")),
    }
}

/// What happened in one tick; nothing for a tick in which nothing did.
fn tick_lines(report: &TickReport, cluster: &Cluster) -> String {
    let time = report.at.to_zoned(cluster.timezone.clone()).strftime("%H:%M:%S");
    let mut lines = Vec::new();
    match &report.ended {
        Ended::Committed => {}
        Ended::Held { by, .. } => lines.push(format!("another tick is running: `{by}`")),
        Ended::Stale { reasons } => lines.extend(reasons.iter().map(|reason| format!("stale: {reason}"))),
        Ended::LostLease => lines.push("another tick took the lease over".to_owned()),
        Ended::NoLedger { reason, .. } => lines.push(reason.clone()),
    }
    lines.extend(report.decided.iter().map(|decided| decided.decision.headline(&cluster.timezone)));
    lines.extend(report.missing.iter().map(|missing| format!("missing: {missing}")));
    lines.extend(report.outcomes.iter().map(outcome_in_words));
    lines.extend(report.remarks.iter().map(|remark| remark.text.clone()));
    lines.iter().map(|line| format!("{time} {line}\n")).collect()
}
