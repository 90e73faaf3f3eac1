//! The pages that tell of the language are right: `docs/errors.md` is what the codes say, and every example of
//! `docs/language.md` is parsed and checked. `UPDATE_DOCS=1` writes the page of errors anew.
#![expect(clippy::unwrap_used, reason = "a test that fails says so by a panic, in its helpers too")]

use std::fs;

use smartscale::check::{Checked, check};
use smartscale::diagnostic::document;
use smartscale::diagnostic::render::render_text;
use smartscale::source::Sources;

const ERRORS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/errors.md");
const LANGUAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/language.md");

#[test]
fn the_page_of_errors_is_current() {
    let wanted = document();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(ERRORS, &wanted).unwrap();
    }
    let page = fs::read_to_string(ERRORS).unwrap_or_default();
    assert!(page == wanted, "docs/errors.md is not what `smartscale explain --all` says: run this test with UPDATE_DOCS=1");
}

/// What an example that is marked as `rules` stands among, where it does not declare the name itself.
const AROUND: &[(&str, &str)] = &[
    ("cluster ", "cluster \"shop\" { nodes 2..10 }"),
    ("metric cpu ", "metric cpu : percent of capacity = prometheus `avg(cpu)`"),
    ("metric memory ", "metric memory : percent of capacity = prometheus `avg(memory)`"),
];

/// The examples of the page: the line, what follows the word `scale`, and the text.
fn examples(page: &str) -> Vec<(usize, String, String)> {
    let mut examples = Vec::new();
    let mut open: Option<(usize, String, String)> = None;
    for (index, line) in page.lines().enumerate() {
        match &mut open {
            None => {
                if let Some(mark) = line.strip_prefix("```scale") {
                    open = Some((index + 1, mark.trim().to_owned(), String::new()));
                }
            }
            Some((.., text)) if line != "```" => {
                text.push_str(line);
                text.push('\n');
            }
            Some(_) => examples.extend(open.take()),
        }
    }
    examples
}

fn checked(text: &str, whole: bool) -> (Sources, Checked) {
    let mut sources = Sources::single("docs/language.md", text);
    if !whole {
        let around: Vec<&str> = AROUND.iter().filter(|(declares, _)| !text.contains(declares)).map(|(_, item)| *item).collect();
        sources.add("around", around.join("\n").into_bytes()).unwrap();
    }
    let checked = check(&sources);
    (sources, checked)
}

#[test]
fn every_example_is_what_it_claims_to_be() {
    let page = fs::read_to_string(LANGUAGE).unwrap();
    let examples = examples(&page);
    assert!(examples.len() >= 15, "only {} examples", examples.len());
    for (line, mark, text) in examples {
        let (sources, mut checked) = checked(&text, mark.is_empty());
        checked.diagnostics.retain(|found| found.primary.span.file.0 == 0);
        let shown = render_text(&sources, &checked.diagnostics, false);
        match mark.split_once(' ') {
            Some(("wrong", code)) => {
                let found: Vec<&str> = checked.diagnostics.iter().map(|found| found.code.id()).collect();
                assert_eq!(found, [code], "the example of line {line}:\n{shown}");
            }
            _ => {
                assert!(matches!(mark.as_str(), "" | "rules"), "line {line} has an unknown mark: {mark}");
                assert!(checked.diagnostics.is_empty(), "the example of line {line}:\n{shown}");
                assert!(checked.ruleset.is_some(), "the example of line {line} has no ruleset");
            }
        }
    }
}

#[test]
fn the_tests_among_the_examples_pass() {
    let page = fs::read_to_string(LANGUAGE).unwrap();
    let mut run = 0;
    for (line, _, text) in examples(&page).into_iter().filter(|(_, mark, text)| !mark.starts_with("wrong") && text.contains("\ntest ")) {
        let ruleset = checked(&text, false).1.ruleset.unwrap();
        let report = smartscale::runtime::examples::run_examples(&ruleset, None);
        assert_eq!(report.failed(), 0, "the example of line {line}:\n{}", smartscale::runtime::examples::text(&report));
        run += 1;
    }
    assert!(run >= 2);
}
