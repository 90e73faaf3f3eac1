use std::path::Path;

use smartscale::runtime::examples::{run_examples, text};
use smartscale::runtime::load_rules;

/// `statements.scale`: statements of the reference in the language itself, through the same tick on the sandbox.
#[test]
fn examples_in_the_language_come_out_as_the_reference_says() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/decide/statements.scale");
    let loaded = load_rules(&path).unwrap();
    let report = run_examples(&loaded.checked.ruleset.unwrap(), None);
    assert!(report.results.len() >= 30 && report.failed() == 0, "{}", text(&report));
}

/// `statements.txt` says which test holds which statement; every test that it names is there.
#[test]
fn every_statement_names_tests_that_are_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut sources = String::new();
    for folder in ["src/decide", "src/rules", "src/runtime/examples", "src/observe/prometheus", "tests/decide"] {
        for entry in std::fs::read_dir(root.join(folder)).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "rs" || extension == "scale") {
                sources.push_str(&std::fs::read_to_string(path).unwrap());
            }
        }
    }
    let list = std::fs::read_to_string(root.join("tests/decide/statements.txt")).unwrap();
    let statements = list.lines().filter(|line| !line.is_empty() && !line.starts_with(['#', '=']));
    let mut absent = Vec::new();
    for statement in statements.clone() {
        // In double quotes a test in the language, which may hold commas; else functions.
        let (statement, quoted) = statement.split_once(" \"").map_or((statement, ""), |(before, quoted)| (before, quoted));
        let in_the_language = quoted.trim_end_matches('"').split("\", \"").filter(|name| !name.is_empty());
        let functions = statement.rsplit_once(": ").map_or(statement, |(_, names)| names);
        let functions = functions.trim_end_matches(':').split(',').map(str::trim).filter(|name| name.contains('_'));
        let wanted: Vec<String> =
            functions.map(|name| format!("fn {name}(")).chain(in_the_language.map(|name| format!("test \"{name}\""))).collect();
        if wanted.is_empty() || !wanted.iter().all(|wanted| sources.contains(wanted)) {
            absent.push(format!("{statement}: {wanted:?}"));
        }
    }
    assert!(statements.count() > 80 && absent.is_empty(), "{absent:#?}");
}
