use std::path::{Path, PathBuf};

use crate::cli::arguments::FormatArguments;
use crate::cli::exit::Exit;
use crate::cli::output::{complain, print};
use crate::diagnostic::render::render_text;
use crate::runtime::rules_files;
use crate::source::Sources;
use crate::syntax::{format, format_diff};

/// What one file would look like.
enum Formatted {
    Canonical,
    Changed { before: String, after: String },
}

/// `smartscale fmt`.
pub fn fmt(arguments: &FormatArguments, colour: bool) -> Exit {
    let mut all_well = true;
    for path in &arguments.paths {
        let files: Vec<PathBuf> = match rules_files(path) {
            Ok(files) => files,
            Err(error) => {
                complain(&error.to_string(), Some("name a `.scale` file, or a folder that has some"));
                all_well = false;
                continue;
            }
        };
        for file in files {
            all_well &= match formatted(&file, colour) {
                Ok(Formatted::Canonical) => true,
                Ok(Formatted::Changed { before, after }) => changed(arguments, &file, &before, &after),
                Err(complaint) => {
                    complain(&complaint, None);
                    false
                }
            };
        }
    }
    if all_well { Exit::Clean } else { Exit::Failed }
}

/// Writes or shows a change; says whether all is well with it.
fn changed(arguments: &FormatArguments, file: &Path, before: &str, after: &str) -> bool {
    if arguments.diff {
        print(&format_diff(&file.display().to_string(), before, after));
    }
    if arguments.check {
        if !arguments.diff {
            print(&format!("{} is not in the canonical layout\n", file.display()));
        }
        return false;
    }
    if arguments.diff {
        return true;
    }
    match std::fs::write(file, after) {
        Ok(()) => {
            print(&format!("{} written\n", file.display()));
            true
        }
        Err(error) => {
            complain(&format!("`{}` cannot be written: {error}", file.display()), None);
            false
        }
    }
}

fn formatted(file: &Path, colour: bool) -> Result<Formatted, String> {
    let bytes = std::fs::read(file).map_err(|error| format!("`{}` cannot be read: {error}", file.display()))?;
    let mut sources = Sources::new();
    let id = sources.add(&file.display().to_string(), bytes).map_err(|error| format!("`{}`: {error}", file.display()))?;
    let before = sources.get(id).map(|source| source.text().to_owned()).unwrap_or_default();
    let after = format(id, &before).map_err(|errors| {
        format!("`{}` is left as it is, since it has errors\n{}", file.display(), render_text(&sources, &errors, colour))
    })?;
    Ok(if before == after { Formatted::Canonical } else { Formatted::Changed { before, after } })
}
