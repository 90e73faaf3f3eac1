//! One diagnostic.

use crate::source::{LoadError, Span};

use super::code::{Code, Severity};
use super::codes::syntax;
use super::fix::Fix;

/// A stretch of source and what to say about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// What is underlined.
    pub span: Span,
    /// What stands beside it, lower-case; may be empty.
    pub text: String,
}

/// One mistake: what was found, where, what was expected, what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// The kind of mistake.
    pub code: Code,
    /// How bad it is; the code's own severity unless the caller raised it.
    pub severity: Severity,
    /// The mistake in the user's words: a lower-case fragment, input in backticks, no full stop.
    pub message: String,
    /// The exact text that is wrong.
    pub primary: Label,
    /// Other places that explain it: the first of two duplicates.
    pub secondary: Vec<Label>,
    /// Facts that explain it.
    pub notes: Vec<String>,
    /// What to do about it.
    pub helps: Vec<String>,
    /// Changes that would mend it, the likeliest first.
    pub fixes: Vec<Fix>,
}

impl Diagnostic {
    /// A diagnostic with its primary span, and nothing else yet.
    pub fn new(code: Code, span: Span, message: impl Into<String>) -> Self {
        Self {
            code,
            severity: code.severity(),
            message: message.into(),
            primary: Label { span, text: String::new() },
            secondary: Vec::new(),
            notes: Vec::new(),
            helps: Vec::new(),
            fixes: Vec::new(),
        }
    }

    /// Says something beside the primary span.
    #[must_use]
    pub fn label(mut self, text: impl Into<String>) -> Self {
        self.primary.text = text.into();
        self
    }

    /// Points at another place too.
    #[must_use]
    pub fn also(mut self, span: Span, text: impl Into<String>) -> Self {
        self.secondary.push(Label { span, text: text.into() });
        self
    }

    /// Adds a fact.
    #[must_use]
    pub fn note(mut self, text: impl Into<String>) -> Self {
        self.notes.push(text.into());
        self
    }

    /// Adds advice.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.helps.push(text.into());
        self
    }

    /// Adds a change that would mend it.
    #[must_use]
    pub fn fix(mut self, fix: Fix) -> Self {
        self.fixes.push(fix);
        self
    }

    /// The same diagnostic where its sources were appended behind `shift` others.
    #[must_use]
    pub fn in_later_files(mut self, shift: u32) -> Self {
        let labels = std::iter::once(&mut self.primary).chain(&mut self.secondary).map(|label| &mut label.span);
        let edits = self.fixes.iter_mut().flat_map(|fix| &mut fix.edits).map(|edit| &mut edit.span);
        labels.chain(edits).for_each(|span| span.file.0 += shift);
        self
    }

    /// Whether the ruleset cannot be used.
    #[must_use]
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

impl From<LoadError> for Diagnostic {
    fn from(error: LoadError) -> Self {
        match &error {
            LoadError::NotUtf8 { span, .. } => Self::new(syntax::NOT_UTF8, *span, error.to_string()).help("save the file as UTF-8"),
            LoadError::TooLong { span, .. } => {
                Self::new(syntax::FILE_TOO_LONG, *span, error.to_string()).help("split the ruleset into several files of one folder")
            }
        }
    }
}
