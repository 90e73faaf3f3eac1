//! Changes to the source that mend what a diagnostic found.

use crate::source::Span;

/// How far a fix may be trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Applicability {
    /// It means what the author meant: `check --fix` applies it.
    Always,
    /// Likely, to be read first: shown, never applied unasked.
    Maybe,
}

/// One replacement in the source; an empty span inserts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edit {
    /// What is replaced.
    pub span: Span,
    /// By what.
    pub replacement: String,
}

/// Edits that belong together, of one file, not overlapping.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// What it does, as a lower-case command: ``write `==` ``.
    pub title: String,
    /// The edits, in the order of their spans.
    pub edits: Vec<Edit>,
    /// Whether it may be applied unasked.
    pub applicability: Applicability,
}

impl Fix {
    /// A fix that `check --fix` applies.
    pub fn always(title: impl Into<String>, span: Span, replacement: impl Into<String>) -> Self {
        Self::one(title, span, replacement, Applicability::Always)
    }

    /// A fix that is only shown.
    pub fn maybe(title: impl Into<String>, span: Span, replacement: impl Into<String>) -> Self {
        Self::one(title, span, replacement, Applicability::Maybe)
    }

    fn one(title: impl Into<String>, span: Span, replacement: impl Into<String>, applicability: Applicability) -> Self {
        Self { title: title.into(), edits: vec![Edit { span, replacement: replacement.into() }], applicability }
    }

    /// The same fix with one more edit.
    #[must_use]
    pub fn and(mut self, span: Span, replacement: impl Into<String>) -> Self {
        self.edits.push(Edit { span, replacement: replacement.into() });
        self.edits.sort();
        self
    }
}
