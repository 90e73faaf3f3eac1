use std::path::Path;

use crate::cli::arguments::{CheckArguments, CheckFormat};
use crate::cli::exit::Exit;
use crate::cli::fix::apply_fixes;
use crate::cli::output::{complain, print};
use crate::diagnostic::Diagnostic;
use crate::diagnostic::render::{render_github, render_json, render_sarif, render_summary, render_text};
use crate::runtime::{LoadedRules, load_rules};
use crate::source::Sources;

/// `smartscale check`: every path is a ruleset of its own.
pub fn check(arguments: &CheckArguments, colour: bool) -> Exit {
    let mut all_clean = true;
    let mut machine = MachineOutput::default();
    for path in &arguments.paths {
        let loaded = match load(path, arguments.fix) {
            Ok(loaded) => loaded,
            Err(help) => {
                complain(&help, Some("name a `.scale` file, or a folder that has some"));
                all_clean = false;
                continue;
            }
        };
        let found = &loaded.checked.diagnostics;
        let denied = arguments.deny.is_some() && !found.is_empty();
        all_clean &= !loaded.checked.has_errors() && !denied;
        match arguments.format {
            CheckFormat::Text => print(&as_text(path, &loaded, colour)),
            CheckFormat::Github => print(&render_github(&loaded.sources, found)),
            CheckFormat::Json | CheckFormat::Sarif => machine.add(&loaded),
        }
        if Some(path) == arguments.paths.last() {
            // The process is about to end: to give a large ruleset back piece by piece would be a tenth of its time.
            std::mem::forget(loaded);
        }
    }
    match arguments.format {
        CheckFormat::Json => print(&format!("{}\n", render_json(&machine.sources, &machine.diagnostics).trim_end())),
        CheckFormat::Sarif => print(&format!("{}\n", render_sarif(&machine.sources, &machine.diagnostics).trim_end())),
        CheckFormat::Text | CheckFormat::Github => {}
    }
    if all_clean { Exit::Clean } else { Exit::Failed }
}

fn load(path: &Path, fix: bool) -> Result<LoadedRules, String> {
    let mut loaded = load_rules(path).map_err(|error| error.to_string())?;
    // A fix may bring to light what it hid; the number of rounds is bounded so that two fixes cannot chase each other.
    for _ in 0..5 {
        if !fix || !apply_fixes(&loaded).map_err(|error| error.to_string())? {
            break;
        }
        loaded = load_rules(path).map_err(|error| error.to_string())?;
    }
    Ok(loaded)
}

fn as_text(path: &Path, loaded: &LoadedRules, colour: bool) -> String {
    let found = &loaded.checked.diagnostics;
    let mut text = render_text(&loaded.sources, found, colour);
    text.push_str(&format!("{}: {}", path.display(), render_summary(found)));
    if let Some(ruleset) = &loaded.checked.ruleset {
        let count = |number: usize, word: &str| format!("{number} {word}{}", if number == 1 { "" } else { "s" });
        let rules = ruleset.clusters.iter().map(|cluster| cluster.rules.len()).sum();
        let tests = ruleset.clusters.iter().map(|cluster| cluster.examples.len()).sum();
        text.push_str(&format!(
            " ({}, {}, {}, {})",
            count(loaded.sources.len(), "file"),
            count(ruleset.clusters.len(), "cluster"),
            count(rules, "rule"),
            count(tests, "test")
        ));
    }
    text.push('\n');
    text
}

/// One document for all paths: files keep their diagnostics under new ids.
#[derive(Default)]
struct MachineOutput {
    sources: Sources,
    diagnostics: Vec<Diagnostic>,
}

impl MachineOutput {
    fn add(&mut self, loaded: &LoadedRules) {
        let shift = u32::try_from(self.sources.len()).unwrap_or(u32::MAX);
        self.sources.append(&loaded.sources);
        self.diagnostics.extend(loaded.checked.diagnostics.iter().cloned().map(|diagnostic| diagnostic.in_later_files(shift)));
    }
}
