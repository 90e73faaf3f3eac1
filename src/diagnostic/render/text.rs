//! Diagnostics as text, the way compilers show them: the source, what is underlined in it, fixes as diffs.

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Group, Level, Origin, Patch, Renderer, Snippet};

use crate::diagnostic::{Applicability, Diagnostic, Fix, Label, Severity};
use crate::source::{FileId, SourceFile, Sources, Span};

/// Labels further apart than this many bytes are shown as snippets of their own.
const FAR: u32 = 16 << 10;

/// Of lines longer than this many bytes only what is near the labels is given to the renderer.
const LONG: usize = 4 << 10;

/// What is shown of a long line on either side.
const AROUND: usize = 200;

/// All diagnostics, each followed by an empty line.
#[must_use]
pub fn render_text(sources: &Sources, diagnostics: &[Diagnostic], colour: bool) -> String {
    let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
    let renderer = renderer.decor_style(DecorStyle::Ascii);
    let mut text = String::new();
    for diagnostic in diagnostics {
        text.push_str(&renderer.render(&groups(sources, diagnostic)));
        text.push_str("\n\n");
    }
    text
}

/// `3 errors, 1 warning`, or `no errors`.
#[must_use]
pub fn render_summary(diagnostics: &[Diagnostic]) -> String {
    let errors = diagnostics.iter().filter(|found| found.is_error()).count();
    let warnings = diagnostics.len() - errors;
    let count = |number: usize, what: &str| format!("{number} {what}{}", if number == 1 { "" } else { "s" });
    match (errors, warnings) {
        (0, 0) => "no errors".to_owned(),
        (0, warnings) => count(warnings, "warning"),
        (errors, 0) => count(errors, "error"),
        (errors, warnings) => format!("{}, {}", count(errors, "error"), count(warnings, "warning")),
    }
}

fn groups<'a>(sources: &'a Sources, diagnostic: &'a Diagnostic) -> Vec<Group<'a>> {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let mut main = Group::with_title(level.primary_title(diagnostic.message.as_str()).id(diagnostic.code.id()));
    for labels in clusters(diagnostic) {
        let Some(window) = Window::around(sources, labels.iter().map(|(_, label)| label.span)) else { continue };
        if let Some(column) = window.cut {
            main = main.element(Origin::path(window.name).line(window.line).char_column(column));
        }
        main = main.element(window.snippet().annotations(labels.into_iter().map(|(kind, label)| {
            let annotation = kind.span(window.range(label.span));
            if label.text.is_empty() { annotation } else { annotation.label(label.text.as_str()) }
        })));
    }
    main = main.elements(diagnostic.notes.iter().map(|note| Level::NOTE.message(note.as_str())));
    main = main.elements(diagnostic.helps.iter().map(|help| Level::HELP.message(help.as_str())));
    let fixes = diagnostic.fixes.iter().filter_map(|fix| fix_group(sources, fix));
    std::iter::once(main).chain(fixes).collect()
}

/// The labels by what is shown together: those of one file that stand near one another.
fn clusters(diagnostic: &Diagnostic) -> Vec<Vec<(AnnotationKind, &Label)>> {
    let primary = (AnnotationKind::Primary, &diagnostic.primary);
    let others = diagnostic.secondary.iter().map(|label| (AnnotationKind::Context, label));
    let mut clusters: Vec<Vec<(AnnotationKind, &Label)>> = Vec::new();
    for (kind, label) in std::iter::once(primary).chain(others) {
        let near = |other: &Label| other.span.file == label.span.file && other.span.start.abs_diff(label.span.start) < FAR;
        match clusters.iter_mut().find(|cluster| cluster.iter().any(|(_, other)| near(other))) {
            Some(cluster) => cluster.push((kind, label)),
            None => clusters.push(vec![(kind, label)]),
        }
    }
    clusters
}

fn fix_group<'a>(sources: &'a Sources, fix: &'a Fix) -> Option<Group<'a>> {
    let first = fix.edits.first()?.span;
    let near: Vec<_> = fix.edits.iter().filter(|edit| edit.span.start.abs_diff(first.start) < FAR).collect();
    let window = Window::around(sources, near.iter().map(|edit| edit.span))?;
    let title = match fix.applicability {
        Applicability::Always => fix.title.clone(),
        Applicability::Maybe => format!("perhaps {}", fix.title),
    };
    let patches = near.into_iter().map(|edit| Patch::new(window.range(edit.span), edit.replacement.as_str()));
    Some(Group::with_title(Level::HELP.secondary_title(title)).element(window.snippet().patches(patches)))
}

/// The lines of a file around some spans: all that the renderer has to look at.
struct Window<'a> {
    name: &'a str,
    text: &'a str,
    line: usize,
    start: u32,
    /// The column of the first span, where the text is not whole lines, so that the renderer cannot count it.
    cut: Option<usize>,
}

impl<'a> Window<'a> {
    fn around(sources: &'a Sources, spans: impl Iterator<Item = Span>) -> Option<Self> {
        let mut bounds: Option<(FileId, u32, u32)> = None;
        for span in spans {
            let (file, start, end) = bounds.unwrap_or((span.file, span.start, span.end));
            bounds = Some((file, start.min(span.start), end.max(span.end)));
        }
        let (file, start, end) = bounds?;
        let file: &SourceFile = sources.get(file)?;
        let text = file.text();
        let line_start = text.get(..start as usize)?.rfind('\n').map_or(0, |offset| offset + 1);
        let line_end = text.get(end as usize..)?.find('\n').map_or(text.len(), |offset| end as usize + offset);
        let place = file.position(start);
        let long = line_end - line_start > LONG + (end - start) as usize;
        let (first, last) = if long {
            let first = text.floor_char_boundary((start as usize).saturating_sub(AROUND)).max(line_start);
            (first, text.ceil_char_boundary(end as usize + AROUND).min(line_end))
        } else {
            (line_start, line_end)
        };
        Some(Self {
            name: file.name(),
            text: text.get(first..last)?,
            line: place.line as usize,
            start: u32::try_from(first).ok()?,
            cut: long.then_some(place.column as usize),
        })
    }

    fn snippet<T: Clone>(&self) -> Snippet<'a, T> {
        let snippet = Snippet::source(self.text).line_start(self.line);
        if self.cut.is_some() { snippet } else { snippet.path(self.name) }
    }

    fn range(&self, span: Span) -> std::ops::Range<usize> {
        let at = |offset: u32| (offset.saturating_sub(self.start) as usize).min(self.text.len());
        at(span.start)..at(span.end)
    }
}

#[cfg(test)]
#[path = "text_tests.rs"]
mod tests;
