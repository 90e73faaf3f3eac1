//! From pest's error to a message: what was found, what was expected, in the user's words.

use pest::error::{Error, ErrorVariant, InputLocation};

use super::found::Found;
use super::grammar::Rule;
use super::repair::{self, Repair};
use super::{hints, words};
use crate::diagnostic::codes::syntax as code;
use crate::diagnostic::{Diagnostic, Fix};
use crate::source::{FileId, Span};

/// How many expectations one message lists.
const MAX_EXPECTED: usize = 7;

/// One way to read a text that failed.
#[derive(Clone, Copy)]
pub(super) struct Attempt<'a> {
    /// The grammar's rule for it.
    pub rule: Rule,
    /// The text.
    pub text: &'a str,
    /// Where it starts in the source.
    pub base: u32,
    /// How it failed.
    pub error: &'a Error<Rule>,
}

impl Attempt<'_> {
    fn offset(&self) -> usize {
        match self.error.location {
            InputLocation::Pos(offset) | InputLocation::Span((offset, _)) => offset,
        }
    }

    fn place(&self) -> u32 {
        self.base.saturating_add(u32::try_from(self.offset()).unwrap_or(u32::MAX))
    }

    fn positives(&self) -> &[Rule] {
        match &self.error.variant {
            ErrorVariant::ParsingError { positives, .. } => positives,
            ErrorVariant::CustomError { .. } => &[],
        }
    }
}

/// The diagnostic for a text that the grammar did not match, in any of some ways: that which got furthest tells what
/// was found, all that got as far what was expected.
pub(super) fn unexpected(file: FileId, source: &str, attempts: &[Attempt<'_>]) -> Option<Diagnostic> {
    let place = attempts.iter().map(Attempt::place).max()?;
    let furthest: Vec<&Attempt<'_>> = attempts.iter().filter(|attempt| attempt.place() == place).collect();
    let found = Found::at(source, file, place);
    let positives: Vec<Rule> = furthest.iter().flat_map(|attempt| attempt.positives()).copied().collect();
    if positives.is_empty() {
        let message = "this item is too complicated to be read";
        return Some(Diagnostic::new(code::TOO_LONG, found.span, message).help("split it into several items"));
    }
    let hint = furthest.first().and_then(|attempt| hints::hint(source, &found, attempt, &positives));
    if hint.is_some() {
        return hint;
    }
    let message = format!("expected {}, found {}", list(&expected(&positives)), found.quoted());
    // The empty end of a file cannot be underlined: the last token can.
    let span = if found.text.is_empty() { last_token(source, file, place) } else { found.span };
    let diagnostic = Diagnostic::new(code::UNEXPECTED, span, message);
    let repair = furthest.iter().find_map(|attempt| repair::find(attempt.rule, attempt.text, attempt.offset(), &positives));
    let before = source.get(..place as usize).unwrap_or("");
    Some(match repair {
        Some(repair) => repaired(diagnostic, repair, &found, before),
        None => hints::advice(diagnostic, &found),
    })
}

/// The diagnostic with its fix, or a better one. `before` is the source up to what was found.
fn repaired(diagnostic: Diagnostic, repair: Repair, found: &Found<'_>, before: &str) -> Diagnostic {
    let end = u32::try_from(before.trim_end().len()).unwrap_or(u32::MAX);
    let insert = Span { start: end, end, ..found.span };
    let comma = |message: String| Diagnostic::new(code::COMMA, found.span, message);
    match repair {
        Repair::Insert(",") => comma(format!("a comma is missing before {}", found.quoted())).fix(Fix::always("write `,`", insert, ",")),
        Repair::Insert(words @ (".." | ")")) => diagnostic.fix(Fix::maybe(format!("write `{words}`"), insert, words)),
        Repair::Insert(words) => diagnostic.fix(Fix::maybe(format!("write `{words}`"), insert, format!(" {words}"))),
        Repair::Replace(word) => diagnostic.fix(Fix::maybe(format!("write `{word}`"), found.span, word)),
        Repair::Remove if found.text == "," => comma("nothing follows this comma".to_owned()).fix(Fix::always("remove it", found.span, "")),
        Repair::Remove => diagnostic.fix(Fix::maybe("remove it", found.span, "")),
        Repair::RemoveComma => {
            let span = Span { start: end.saturating_sub(1), end, ..found.span };
            Diagnostic::new(code::COMMA, span, "nothing follows this comma").fix(Fix::always("remove it", span, ""))
        }
    }
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
