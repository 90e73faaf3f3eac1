//! What is wrong with characters, quotes and braces, told once per kind where it is a habit.

use super::MAX_ITEM_BYTES;
use super::MAX_NESTING;
use crate::diagnostic::codes::syntax as code;
use crate::diagnostic::{Applicability, Code, Diagnostic, Edit, Fix};
use crate::source::Span;

/// More of single findings than this are not kept: one file has no room to show them.
const MOST: usize = 1000;

/// More places than this of one habit are not mended at once.
const MOST_EDITS: usize = 10_000;

#[derive(Default)]
pub(super) struct Findings {
    /// `//`
    pub slashes: Vec<Span>,
    /// `;`
    pub semicolons: Vec<Span>,
    /// White space that is not ASCII.
    pub spaces: Vec<Span>,
    found: Vec<Diagnostic>,
}

impl Findings {
    pub fn into_diagnostics(self) -> Vec<Diagnostic> {
        let mut found = self.found;
        found.extend(habit(code::COMMENT_MARK, &self.slashes, "`//` starts no comment", "write `#`", "#"));
        found.extend(habit(code::ODD_CHARACTER, &self.semicolons, "nothing ends with `;` here", "remove it", " "));
        found.extend(habit(code::ODD_CHARACTER, &self.spaces, "this white space is no ordinary space", "write a space", " "));
        found
    }

    fn push(&mut self, found: Diagnostic) {
        if self.found.len() < MOST {
            self.found.push(found);
        }
    }

    pub fn unclosed(&mut self, brace: Span, end: Span) {
        self.push(Diagnostic::new(code::UNCLOSED, brace, "this `{` is never closed").label("opened here").fix(Fix::maybe(
            "close it here",
            end,
            "\n}",
        )));
    }

    pub fn unmatched(&mut self, brace: Span) {
        self.push(Diagnostic::new(code::UNMATCHED, brace, "this `}` closes nothing").fix(Fix::maybe("remove it", brace, "")));
    }

    pub fn unterminated(&mut self, text: Span, quote: &str) {
        let found = if quote == "`" { "this text in backticks is never closed" } else { "this text is not closed on its line" };
        let mut found = Diagnostic::new(code::UNTERMINATED, text, found).fix(Fix::maybe("close it", text.after(), quote));
        if quote == "\"" {
            found = found.help("text over several lines goes in backticks");
        }
        self.push(found);
    }

    pub fn too_deep(&mut self, at: Span) {
        self.push(
            Diagnostic::new(code::TOO_DEEP, at, format!("more than {MAX_NESTING} parentheses or braces inside one another"))
                .help("name parts of it with `let`, or split the rule"),
        );
    }

    pub fn too_long(&mut self, at: Span) {
        self.push(
            Diagnostic::new(code::TOO_LONG, at, format!("this item is longer than {} KiB", MAX_ITEM_BYTES / 1024))
                .label("it begins here")
                .help("split it into several items"),
        );
    }
}

/// One diagnostic for every place of the same habit, at the first.
fn habit(code: Code, places: &[Span], message: &str, title: &str, replacement: &str) -> Option<Diagnostic> {
    let (first, others) = places.split_first()?;
    let edits = places.iter().take(MOST_EDITS).map(|span| Edit { span: *span, replacement: replacement.to_owned() }).collect();
    let fix = Fix { title: title.to_owned(), edits, applicability: Applicability::Always };
    let found = Diagnostic::new(code, *first, message).fix(fix);
    Some(match others.len() {
        0 => found,
        1 => found.note("here and at one more place of this file"),
        more => found.note(format!("here and at {more} more places of this file")),
    })
}
