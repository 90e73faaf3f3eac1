use jiff::Timestamp;

use crate::cli::arguments::ApplyArguments;
use crate::cli::exit::Exit;
use crate::cli::output::{complain, print};
use crate::cli::real::Setting;
use crate::cli::report::{report_json, report_text};
use crate::cli::setting::in_runtime;
use crate::ledger::{Event, LedgerError, Span};
use crate::runtime::World as _;
use crate::runtime::answers::{Wanted, history};
use crate::runtime::planned::PlanFile;
use crate::runtime::real::RealWorld;
use crate::runtime::tick::{Apply, Ended, TickReport, apply as run_apply};

/// `smartscale apply`.
pub fn apply(arguments: &ApplyArguments, colour: bool) -> Exit {
    let Some(plan) = read(arguments) else { return Exit::Failed };
    let Some(setting) = Setting::read(&arguments.world) else { return Exit::Failed };
    if setting.cluster().name != plan.cluster {
        let message = format!("the plan is for `{}`, and `{}` is chosen here", plan.cluster, setting.cluster().name);
        complain(&message, Some("name the cluster with `--cluster NAME`, or another `--config FILE`"));
        return Exit::Failed;
    }
    if plan.operations.is_empty() {
        print(&format!("the plan changes nothing: {}\n", plan.summary.first().map_or("", String::as_str)));
        return Exit::Clean;
    }
    in_runtime(async { carry_out(arguments, &plan, &setting, colour).await.unwrap_or(Exit::Failed) })
}

fn read(arguments: &ApplyArguments) -> Option<PlanFile> {
    let path = arguments.plan.display();
    let text = std::fs::read_to_string(&arguments.plan)
        .map_err(|error| complain(&format!("the plan `{path}` cannot be read: {error}"), None))
        .ok()?;
    let refused =
        |error| complain(&format!("the plan `{path}` cannot be carried out: {error}"), Some("make one with `smartscale plan --out FILE`"));
    PlanFile::read(&text).map_err(refused).ok()
}

async fn carry_out(arguments: &ApplyArguments, plan: &PlanFile, setting: &Setting, colour: bool) -> Option<Exit> {
    let world = setting.connect().await?;
    let before = begun(&world, plan).await;
    if let Some(first) = before.map_err(|error| complain(&error.to_string(), error.help())).ok()? {
        let at = first.at.to_zoned(setting.cluster().timezone.clone()).strftime("%Y-%m-%d %H:%M:%S").to_string();
        print(&format!("the plan was carried out already, from {at} on: nothing was done\n"));
        return Some(Exit::Clean);
    }
    let how = Apply { plan, max_age: arguments.max_age };
    let report = run_apply(&world, &setting.order(&world, "apply", true), &how).await;
    if arguments.json {
        print(&format!("{:#}\n", report_json(&report)));
    } else {
        print(&report_text(&report, &setting.cluster(), colour));
        if report.is_committed() && !report.operations.is_empty() {
            print("the next ticks carry on what is in flight: those of the daemon or the function, or `smartscale run --once`\n");
        }
    }
    Some(exit(&report))
}

/// The first event of the plan's own operations, if it was begun before.
async fn begun(world: &RealWorld, plan: &PlanFile) -> Result<Option<Event>, LedgerError> {
    for operation in &plan.operations {
        let wanted = Wanted {
            span: Span { from: plan.made_at, to: Timestamp::MAX },
            kinds: Vec::new(),
            all: true,
            operation: Some(operation.id().0.clone()),
            at_most: 10_000,
        };
        let events = history(world.ledger(), &plan.cluster, &wanted).await?.events;
        if let Some(first) = events.into_iter().next() {
            return Ok(Some(first));
        }
    }
    Ok(None)
}

const fn exit(report: &TickReport) -> Exit {
    match report.ended {
        Ended::Committed => Exit::Clean,
        Ended::Held { .. } | Ended::Stale { .. } | Ended::LostLease | Ended::NoLedger { .. } => Exit::Failed,
    }
}
