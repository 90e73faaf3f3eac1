//! Mistakes that are told best by what stands around them.

use super::found::Found;
use super::grammar::Rule;
use crate::diagnostic::codes::syntax as code;
use crate::diagnostic::{Diagnostic, Fix};
use crate::source::Span;

/// A better message than "unexpected", where one is known.
pub(super) fn hint(source: &str, found: &Found<'_>, positives: &[Rule]) -> Option<Diagnostic> {
    dangling_minus(source, found).or_else(|| half_quoted(found)).or_else(|| clock(source, found, positives))
}

/// `cpu- 5`: the minus became part of the name.
fn dangling_minus(source: &str, found: &Found<'_>) -> Option<Diagnostic> {
    let before = source.get(..found.span.start as usize)?.trim_end();
    let name = before.strip_suffix('-')?;
    if !name.ends_with(|last: char| last.is_ascii_alphanumeric()) || found.text.is_empty() {
        return None;
    }
    let at = u32::try_from(name.len()).ok()?;
    let minus = Span { start: at, end: at + 1, ..found.span };
    Some(
        Diagnostic::new(code::MINUS, minus, "a minus has white space on both sides")
            .note("names may hold `-`, so this one is part of the name")
            .fix(Fix::always("write ` -`", minus, " -")),
    )
}

/// A quote that opens nothing.
fn half_quoted(found: &Found<'_>) -> Option<Diagnostic> {
    matches!(found.text, "'" | "‘" | "’" | "“" | "”" | "«" | "»").then(|| {
        Diagnostic::new(code::QUOTES, found.span, format!("`{}` is no quote of the language", found.text))
            .help("texts stand in double quotes, or in backticks over several lines")
    })
}

/// A duration or a time where a clock time was expected, and the other way round.
fn clock(source: &str, found: &Found<'_>, positives: &[Rule]) -> Option<Diagnostic> {
    let value = positives.iter().any(|rule| matches!(rule, Rule::value | Rule::literal));
    let text = source.get(found.span.start as usize..)?;
    let word = text.split(|next: char| next.is_whitespace()).next()?;
    let timed = word.contains(':') && word.starts_with(|first: char| first.is_ascii_digit());
    (value && timed).then(|| {
        Diagnostic::new(code::UNEXPECTED, found.span, format!("expected a duration, found the time {}", found.quoted()))
            .note("durations are `90s`, `5m`, `1h30m`")
    })
}
