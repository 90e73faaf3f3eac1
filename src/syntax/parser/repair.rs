//! Small changes after which a text parses: the likeliest fix, found by trying.

use pest::Parser as _;

use super::build::nearest;
use super::found::Found;
use super::grammar::{Rule, ScaleParser};
use super::words;
use crate::source::FileId;

/// Longer texts are not tried: each try parses the whole of it.
const MAX_TEXT: usize = 4096;

/// A change that lets a text parse.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Repair {
    /// These words are missing.
    Insert(&'static str),
    /// The token is a misspelt word.
    Replace(&'static str),
    /// The token is too many.
    Remove,
    /// The comma before the token is too many.
    RemoveComma,
}

/// Words of other languages for words of this one.
const ALIASES: [(&str, &str); 21] = [
    ("if", "when"),
    ("while", "when"),
    ("whenever", "when"),
    ("do", "then"),
    ("increase", "add"),
    ("grow", "add"),
    ("launch", "add"),
    ("delete", "remove"),
    ("terminate", "remove"),
    ("drop", "remove"),
    ("shrink", "remove"),
    ("except", "outside"),
    ("unless", "outside"),
    ("description", "note"),
    ("each", "every"),
    ("on", "at"),
    ("to", "at"),
    ("around", "at"),
    ("in", "during"),
    ("within", "during"),
    ("from", "during"),
];

/// The change at `offset` after which `rule` matches the whole of `text`.
pub(super) fn find(rule: Rule, text: &str, offset: usize, positives: &[Rule]) -> Option<Repair> {
    if text.len() > MAX_TEXT {
        return None;
    }
    let (before, after) = text.split_at_checked(offset)?;
    let found = Found::at(after, FileId(0), 0);
    let rest = after.get(found.span.end as usize..)?;
    let parses = |middle: &str, rest: &str| ScaleParser::parse(rule, format!("{before} {middle} {rest}").trim_ascii()).is_ok();
    let mut spellings: Vec<&'static str> = positives.iter().flat_map(|rule| words::spellings(*rule)).collect();
    if positives.contains(&Rule::range_op) {
        spellings.push("..");
    }
    if found.is_word {
        let lower = found.text.to_ascii_lowercase();
        let alias = ALIASES.iter().filter(|(other, _)| *other == lower).map(|(_, meant)| *meant);
        let near = nearest(&lower, spellings.iter().copied());
        if let Some(word) = alias.chain(near).find(|word| spellings.contains(word) && parses(word, rest)) {
            return Some(Repair::Replace(word));
        }
    }
    // `and` fits nearly everywhere: it is tried last.
    spellings.sort_by_key(|words| matches!(*words, "and" | "or"));
    if let Some(words) = spellings.iter().find(|words| parses(words, after)) {
        return Some(Repair::Insert(words));
    }
    if let Some(before) = before.trim_end().strip_suffix(',')
        && ScaleParser::parse(rule, format!("{before} {after}").trim_ascii()).is_ok()
    {
        return Some(Repair::RemoveComma);
    }
    (!found.text.is_empty() && parses("", rest)).then_some(Repair::Remove)
}
