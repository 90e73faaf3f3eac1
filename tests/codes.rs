//! Codes, their examples and the corpus are one set.
#![expect(clippy::unwrap_used, reason = "a test that fails says so by a panic")]

use std::collections::BTreeSet;
use std::path::Path;

use smartscale::check::check_trees;
use smartscale::diagnostic::{Code, codes};
use smartscale::source::{FileId, Sources};
use smartscale::syntax;

/// Codes that no text of reasonable size can draw.
const WITHOUT_CASE: [&str; 3] = ["E0002", "E0003", "E0210"];

/// The codes that the cases below a folder expect.
fn expected_below(folder: &Path, into: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            expected_below(&path, into);
        } else if path.extension().is_some_and(|extension| extension == "scale") {
            let text = String::from_utf8_lossy(&std::fs::read(&path).unwrap()).into_owned();
            let expectations = text.lines().filter_map(|line| line.strip_prefix("#! "));
            let codes = expectations.filter(|line| line.starts_with(['E', 'W'])).filter_map(|line| line.split(' ').next());
            into.extend(codes.map(str::to_owned));
        }
    }
}

#[test]
fn every_code_has_a_case_and_every_case_a_code() {
    let mut cased = BTreeSet::new();
    expected_below(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus"), &mut cased);
    let known: BTreeSet<String> = codes::all().iter().map(|code| code.id().to_owned()).collect();
    let without: BTreeSet<String> = WITHOUT_CASE.iter().map(|code| (*code).to_owned()).collect();
    let missing: Vec<&String> = known.difference(&cased).filter(|code| !without.contains(*code)).collect();
    let unknown: Vec<&String> = cased.difference(&known).collect();
    assert!(missing.is_empty() && unknown.is_empty(), "codes without a case: {missing:?}; cases without a code: {unknown:?}");
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
        let left: Vec<Code> = drawn(entry.fix).into_iter().filter(|found| *found == code || found.id().starts_with('E')).collect();
        assert!(left.is_empty(), "the fix of {code} draws {left:?}");
    }
}
