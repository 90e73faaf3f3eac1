//! Stable codes, each with what `smartscale explain` says about it.

use std::fmt;

/// How bad a diagnostic is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The ruleset cannot be used.
    Error,
    /// The ruleset can be used and probably does something that its author does not expect.
    Warning,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Error => "error",
            Self::Warning => "warning",
        })
    }
}

/// What is known about a code. `example` and `fix` are whole `.scale` texts: a test holds that the first draws
/// the code and the second does not.
#[derive(Debug)]
pub struct Entry {
    /// `E0101`, `W0301`: E for errors, W for warnings. Once released, a number keeps its meaning.
    pub id: &'static str,
    /// The mistake in a few words, lower-case.
    pub title: &'static str,
    /// Why it is wrong, and what would happen.
    pub why: &'static str,
    /// A text with the mistake; empty where no text can show it.
    pub example: &'static str,
    /// The same text without it.
    pub fix: &'static str,
}

/// One kind of mistake. Compare codes by themselves, and print them with `{}`.
#[derive(Clone, Copy)]
pub struct Code(&'static Entry);

impl Code {
    /// The code of a table entry. Entries live in [`codes`](super::codes) and nowhere else.
    #[must_use]
    pub const fn new(entry: &'static Entry) -> Self {
        Self(entry)
    }

    /// What is known about it.
    #[must_use]
    pub const fn entry(self) -> &'static Entry {
        self.0
    }

    /// `E0101`.
    #[must_use]
    pub const fn id(self) -> &'static str {
        self.0.id
    }

    /// An error or a warning, by the code's letter.
    #[must_use]
    pub fn severity(self) -> Severity {
        if self.0.id.starts_with('W') { Severity::Warning } else { Severity::Error }
    }
}

impl PartialEq for Code {
    fn eq(&self, other: &Self) -> bool {
        self.0.id == other.0.id
    }
}

impl Eq for Code {}

impl PartialOrd for Code {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Code {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.id.cmp(other.0.id)
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.id)
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.id)
    }
}
