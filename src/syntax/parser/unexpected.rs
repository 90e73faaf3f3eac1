//! From pest's error to a message: what was found, what was expected, in the user's words.

use pest::error::{Error, ErrorVariant, InputLocation};

use super::found::Found;
use super::grammar::Rule;
use super::{hints, repair, words};
use crate::diagnostic::codes::syntax as code;
use crate::diagnostic::{Diagnostic, Fix};
use crate::source::{FileId, Span};

/// How many expectations one message lists.
const MAX_EXPECTED: usize = 7;

/// The diagnostic for what `rule` did not match in `text`, which starts at `base` of `source`.
pub(super) fn unexpected(file: FileId, source: &str, rule: Rule, text: &str, base: u32, error: &Error<Rule>) -> Diagnostic {
    let offset = match error.location {
        InputLocation::Pos(offset) | InputLocation::Span((offset, _)) => offset,
    };
    let place = base.saturating_add(u32::try_from(offset).unwrap_or(u32::MAX));
    let found = Found::at(source, file, place);
    let ErrorVariant::ParsingError { positives, .. } = &error.variant else {
        return Diagnostic::new(code::TOO_LONG, found.span, "this item is too complicated to be read").help("split it into several items");
    };
    let expected = expected(positives);
    if let Some(diagnostic) = hints::hint(source, &found, positives) {
        return diagnostic;
    }
    let listed = list(&expected);
    let message = format!("expected {listed}, found {}", found.quoted());
    // The empty end of a file cannot be underlined: the last token can.
    let span = if found.text.is_empty() { last_token(source, file, place) } else { found.span };
    let mut diagnostic = Diagnostic::new(code::UNEXPECTED, span, message);
    if let Some(repair) = repair::find(rule, text, offset, positives) {
        let before = text.get(..offset).unwrap_or("").trim_end().len();
        let end = base.saturating_add(u32::try_from(before).unwrap_or(u32::MAX));
        let insert = Span::new(file, end, end);
        diagnostic = match repair {
            repair::Repair::Insert(",") => {
                let message = format!("a comma is missing before {}", found.quoted());
                Diagnostic::new(code::COMMA, found.span, message).fix(Fix::always("write `,`", insert, ","))
            }
            repair::Repair::Insert(words) => diagnostic.fix(Fix::maybe(format!("write `{words}`"), insert, format!(" {words}"))),
            repair::Repair::Replace(word) => diagnostic.fix(Fix::maybe(format!("write `{word}`"), found.span, word)),
            repair::Repair::Remove if found.text == "," => {
                Diagnostic::new(code::COMMA, found.span, "nothing follows this comma").fix(Fix::always("remove it", found.span, ""))
            }
            repair::Repair::Remove => diagnostic.fix(Fix::maybe("remove it", found.span, "")),
        };
    }
    diagnostic
}

/// What could have stood there, without repetition.
fn expected(positives: &[Rule]) -> Vec<&'static str> {
    let mut expected: Vec<&'static str> = Vec::new();
    let values = positives.contains(&Rule::paren);
    if values {
        expected.push(words::word(Rule::value));
    }
    let of_value = [Rule::paren, Rule::literal, Rule::name, Rule::text];
    let shown = positives.iter().filter(|rule| !(values && of_value.contains(rule)) && **rule != Rule::EOI);
    let end = positives.iter().filter(|rule| **rule == Rule::EOI);
    for word in shown.chain(end).map(|rule| words::word(*rule)) {
        if !word.is_empty() && !expected.contains(&word) {
            expected.push(word);
        }
    }
    expected
}

fn list(expected: &[&str]) -> String {
    let shown = expected.get(..MAX_EXPECTED).unwrap_or(expected);
    let more = if expected.len() > shown.len() { ", …" } else { "" };
    match shown.split_last() {
        None => "something else".to_owned(),
        Some((only, [])) => (*only).to_owned(),
        Some((last, others)) if more.is_empty() => format!("{} or {last}", others.join(", ")),
        Some(_) => format!("{}{more}", shown.join(", ")),
    }
}

/// The last token before `offset`.
fn last_token(source: &str, file: FileId, offset: u32) -> Span {
    let text = source.get(..offset as usize).unwrap_or("").trim_end();
    let end = u32::try_from(text.len()).unwrap_or(u32::MAX);
    let start = text.char_indices().next_back().map_or(0, |(start, _)| u32::try_from(start).unwrap_or(u32::MAX));
    Span::new(file, start, end)
}
