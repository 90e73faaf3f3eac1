//! Runs every case of `tests/corpus`; its README tells what a case is.

#[path = "support/case.rs"]
mod case;
#[path = "support/shape.rs"]
mod shape;

use std::path::Path;

use case::{Case, Expected};
use shape::shape;
use smartscale::diagnostic::{Applicability, Diagnostic};
use smartscale::syntax;

datatest_stable::harness! {
    { test = run, root = "tests/corpus", pattern = r"(accepted|errors|lints)/.*\.scale$" },
}

fn run(path: &Path) -> datatest_stable::Result<()> {
    let case = Case::load(path)?;
    let accepted = path.components().any(|part| part.as_os_str() == "accepted");
    if accepted != case.expected().is_empty() {
        return Err("cases of `accepted/` expect nothing, all others something".into());
    }
    let found = case.diagnose();
    compare(&case, &found)?;
    fixes_mend(&case, &found)?;
    Ok(formats(&case)?)
}

fn compare(case: &Case, found: &[Diagnostic]) -> Result<(), String> {
    let expected = case.expected();
    let shown = |found: &Diagnostic| Expected::of(&case.sources, found);
    let own: Vec<&Diagnostic> = found.iter().filter(|found| case.owns(found.primary.span.file)).collect();
    let same = own.len() == expected.len() && own.iter().zip(&expected).all(|(found, expected)| expected.matches(&case.sources, found));
    if same {
        return Ok(());
    }
    let list = |lines: Vec<String>| if lines.is_empty() { "#! nothing".to_owned() } else { lines.join("\n") };
    Err(format!(
        "\nexpected:\n{}\nfound:\n{}\n\n{}",
        list(expected.iter().map(ToString::to_string).collect()),
        list(own.iter().map(|found| shown(found).to_string()).collect()),
        smartscale::diagnostic::render::render_text(&case.sources, found, false),
    ))
}

/// Applies every fix that is marked as always right: what it mends must be gone, and nothing new must come.
fn fixes_mend(case: &Case, found: &[Diagnostic]) -> Result<(), String> {
    for (id, file) in case.sources.iter().filter(|(id, _)| case.owns(*id)) {
        let fixed: Vec<&Diagnostic> = found
            .iter()
            .filter(|found| found.primary.span.file == id)
            .filter(|found| found.fixes.first().is_some_and(|fix| fix.applicability == Applicability::Always))
            .collect();
        if fixed.is_empty() {
            continue;
        }
        let text = case::apply(file.text(), &fixed);
        let after = case.with_text(id, &text).diagnose();
        let left = found.iter().filter(|found| found.primary.span.file == id).count() - fixed.len();
        let now = after.iter().filter(|found| found.primary.span.file == id).count();
        if now > left {
            let shown = smartscale::diagnostic::render::render_text(&case.with_text(id, &text).sources, &after, false);
            return Err(format!("after the fixes:\n{text}\n{now} diagnostics are left instead of {left}:\n{shown}"));
        }
    }
    Ok(())
}

/// Formatting changes neither the tree nor the diagnostics, and once is enough.
fn formats(case: &Case) -> Result<(), String> {
    for (id, file) in case.sources.iter() {
        let Ok(once) = syntax::format(id, file.text()) else { continue };
        let twice = syntax::format(id, &once).map_err(|_| format!("what `fmt` wrote does not parse:\n{once}"))?;
        if once != twice {
            return Err(format!("`fmt` twice is not `fmt` once:\n{}", syntax::format_diff("once", &once, &twice)));
        }
        let (before, after) = (shape(&syntax::parse(id, file.text()).tree), shape(&syntax::parse(id, &once).tree));
        if before != after {
            return Err(format!("`fmt` changed the tree:\n{}", syntax::format_diff("tree", &before, &after)));
        }
        if case.owns(id) {
            let codes = |found: Vec<Diagnostic>| found.iter().map(|found| found.code.id()).collect::<Vec<_>>();
            let (before, after) = (codes(case.diagnose()), codes(case.with_text(id, &once).diagnose()));
            if before != after {
                return Err(format!("`fmt` changed the diagnostics from {before:?} to {after:?}"));
            }
        }
    }
    Ok(())
}
