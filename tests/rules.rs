//! The shipped policies: each is a ruleset of its own, so is the folder, no warning is left, and their tests pass.
#![expect(clippy::unwrap_used, reason = "a test that fails says so by a panic, in its helpers too")]

use std::fs;
use std::path::PathBuf;

use smartscale::check::check;
use smartscale::diagnostic::render::render_text;
use smartscale::rules::Ruleset;
use smartscale::runtime::examples::{run_examples, text};
use smartscale::source::Sources;

fn policies() -> Vec<PathBuf> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/rules");
    let mut files: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "scale"));
    files.sort();
    files
}

fn clean(files: &[PathBuf]) -> Ruleset {
    let mut sources = Sources::new();
    for file in files {
        let name = format!("rules/{}", file.file_name().unwrap().to_string_lossy());
        sources.add(&name, fs::read(file).unwrap()).unwrap();
    }
    let checked = check(&sources);
    assert!(checked.diagnostics.is_empty(), "{}", render_text(&sources, &checked.diagnostics, false));
    checked.ruleset.unwrap()
}

#[test]
fn each_is_clean_and_its_tests_pass() {
    let files = policies();
    assert!(files.len() >= 5);
    let mut failed = String::new();
    for file in &files {
        let ruleset = clean(std::slice::from_ref(file));
        let tests = ruleset.clusters.iter().map(|cluster| cluster.examples.len()).sum::<usize>();
        assert!(tests >= 3, "{} has {tests} tests", file.display());
        let report = run_examples(&ruleset, None);
        if report.failed() > 0 {
            failed.push_str(&text(&report));
        }
    }
    assert!(failed.is_empty(), "{failed}");
}

#[test]
fn together_they_are_clean_too() {
    assert_eq!(clean(&policies()).clusters.len(), policies().len());
}
