//! The token at a place, as a user sees it.

use crate::source::{FileId, Span};

/// What stands at a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Found<'s> {
    /// Its text; empty at the end of the file.
    pub text: &'s str,
    /// Its place.
    pub span: Span,
    /// Whether it is a word.
    pub is_word: bool,
}

impl<'s> Found<'s> {
    /// The token at `offset`, or the next one after white space and comments.
    pub(super) fn at(source: &'s str, file: FileId, offset: u32) -> Self {
        let mut start = offset as usize;
        let mut rest = source.get(start..).unwrap_or("");
        loop {
            let trimmed = rest.trim_start();
            start += rest.len() - trimmed.len();
            rest = trimmed;
            if !rest.starts_with('#') {
                break;
            }
            let comment = rest.find('\n').unwrap_or(rest.len());
            start += comment;
            rest = rest.get(comment..).unwrap_or("");
        }
        let length = length(rest);
        let text = rest.get(..length).unwrap_or("");
        let at = |offset: usize| u32::try_from(offset).unwrap_or(u32::MAX);
        let is_word = text.starts_with(|first: char| first.is_alphabetic() || first == '_');
        Self { text, span: Span::new(file, at(start), at(start + length)), is_word }
    }

    /// For a message: the token in backticks, or the end.
    pub(super) fn quoted(&self) -> String {
        match self.text {
            "" => "the end of the file".to_owned(),
            text if text.contains('`') => "a text in backticks".to_owned(),
            text if text.chars().any(char::is_control) => format!("`{}`", text.escape_debug()),
            text => format!("`{text}`"),
        }
    }
}

/// How long the token is that `rest` begins with.
fn length(rest: &str) -> usize {
    let Some(first) = rest.chars().next() else { return 0 };
    let run = |more: fn(char) -> bool| rest.find(|found: char| !more(found)).unwrap_or(rest.len());
    match first {
        '"' | '`' | '\'' => {
            let line = rest.find('\n').unwrap_or(rest.len());
            let close = rest.get(1..line).and_then(|text| text.find(first));
            close.map_or(1, |offset| offset + 2)
        }
        _ if first.is_alphabetic() || first == '_' => run(|found| found.is_alphanumeric() || matches!(found, '-' | '_' | '.')),
        _ if first.is_ascii_digit() || first == '$' => {
            let plain = run(|found| found.is_alphanumeric() || matches!(found, '_' | '%' | ':' | '$' | '.'));
            let range = rest.find("..").unwrap_or(plain);
            plain.min(range).max(1)
        }
        _ if is_operator(first) => run(is_operator),
        '.' => run(|found| found == '.'),
        _ => first.len_utf8(),
    }
}

const fn is_operator(found: char) -> bool {
    matches!(found, '<' | '>' | '=' | '!' | '&' | '|' | '+' | '*' | '/' | '-' | '^')
}

#[cfg(test)]
mod tests {
    use super::Found;
    use crate::source::FileId;

    #[test]
    fn tokens_are_what_a_user_would_point_at() {
        let found = |text| Found::at(text, FileId(0), 0).text;
        assert_eq!(found("  # why\n 3m then"), "3m");
        assert_eq!(found("t3.small, x"), "t3.small");
        assert_eq!(found("2..10"), "2");
        assert_eq!(found("..10"), "..");
        assert_eq!(found(">=< 3"), ">=<");
        assert_eq!(found("\"a b\" c"), "\"a b\"");
        assert_eq!(found("} x"), "}");
        assert_eq!(found(" "), "");
    }
}
