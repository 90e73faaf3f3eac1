//! Diagnostics as GitHub's workflow commands, which it shows beside the lines of a pull request.

use crate::diagnostic::Diagnostic;
use crate::source::Sources;

/// One command per diagnostic and line.
#[must_use]
pub fn render_github(sources: &Sources, diagnostics: &[Diagnostic]) -> String {
    diagnostics.iter().map(|diagnostic| command(sources, diagnostic)).collect()
}

fn command(sources: &Sources, diagnostic: &Diagnostic) -> String {
    let span = diagnostic.primary.span;
    let (file, start) = sources.place(span);
    let (_, end) = sources.place(span.after());
    let mut message = diagnostic.message.clone();
    let fixes = diagnostic.fixes.iter().map(|fix| &fix.title);
    for more in diagnostic.notes.iter().chain(&diagnostic.helps).chain(fixes) {
        message.push('\n');
        message.push_str(more);
    }
    format!(
        "::{} file={},line={},col={},endLine={},endColumn={},title={}::{}\n",
        diagnostic.severity,
        property(file),
        start.line,
        start.column,
        end.line,
        end.column,
        property(diagnostic.code.id()),
        data(&message),
    )
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
