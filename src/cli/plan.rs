use std::path::Path;

use crate::cli::arguments::PlanArguments;
use crate::cli::exit::Exit;
use crate::cli::output::{complain, print};
use crate::cli::real::Setting;
use crate::cli::report::{report_json, report_text};
use crate::cli::setting::in_runtime;
use crate::decide::Action;
use crate::runtime::planned::PlanFile;
use crate::runtime::tick::TickReport;
use crate::runtime::{LookAhead, look_ahead};

/// `smartscale plan`.
pub fn plan(arguments: &PlanArguments, colour: bool) -> Exit {
    let Some(setting) = Setting::read(&arguments.world) else { return Exit::Failed };
    in_runtime(async {
        let Some(world) = setting.connect().await else { return Exit::Failed };
        let ahead = match look_ahead(&world, &setting.order(&world, "plan", true)).await {
            Ok(ahead) => ahead,
            Err(error) => {
                complain(&error.to_string(), error.help());
                return Exit::Failed;
            }
        };
        if arguments.json {
            print(&format!("{:#}\n", report_json(&ahead.report)));
        } else {
            print(&report_text(&ahead.report, &setting.cluster(), colour));
        }
        match arguments.out.as_deref().map(|file| write(file, &ahead, &setting, !arguments.json)) {
            Some(Err(message)) => {
                complain(&message, None);
                Exit::Failed
            }
            Some(Ok(())) | None => exit(&ahead.report),
        }
    })
}

fn write(file: &Path, ahead: &LookAhead, setting: &Setting, tell: bool) -> Result<(), String> {
    let plan = PlanFile::of(&ahead.report, &setting.cluster(), ahead.before.as_ref()).map_err(|error| error.to_string())?;
    let shown = file.display();
    std::fs::write(file, plan.text()).map_err(|error| format!("the plan cannot be written to `{shown}`: {error}"))?;
    if tell {
        print(&format!("the plan is in {shown}: `smartscale apply {shown}` carries it out, or refuses if the cluster has moved on\n"));
    }
    Ok(())
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
