use std::path::Path;

use crate::cli::arguments::{TestArguments, TestFormat};
use crate::cli::exit::Exit;
use crate::cli::output::{complain, print};
use crate::diagnostic::Diagnostic;
use crate::diagnostic::render::{render_summary, render_text};
use crate::rules::Ruleset;
use crate::runtime::examples::{TestReport, coverage_text, junit, run_examples, text};
use crate::runtime::load_rules;

/// `smartscale test`: every path is a ruleset of its own.
pub fn test(arguments: &TestArguments) -> Exit {
    let mut report = TestReport::default();
    let mut all_read = true;
    for path in &arguments.paths {
        match ruleset(path) {
            Some(ruleset) => {
                let more = run_examples(&ruleset, arguments.filter.as_deref());
                report.results.extend(more.results);
                report.coverage.extend(more.coverage);
            }
            None => all_read = false,
        }
    }
    match arguments.format {
        // What could not be read has been said; that it holds no tests is not known.
        TestFormat::Text if !all_read && report.results.is_empty() => {}
        TestFormat::Text => print(&text(&report)),
        TestFormat::Json => match serde_json::to_string_pretty(&report) {
            Ok(json) => print(&format!("{json}\n")),
            Err(error) => {
                complain(&format!("the report cannot be written: {error}"), None);
                all_read = false;
            }
        },
        TestFormat::Junit => print(&junit(&report)),
    }
    if arguments.coverage && arguments.format == TestFormat::Text {
        print(&coverage_text(&report));
    }
    let covered = arguments.min_coverage.is_none_or(|wanted| is_covered(&report, wanted));
    let ran = !report.results.is_empty() || !all_read || nothing_ran(arguments);
    if all_read && covered && ran && report.failed() == 0 { Exit::Clean } else { Exit::Failed }
}

/// A filter that matches nothing is a mistake; a ruleset without tests is said plainly.
fn nothing_ran(arguments: &TestArguments) -> bool {
    match &arguments.filter {
        Some(filter) => {
            complain(&format!("no test has `{filter}` in its name"), None);
            false
        }
        None => true,
    }
}

fn is_covered(report: &TestReport, wanted: u8) -> bool {
    let covered = report.covered_percent();
    let enough = covered >= f64::from(wanted);
    if !enough {
        let help = "`--coverage` lists what no test reaches";
        complain(&format!("the tests cover {covered:.1}% of the ruleset, wanted {wanted}%"), Some(help));
    }
    enough
}

fn ruleset(path: &Path) -> Option<Ruleset> {
    let loaded = match load_rules(path) {
        Ok(loaded) => loaded,
        Err(error) => {
            complain(&error.to_string(), None);
            return None;
        }
    };
    if loaded.checked.ruleset.is_none() {
        let errors: Vec<Diagnostic> = loaded.checked.diagnostics.iter().filter(|found| found.is_error()).cloned().collect();
        complain(&format!("{}: {}\n{}", path.display(), render_summary(&errors), render_text(&loaded.sources, &errors, false)), None);
    }
    loaded.checked.ruleset
}
