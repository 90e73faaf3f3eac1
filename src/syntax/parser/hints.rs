//! Mistakes that are told best by what stands around them.

use super::found::Found;
use super::grammar::Rule;
use super::unexpected::Attempt;
use crate::diagnostic::codes::syntax as code;
use crate::diagnostic::{Diagnostic, Fix};
use crate::source::Span;

/// A better message than "unexpected", where one is known.
pub(super) fn hint(source: &str, found: &Found<'_>, attempt: &Attempt<'_>, positives: &[Rule]) -> Option<Diagnostic> {
    dangling_minus(source, found)
        .or_else(|| half_quoted(found))
        .or_else(|| clock(source, found, positives))
        .or_else(|| block_comment(found))
        .or_else(|| glued_percentage(source, found))
        .or_else(|| second_action(source, found))
        .or_else(|| setting_outside(source, found, attempt.rule))
        .or_else(|| without_braces(found, attempt, positives))
}

/// What else can be said where no change of one word mends the text.
pub(super) fn advice(diagnostic: Diagnostic, found: &Found<'_>) -> Diagnostic {
    match found.text {
        "unless" => diagnostic.help("write `and not (…)`"),
        "else" => diagnostic.help("write a second rule with its own condition"),
        _ => diagnostic,
    }
}

/// `/* … */`
pub(super) fn block_comment(found: &Found<'_>) -> Option<Diagnostic> {
    found.text.starts_with("/*").then(|| {
        Diagnostic::new(code::COMMENT_MARK, found.span, "`/*` starts no comment")
            .help("`#` starts a comment that runs to the end of the line; begin each line with one")
    })
}

/// `cpu-5% > 60%`: the minus became part of the name, and the unit is left over.
fn glued_percentage(source: &str, found: &Found<'_>) -> Option<Diagnostic> {
    let before = source.get(..found.span.start as usize)?.trim_end();
    let name = if found.text.starts_with('%') { before } else { before.strip_suffix('%')? };
    let start = name.rfind(|letter: char| !(letter.is_ascii_alphanumeric() || letter == '-')).map_or(0, |before| before + 1);
    let (left, digits) = name.get(start..)?.rsplit_once('-')?;
    let numeric = !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit());
    if !numeric || !left.starts_with(|first: char| first.is_ascii_lowercase()) {
        return None;
    }
    let at = u32::try_from(start + left.len()).ok()?;
    let minus = Span { start: at, end: at + 1, ..found.span };
    Some(
        Diagnostic::new(code::MINUS, minus, "a minus has white space on both sides")
            .note("names may hold `-`, so this one is part of the name")
            .fix(Fix::always("write ` - `", minus, " - ")),
    )
}

/// `then add 1 node and hold removals`, `… else remove 1 node`.
fn second_action(source: &str, found: &Found<'_>) -> Option<Diagnostic> {
    let before = source.get(..found.span.start as usize)?.trim_end();
    let acted = ["node", "nodes", "hold", "removals", "additions"].iter().any(|last| before.ends_with(last));
    (acted && matches!(found.text, "and" | "else" | "otherwise")).then(|| {
        Diagnostic::new(code::UNEXPECTED, found.span, format!("a rule has one action, and {} leads to another", found.quoted()))
            .help("write a second rule for the other action, with its own condition")
    })
}

/// A setting at the top level, where the item before it ends.
fn setting_outside(source: &str, found: &Found<'_>, rule: Rule) -> Option<Diagnostic> {
    let top = matches!(rule, Rule::metric_piece | Rule::let_piece | Rule::window_piece);
    let line = source.get(..found.span.start as usize)?.rsplit('\n').next()?;
    let setting = super::build::meant_setting(found.text).filter(|setting| *setting == found.text)?;
    (top && line.trim().is_empty()).then(|| {
        Diagnostic::new(code::UNEXPECTED, found.span, format!("expected an item, found the setting `{setting}`"))
            .help(format!("`{setting}` stands inside a block: `cluster \"NAME\" {{ … }}`"))
    })
}

/// `rule busy when … then …`: what a rule says stands in braces.
fn without_braces(found: &Found<'_>, attempt: &Attempt<'_>, positives: &[Rule]) -> Option<Diagnostic> {
    let clause = matches!(found.text, "when" | "then" | "during" | "outside" | "note" | "keep" | "hold" | "track" | "add" | "remove");
    let opened = attempt.text.trim_end().ends_with('}');
    if !clause || opened || attempt.rule != Rule::rule_piece || !positives.contains(&Rule::open) {
        return None;
    }
    let end = attempt.base.saturating_add(u32::try_from(attempt.text.trim_end().len()).ok()?);
    let end = Span { start: end, end, ..found.span };
    let fix = Fix::maybe("put it in braces", found.span.before(), "{ ").and(end, " }");
    let message = format!("expected `{{`, found {}", found.quoted());
    Some(Diagnostic::new(code::UNEXPECTED, found.span, message).help("what a rule says stands in braces: `rule NAME { … }`").fix(fix))
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
