//! Comments and odd white space, blanked byte by byte so that the grammar need not know them.

use crate::syntax::scan::Piece;

/// The text of a piece for the grammar: the source itself, or `buffer` with what is no token blanked.
pub(super) fn text_of<'a>(source: &'a str, piece: Piece, buffer: &'a mut String) -> &'a str {
    let text = source.get(piece.start as usize..piece.end as usize).unwrap_or("");
    if !piece.blank {
        return text;
    }
    buffer.clear();
    blank(text, buffer);
    buffer
}

fn blank(text: &str, buffer: &mut String) {
    let mut rest = text;
    while let Some(found) = rest.chars().next() {
        let length = match found {
            '"' | '\'' | '`' | '“' | '„' | '”' => quoted(rest, found),
            '#' => comment(rest, buffer),
            '/' if rest.starts_with("//") => comment(rest, buffer),
            ';' => spaces(1, buffer),
            _ if !found.is_ascii() && is_space(found) => spaces(found.len_utf8(), buffer),
            _ => plain(rest),
        };
        let (done, next) = rest.split_at(length);
        if buffer.len() + rest.len() == text.len() {
            buffer.push_str(done);
        }
        rest = next;
    }
}

fn is_space(found: char) -> bool {
    found.is_whitespace() || matches!(found, '\u{200b}' | '\u{2060}' | '\u{feff}')
}

/// The length of the stretch that is copied as it is.
fn plain(rest: &str) -> usize {
    let stop = |found: char| matches!(found, '"' | '\'' | '`' | '“' | '„' | '”' | '#' | '/' | ';') || !found.is_ascii();
    let first = rest.chars().next().map_or(0, char::len_utf8);
    rest.get(first..).and_then(|tail| tail.find(stop)).map_or(rest.len(), |offset| first + offset)
}

fn comment(rest: &str, buffer: &mut String) -> usize {
    let length = rest.find('\n').unwrap_or(rest.len());
    spaces(length, buffer)
}

fn spaces(length: usize, buffer: &mut String) -> usize {
    buffer.extend(std::iter::repeat_n(' ', length));
    length
}

/// The length of a text, as the scan sees it.
fn quoted(rest: &str, open: char) -> usize {
    let mut escaped = false;
    for (offset, found) in rest.char_indices().skip(1) {
        let end = offset + found.len_utf8();
        let closes = match open {
            '`' | '\'' => found == open,
            '"' => found == '"' && !escaped,
            _ => matches!(found, '“' | '”' | '"'),
        };
        if closes {
            return end;
        }
        if found == '\n' && open != '`' {
            return if open == '"' { offset } else { open.len_utf8() };
        }
        escaped = open == '"' && found == '\\' && !escaped;
    }
    if matches!(open, '`' | '"') { rest.len() } else { open.len_utf8() }
}

#[cfg(test)]
mod tests {
    use super::blank;

    fn blanked(text: &str) -> String {
        let mut buffer = String::new();
        blank(text, &mut buffer);
        assert_eq!(buffer.len(), text.len());
        buffer
    }

    #[test]
    fn comments_are_blanked_and_texts_are_not() {
        assert_eq!(blanked("a # b\nc"), "a    \nc");
        assert_eq!(blanked("a \"#\\\"#\" # b"), "a \"#\\\"#\"    ");
        assert_eq!(blanked("`#\n#` ;\u{a0}// x"), "`#\n#`        ");
        assert_eq!(blanked("é “#” 'it' / b"), "é “#” 'it' / b");
        assert_eq!(blanked("it's # x"), "it's    ");
    }
}
