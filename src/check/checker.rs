//! What every part of the check works with: the sources, what was found so far, and how to report it.

use crate::diagnostic::{Code, Diagnostic};
use crate::source::{Sources, Span};

/// The longest piece of the user's text that a message repeats.
const QUOTED: usize = 60;

/// How many comparisons of names may be spent on "did you mean", so that a hostile file cannot make them quadratic.
const SUGGESTIONS: usize = 2_000_000;

pub(super) struct Checker<'a> {
    pub sources: &'a Sources,
    pub diagnostics: Vec<Diagnostic>,
    /// About queries: told where there is no error, as all warnings.
    pub query_warnings: Vec<Diagnostic>,
    suggestions_left: usize,
}

impl<'a> Checker<'a> {
    pub fn new(sources: &'a Sources) -> Self {
        Self { sources, diagnostics: Vec::new(), query_warnings: Vec::new(), suggestions_left: SUGGESTIONS }
    }

    pub fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    pub fn error(&mut self, code: Code, span: Span, message: impl Into<String>) {
        self.report(Diagnostic::new(code, span, message));
    }

    /// The user's own words, for a message: on one line, and not too long.
    pub fn quote(&self, span: Span) -> String {
        let text = self.sources.text(span);
        let mut words = String::new();
        for word in text.split_whitespace() {
            if !words.is_empty() {
                words.push(' ');
            }
            words.push_str(word);
            if words.len() > QUOTED {
                break;
            }
        }
        if words.chars().count() > QUOTED { words.chars().take(QUOTED - 1).chain(['…']).collect() } else { words }
    }

    /// The candidate that `name` was most likely meant to be.
    pub fn nearest<'n>(&mut self, name: &str, candidates: impl Iterator<Item = &'n str>) -> Option<&'n str> {
        let budget = (name.chars().count() / 3).clamp(1, 3);
        let mut best: Option<(usize, &'n str)> = None;
        for candidate in candidates {
            if candidate.len().abs_diff(name.len()) > budget + 2 {
                continue;
            }
            self.suggestions_left = self.suggestions_left.checked_sub(1)?;
            let distance = strsim::osa_distance(name, candidate);
            if distance <= budget && best.is_none_or(|(least, first)| (distance, candidate) < (least, first)) {
                best = Some((distance, candidate));
            }
        }
        best.map(|(_, candidate)| candidate)
    }
}
