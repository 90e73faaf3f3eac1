//! Codes, their examples and the corpus are one set.

mod support;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use smartscale::check::check_trees;
use smartscale::diagnostic::{Code, codes};
use smartscale::source::{FileId, Sources};
use smartscale::syntax;
use support::case::Case;

/// Codes that no text of reasonable size can draw.
const WITHOUT_CASE: [&str; 3] = ["E0002", "E0003", "E0210"];

fn cases(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            cases(&path, into);
        } else if path.extension().is_some_and(|extension| extension == "scale") {
            into.push(path);
        }
    }
}

#[test]
fn every_code_has_a_case_and_every_case_a_code() {
    let mut files = Vec::new();
    cases(Path::new("tests/corpus"), &mut files);
    let cased: BTreeSet<String> =
        files.iter().flat_map(|file| Case::load(file).unwrap().expected()).map(|expected| expected.code).collect();
    let known: BTreeSet<String> = codes::all().iter().map(|code| code.id().to_owned()).collect();
    let without: BTreeSet<String> = WITHOUT_CASE.iter().map(|code| (*code).to_owned()).collect();
    let expected: BTreeSet<String> = known.difference(&without).cloned().collect();
    assert_eq!(cased, expected);
}

fn drawn(text: &str) -> Vec<Code> {
    let sources = Sources::single("example.scale", text);
    let parsed = syntax::parse(FileId(0), sources.get(FileId(0)).unwrap().text());
    let checked = check_trees(&sources, &[parsed.tree], parsed.diagnostics);
    checked.diagnostics.iter().map(|found| found.code).collect()
}

#[test]
fn examples_draw_their_code_and_fixes_do_not() {
    for code in codes::all() {
        let entry = code.entry();
        if entry.example.is_empty() {
            continue;
        }
        assert!(drawn(entry.example).contains(&code), "the example of {code} draws {:?}", drawn(entry.example));
        assert!(!drawn(entry.fix).contains(&code), "the fix of {code} draws it too");
        let errors: Vec<Code> = drawn(entry.fix).into_iter().filter(|code| code.id().starts_with('E')).collect();
        assert!(errors.is_empty(), "the fix of {code} draws {errors:?}");
    }
}
