//! Diagnostics as JSON. `docs/diagnostics.md` documents the shape; a change that could break a reader raises the version.

use serde::Serialize;

use crate::diagnostic::{Applicability, Diagnostic, Fix, Label};
use crate::source::{Sources, Span};

/// The version of the shape.
pub const JSON_VERSION: u32 = 1;

#[derive(Serialize)]
struct Report<'a> {
    version: u32,
    errors: usize,
    warnings: usize,
    diagnostics: Vec<Entry<'a>>,
}

#[derive(Serialize)]
struct Entry<'a> {
    code: &'a str,
    severity: String,
    message: &'a str,
    #[serde(flatten)]
    place: Place<'a>,
    label: &'a str,
    related: Vec<Related<'a>>,
    notes: &'a [String],
    helps: &'a [String],
    fixes: Vec<Change<'a>>,
}

#[derive(Serialize)]
struct Related<'a> {
    #[serde(flatten)]
    place: Place<'a>,
    label: &'a str,
}

#[derive(Serialize)]
struct Place<'a> {
    file: &'a str,
    start: Point,
    end: Point,
}

#[derive(Serialize)]
struct Point {
    line: u32,
    column: u32,
    offset: u32,
}

#[derive(Serialize)]
struct Change<'a> {
    title: &'a str,
    applicability: &'static str,
    edits: Vec<Replacement<'a>>,
}

#[derive(Serialize)]
struct Replacement<'a> {
    #[serde(flatten)]
    place: Place<'a>,
    replacement: &'a str,
}

/// All diagnostics as one JSON document, with a line break at its end.
#[must_use]
pub fn render_json(sources: &Sources, diagnostics: &[Diagnostic]) -> String {
    let errors = diagnostics.iter().filter(|found| found.is_error()).count();
    let report = Report {
        version: JSON_VERSION,
        errors,
        warnings: diagnostics.len() - errors,
        diagnostics: diagnostics.iter().map(|diagnostic| entry(sources, diagnostic)).collect(),
    };
    // Strings and numbers alone: there is nothing in it that JSON could not hold.
    serde_json::to_string_pretty(&report).unwrap_or_default() + "\n"
}

fn entry<'a>(sources: &'a Sources, diagnostic: &'a Diagnostic) -> Entry<'a> {
    let related = |label: &'a Label| Related { place: place(sources, label.span), label: &label.text };
    Entry {
        code: diagnostic.code.id(),
        severity: diagnostic.severity.to_string(),
        message: &diagnostic.message,
        place: place(sources, diagnostic.primary.span),
        label: &diagnostic.primary.text,
        related: diagnostic.secondary.iter().map(related).collect(),
        notes: &diagnostic.notes,
        helps: &diagnostic.helps,
        fixes: diagnostic.fixes.iter().map(|fix| change(sources, fix)).collect(),
    }
}

fn change<'a>(sources: &'a Sources, fix: &'a Fix) -> Change<'a> {
    Change {
        title: &fix.title,
        applicability: match fix.applicability {
            Applicability::Always => "always",
            Applicability::Maybe => "maybe",
        },
        edits: fix.edits.iter().map(|edit| Replacement { place: place(sources, edit.span), replacement: &edit.replacement }).collect(),
    }
}

fn place(sources: &Sources, span: Span) -> Place<'_> {
    let (file, start) = sources.place(span);
    let (_, end) = sources.place(span.after());
    let skipped = sources.get(span.file).map_or(0, crate::source::SourceFile::skipped);
    Place {
        file,
        start: Point { line: start.line, column: start.column, offset: span.start + skipped },
        end: Point { line: end.line, column: end.column, offset: span.end + skipped },
    }
}
