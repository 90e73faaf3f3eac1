use std::fs;
use std::path::{Path, PathBuf};

use smartscale::runtime::examples::{run_examples, text};
use smartscale::runtime::load_rules;

/// `acceptance/*.scale`: the reference, sentence by sentence, as somebody who wants to break an implementation reads it. Each
/// file is one theme and a ruleset of its own; what is expected was worked out by hand from the reference alone.
#[test]
fn every_theme_of_the_reference_comes_out_as_worked_out_by_hand() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/decide/acceptance");
    let mut files: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let mut failures = String::new();
    for file in &files {
        let loaded = load_rules(file).unwrap();
        let Some(ruleset) = loaded.checked.ruleset else { panic!("{} has errors: smartscale check shows them", file.display()) };
        let report = run_examples(&ruleset, None);
        assert!(!report.results.is_empty(), "{} holds no tests", file.display());
        if report.failed() > 0 {
            failures.push_str(&text(&report));
        }
    }
    assert!(failures.is_empty() && files.len() >= 5, "{failures}");
}
