//! The ends of texts, words and comments. Each function takes the bytes and the offset of a first byte.

/// What a byte can begin.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    /// A part of something; nothing to do.
    Plain,
    /// Space, tab or carriage return.
    Space,
    Newline,
    /// A letter or `_`.
    Word,
    Digit,
    Hash,
    Slash,
    Quote,
    Apostrophe,
    Backtick,
    BraceOpen,
    BraceClose,
    ParenOpen,
    ParenClose,
    Semicolon,
    /// The first byte of a character that is not ASCII.
    Wide,
}

/// What a byte can begin. Compiled to a table.
pub(super) const fn class(byte: u8) -> Class {
    match byte {
        b' ' | b'\t' | b'\r' | 0x0b | 0x0c => Class::Space,
        b'\n' => Class::Newline,
        b'a'..=b'z' | b'A'..=b'Z' | b'_' => Class::Word,
        b'0'..=b'9' => Class::Digit,
        b'#' => Class::Hash,
        b'/' => Class::Slash,
        b'"' => Class::Quote,
        b'\'' => Class::Apostrophe,
        b'`' => Class::Backtick,
        b'{' => Class::BraceOpen,
        b'}' => Class::BraceClose,
        b'(' => Class::ParenOpen,
        b')' => Class::ParenClose,
        b';' => Class::Semicolon,
        0x80.. => Class::Wide,
        _ => Class::Plain,
    }
}

/// The byte at `at`; 0 past the end.
pub(super) fn byte(bytes: &[u8], at: usize) -> u8 {
    bytes.get(at).copied().unwrap_or(0)
}

/// One past the end of the word at `at`.
pub(super) fn word_end(bytes: &[u8], at: usize) -> usize {
    find_from(bytes, at, |byte| !(byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_'))
}

/// One past the number at `at`, with what is glued to it: letters there begin no item.
pub(super) fn number_end(bytes: &[u8], at: usize) -> usize {
    find_from(bytes, at, |byte| !(byte.is_ascii_alphanumeric() || byte == b'_'))
}

/// The line break that ends the line of `at`, or the end of the text.
pub(super) fn line_end(bytes: &[u8], at: usize) -> usize {
    find_from(bytes, at, |byte| byte == b'\n')
}

/// One past the quote that closes the text which opens at `at`; `Err` with the end of the line where none does.
pub(super) fn quoted_end(bytes: &[u8], at: usize, close: u8) -> Result<usize, usize> {
    let mut here = at + 1;
    loop {
        match byte(bytes, here) {
            0 | b'\n' if here >= bytes.len() || byte(bytes, here) == b'\n' => return Err(here.min(bytes.len())),
            b'\\' if close == b'"' && byte(bytes, here + 1) != b'\n' => here += 2,
            found if found == close => return Ok(here + 1),
            _ => here += 1,
        }
    }
}

/// One past the backtick that closes the text which opens at `at`, if one does.
pub(super) fn raw_end(bytes: &[u8], at: usize) -> Option<usize> {
    let rest = bytes.get(at + 1..)?;
    rest.iter().position(|byte| *byte == b'`').map(|offset| at + 2 + offset)
}

/// The first byte from `at` on that is no white space and in no comment.
pub(super) fn skip_blank(bytes: &[u8], at: usize) -> usize {
    let mut here = at;
    loop {
        match byte(bytes, here) {
            b' ' | b'\t' | b'\r' | b'\n' => here += 1,
            b'#' => here = line_end(bytes, here),
            0x80.. => match bytes.get(here..).unwrap_or_default() {
                // White space that is not ASCII, which is reported elsewhere.
                [0xc2, 0xa0, ..] => here += 2,
                [0xe2, 0x80, 0x80..=0x8b | 0xa8 | 0xa9 | 0xaf, ..] | [0xe2, 0x81, 0x9f | 0xa0, ..] => here += 3,
                [0xe3, 0x80, 0x80, ..] | [0xef, 0xbb, 0xbf, ..] => here += 3,
                _ => return here,
            },
            _ => return here,
        }
    }
}

fn find_from(bytes: &[u8], at: usize, stop: impl Fn(u8) -> bool) -> usize {
    bytes.get(at..).and_then(|rest| rest.iter().position(|byte| stop(*byte))).map_or(bytes.len(), |offset| at + offset)
}
