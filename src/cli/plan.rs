use crate::cli::arguments::PlanArguments;
use crate::cli::exit::Exit;
use crate::cli::output::{complain, print};
use crate::cli::real::Setting;
use crate::cli::report::{report_json, report_text};
use crate::cli::setting::in_runtime;
use crate::decide::Action;
use crate::runtime::look_ahead;
use crate::runtime::tick::TickReport;

/// `smartscale plan`.
pub fn plan(arguments: &PlanArguments) -> Exit {
    let Some(setting) = Setting::read(&arguments.world) else { return Exit::Failed };
    in_runtime(async {
        let Some(world) = setting.connect().await else { return Exit::Failed };
        let report = match look_ahead(&world, &setting.order(&world, "plan", true)).await {
            Ok(report) => report,
            Err(error) => {
                complain(&error.to_string(), error.help());
                return Exit::Failed;
            }
        };
        if arguments.json {
            print(&format!("{:#}\n", report_json(&report)));
        } else {
            print(&report_text(&report, &setting.cluster()));
        }
        exit(&report)
    })
}

/// What could not be seen is an error: nobody may take it for "nothing to do".
fn exit(report: &TickReport) -> Exit {
    let changes = report.decided.as_ref().is_some_and(|decided| decided.decision.action != Action::Stay) || !report.outcomes.is_empty();
    match (changes, report.is_committed() && report.missing.is_empty()) {
        (true, _) => Exit::Changes,
        (false, true) => Exit::Clean,
        (false, false) => Exit::Failed,
    }
}
