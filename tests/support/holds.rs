//! What must hold for every text whatsoever. The fuzz targets and the property tests ask the same.
#![expect(clippy::expect_used, reason = "a test that fails says so by a panic")]

use smartscale::check::check_trees;
use smartscale::diagnostic::Diagnostic;
use smartscale::diagnostic::render::{render_github, render_json, render_sarif, render_text};
use smartscale::source::{FileId, SourceFile, Sources, Span};
use smartscale::syntax;

use crate::shape::shape;

/// Parsing ends, points at nothing but the text, and reads directly what the grammar would read.
pub fn parses(bytes: &[u8]) {
    let sources = load(bytes);
    let file = sources.get(FileId(0)).expect("it was added");
    let parsed = syntax::parse(FileId(0), file.text());
    assert_eq!(parsed, syntax::parse_by_grammar(FileId(0), file.text()), "read directly, it is something else");
    for found in &parsed.diagnostics {
        points_inside(file, found);
    }
    spans_inside(file, &format!("{:?}", parsed.tree));
    if parsed.diagnostics.len() < 20 {
        let _ = render_text(&sources, &parsed.diagnostics, true);
        let _ = render_json(&sources, &parsed.diagnostics);
        let _ = render_sarif(&sources, &parsed.diagnostics);
        let _ = render_github(&sources, &parsed.diagnostics);
    }
}

/// Checking ends, and points at nothing but the text.
pub fn checks(bytes: &[u8]) {
    let sources = load(bytes);
    let file = sources.get(FileId(0)).expect("it was added");
    let parsed = syntax::parse(FileId(0), file.text());
    let checked = check_trees(&sources, &[parsed.tree], parsed.diagnostics);
    assert_eq!(
        checked.ruleset.is_some(),
        !checked.has_errors(),
        "rules without an error are lost, or others kept: {:?}",
        checked.diagnostics
    );
    for found in &checked.diagnostics {
        points_inside(file, found);
    }
}

/// What parses is formatted to the same tree, and formatting that again changes nothing.
pub fn formats(bytes: &[u8]) {
    let sources = load(bytes);
    let file = sources.get(FileId(0)).expect("it was added");
    let Ok(once) = syntax::format(FileId(0), file.text()) else { return };
    let again = syntax::parse(FileId(0), &once);
    assert_eq!(again.diagnostics, [], "what was formatted does not parse:\n{once}");
    let before = syntax::parse(FileId(0), file.text());
    assert_eq!(shape(&before.tree), shape(&again.tree), "the tree changed:\n{}\n{once}", file.text());
    assert_eq!(before.tree.comments.len(), again.tree.comments.len(), "a comment was lost:\n{once}");
    assert_eq!(syntax::format_tree(&once, &again.tree), once, "formatting twice is not formatting once");
}

fn load(bytes: &[u8]) -> Sources {
    let mut sources = Sources::new();
    let _ = sources.add("any.scale", bytes.to_vec());
    sources
}

fn points_inside(file: &SourceFile, found: &Diagnostic) {
    let labels = std::iter::once(&found.primary).chain(&found.secondary);
    for span in labels.map(|label| label.span) {
        inside(file, span);
    }
    for fix in &found.fixes {
        let mut end = 0;
        for edit in &fix.edits {
            inside(file, edit.span);
            assert!(edit.span.start >= end, "the edits of {} overlap: {:?}", found.code, fix.edits);
            end = edit.span.end;
        }
    }
}

fn inside(file: &SourceFile, span: Span) {
    let text = file.text().get(span.start as usize..span.end as usize);
    assert!(text.is_some(), "{span:?} is no place in {:?}", file.text());
}

/// Every span in a tree's debug text is a place in the file.
fn spans_inside(file: &SourceFile, debug: &str) {
    for part in debug.split("start: ").skip(1) {
        let number = |text: &str| text.split(|found: char| !found.is_ascii_digit()).next().and_then(|digits| digits.parse().ok());
        let start: Option<u32> = number(part);
        let end: Option<u32> = part
            .split("end: ")
            .nth(1)
            .filter(|_| part.split_once(", end: ").is_some_and(|(first, _)| first.bytes().all(|b| b.is_ascii_digit())))
            .and_then(number);
        if let (Some(start), Some(end)) = (start, end) {
            inside(file, Span::new(FileId(0), start, end));
        }
    }
}
