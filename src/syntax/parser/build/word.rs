//! Words out of fixed sets.

use super::{Builder, Node};
use crate::diagnostic::codes::syntax as code;
use crate::diagnostic::{Diagnostic, Fix};
use crate::source::Spanned;
use crate::syntax::tree::Word;

impl Builder<'_> {
    /// The word out of `W`; another one is reported as an unknown `what`.
    pub(super) fn word<W: Word>(&mut self, node: &Node<'_>, what: &str, also: &[(&str, &str)]) -> Option<Spanned<W>> {
        let (text, span) = self.written(node);
        if let Some(word) = W::parse(text) {
            return Some(Spanned::new(word, span));
        }
        let words = || W::ALL.iter().map(|word| word.as_str());
        let mut found = Diagnostic::new(code::UNKNOWN_WORD, span, format!("unknown {what} `{text}`")).note(format!(
            "{} {what} is one of {}",
            article(what),
            listed(words())
        ));
        let lower = text.to_ascii_lowercase();
        let meant = also.iter().find(|(other, _)| *other == lower).map(|(_, meant)| *meant);
        let misspelt = || {
            let other = nearest(text, also.iter().map(|(other, _)| *other))?;
            also.iter().find(|(word, _)| *word == other).map(|(_, meant)| *meant)
        };
        if let Some(meant) = meant.or_else(|| nearest(text, words())).or_else(misspelt) {
            found = found.fix(Fix::maybe(format!("write `{meant}`"), span, meant));
        }
        self.report(found);
        None
    }
}

fn article(what: &str) -> &'static str {
    if what.starts_with(['a', 'e', 'i', 'o']) { "an" } else { "a" }
}

/// `` `a`, `b` and `c` ``.
pub(super) fn listed<'a>(words: impl Iterator<Item = &'a str>) -> String {
    let words: Vec<String> = words.filter(|word| !word.is_empty()).map(|word| format!("`{word}`")).collect();
    match words.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} and {last}", others.join(", ")),
        None => String::new(),
    }
}

/// The word that `text` was likely meant to be.
pub(in crate::syntax::parser) fn nearest<'a>(text: &str, words: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let text = text.to_ascii_lowercase().replace('_', "-");
    let far = text.chars().count().div_ceil(3).clamp(1, 3);
    words
        .filter(|word| !word.is_empty())
        .map(|word| (strsim::damerau_levenshtein(&text, word), word))
        .filter(|(distance, word)| *distance <= far && *distance < word.len())
        .min()
        .map(|(_, word)| word)
}
