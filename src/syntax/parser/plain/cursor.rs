//! A place in the text of an item, and the tokens that may stand there.

use crate::source::{FileId, Span, Spanned};
use crate::syntax::scan::Piece;
use crate::syntax::tree::{Quote, Text};

/// Stands at a token or at the end of the item: blanks and comments are behind it.
pub(super) struct Cursor<'s> {
    file: FileId,
    source: &'s str,
    /// One past the item's last byte.
    limit: usize,
    at: usize,
    /// One past the last token.
    end: usize,
}

impl<'s> Cursor<'s> {
    pub(super) const fn new(file: FileId, source: &'s str) -> Self {
        Self { file, source, limit: 0, at: 0, end: 0 }
    }

    /// Goes to the first token of `piece`.
    pub(super) fn enter(&mut self, piece: Piece) {
        self.limit = piece.end as usize;
        self.at = piece.start as usize;
        self.end = self.at;
        self.skip_blank();
    }

    pub(super) const fn is_at_end(&self) -> bool {
        self.at >= self.limit
    }

    /// Whether blanks stand before this place.
    pub(super) const fn is_apart(&self) -> bool {
        self.at > self.end
    }

    /// The byte `offset` bytes from here; 0 from the item's end on.
    pub(super) fn byte(&self, offset: usize) -> u8 {
        self.rest().get(offset).copied().unwrap_or(0)
    }

    /// From the start of `first` to the end of the last token.
    pub(super) fn since(&self, first: Span) -> Span {
        self.span(first.start as usize, self.end)
    }

    /// A word of lower-case letters, digits and `-`, with nothing else glued to it.
    pub(super) fn word(&mut self) -> Option<Spanned<&'s str>> {
        let rest = self.rest();
        let length = rest.iter().position(|byte| !is_kebab(*byte)).unwrap_or(rest.len());
        if !self.byte(0).is_ascii_lowercase() || is_name(self.byte(length)) {
            return None;
        }
        self.take(length)
    }

    /// The keyword, if it stands here.
    pub(super) fn keyword(&mut self, word: &str) -> Option<Span> {
        if self.has_word(word) { self.take(word.len()).map(|word| word.span) } else { None }
    }

    /// Whether `word` stands here as a whole.
    pub(super) fn has_word(&self, word: &str) -> bool {
        self.rest().starts_with(word.as_bytes()) && !is_name(self.byte(word.len()))
    }

    /// The mark, if it stands here.
    pub(super) fn mark(&mut self, mark: u8) -> Option<Span> {
        if self.byte(0) == mark { self.take(1).map(|mark| mark.span) } else { None }
    }

    /// The two dots of a range, if they stand here.
    pub(super) fn dots(&mut self) -> Option<Span> {
        if self.rest().starts_with(b"..") { self.take(2).map(|dots| dots.span) } else { None }
    }

    /// A text in backticks, or in double quotes without escapes.
    pub(super) fn text(&mut self) -> Option<Text<'s>> {
        let inside = self.rest().get(1..)?;
        let (length, quote) = match self.byte(0) {
            b'`' => (inside.iter().position(|byte| *byte == b'`')?, Quote::Raw),
            b'"' => (inside.iter().position(|byte| matches!(byte, b'"' | b'\\' | b'\n'))?, Quote::Double),
            _ => return None,
        };
        if quote == Quote::Double && self.byte(length + 1) != b'"' {
            return None;
        }
        let raw = self.source.get(self.at + 1..self.at + 1 + length)?;
        let written = self.take(length + 2)?;
        Some(Text { raw, quote, span: written.span })
    }

    /// A number with whatever is glued to it.
    pub(super) fn number(&mut self) -> Option<Spanned<&'s str>> {
        let rest = self.rest();
        let first = usize::from(self.byte(0) == b'$');
        if !self.byte(first).is_ascii_digit() {
            return None;
        }
        let mut length = first;
        while let Some(byte) = rest.get(length) {
            let glued = byte.is_ascii_alphanumeric() || matches!(byte, b'%' | b'_');
            if !(glued || (*byte == b'.' && self.byte(length + 1).is_ascii_digit())) {
                break;
            }
            length += 1;
        }
        if self.byte(length) == b'/' && is_name(self.byte(length + 1)) {
            length += 2;
        }
        if is_name(self.byte(length)) { None } else { self.take(length) }
    }

    /// Takes the next `length` bytes, and the blanks after them.
    pub(super) fn take(&mut self, length: usize) -> Option<Spanned<&'s str>> {
        let (start, end) = (self.at, self.at + length);
        let text = self.source.get(start..end).filter(|_| end <= self.limit)?;
        (self.at, self.end) = (end, end);
        self.skip_blank();
        Some(Spanned::new(text, self.span(start, end)))
    }

    fn rest(&self) -> &'s [u8] {
        self.source.as_bytes().get(self.at..self.limit).unwrap_or_default()
    }

    fn span(&self, start: usize, end: usize) -> Span {
        let at = |offset: usize| u32::try_from(offset).unwrap_or(u32::MAX);
        Span::new(self.file, at(start), at(end))
    }

    /// White space as the grammar has it, and comments. Odd white space and other comment marks are left for the grammar.
    fn skip_blank(&mut self) {
        loop {
            match self.byte(0) {
                b' ' | b'\t'..=b'\r' => self.at += 1,
                b'#' => {
                    let rest = self.rest();
                    self.at += rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
                }
                _ => return,
            }
        }
    }
}

const fn is_kebab(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-'
}

/// Whether the byte would go on with a word, as the grammar sees it; of other characters than ASCII, it may.
const fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | 0x80..)
}

#[cfg(test)]
mod tests {
    use super::Cursor;
    use crate::source::FileId;
    use crate::syntax::scan::{Piece, PieceKind, Trouble};

    fn at(text: &str) -> Cursor<'_> {
        let end = u32::try_from(text.len()).unwrap();
        let mut cursor = Cursor::new(FileId(0), text);
        cursor.enter(Piece { kind: PieceKind::Stray, start: 0, end, blank: false, trouble: Trouble::None });
        cursor
    }

    #[test]
    fn a_token_has_nothing_glued_to_it() {
        for (text, word) in
            [("a-1 b", Some("a-1")), ("a#b", Some("a")), ("aB", None), ("a_b", None), ("a\u{e9}", None), ("1a", None), ("", None)]
        {
            assert_eq!(at(text).word().map(|word| word.node), word, "{text}");
        }
        for (text, number) in [
            ("1h30m)", Some("1h30m")),
            ("$0.5/h,", Some("$0.5/h")),
            ("2..10", Some("2")),
            ("5/ 2", Some("5")),
            ("5/sec", None),
            ("5-3", None),
            ("5\u{e9}", None),
            (".5", None),
        ] {
            assert_eq!(at(text).number().map(|number| number.node), number, "{text}");
        }
        assert!(at("for 5m").keyword("for").is_some() && at("for-5").keyword("for").is_none() && at("forX").keyword("for").is_none());
    }

    #[test]
    fn blanks_and_comments_are_behind_the_cursor() {
        let mut cursor = at("  # a\n\t\u{b}b # c\n.. # d");
        assert_eq!(cursor.word().map(|word| (word.node, word.span.start)), Some(("b", 8)));
        assert!(cursor.is_apart() && cursor.dots().is_some() && cursor.is_at_end());
        assert_eq!(cursor.byte(0), 0);
        assert!(cursor.take(1).is_none() && cursor.text().is_none());
    }

    #[test]
    fn texts_end_where_they_do() {
        let text = |written: &'static str| at(written).text().map(|text| text.raw);
        assert_eq!((text("`a\n\\`"), text("\"a'`\" "), text("``")), (Some("a\n\\"), Some("a'`"), Some("")));
        assert_eq!((text("\"a\n\""), text("\"a\\n\""), text("\"a"), text("'a'")), (None, None, None, None));
    }
}
