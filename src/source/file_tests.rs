use super::super::{FileId, LoadError, Span};
use super::{Position, Sources};

#[test]
fn lines_and_columns_count_characters_from_one() {
    let sources = Sources::single("a.scale", "ab\r\né = x\n");
    let file = sources.get(FileId(0)).unwrap();
    let at = |offset| file.position(offset);
    assert_eq!(at(0), Position { line: 1, column: 1 });
    assert_eq!(at(4), Position { line: 2, column: 1 });
    assert_eq!(at(6), Position { line: 2, column: 2 });
    assert_eq!(at(11), Position { line: 3, column: 1 });
    assert_eq!(file.line(1), "ab");
    assert_eq!(file.line(2), "é = x");
    assert_eq!(file.line(0), "");
    assert_eq!(file.line(9), "");
}

#[test]
fn a_byte_order_mark_is_no_text() {
    let sources = Sources::single("a.scale", "\u{feff}rule");
    let file = sources.get(FileId(0)).unwrap();
    assert_eq!((file.text(), file.skipped()), ("rule", 3));
}

#[test]
fn bytes_that_are_not_utf8_are_shown_in_place() {
    let mut sources = Sources::new();
    let error = sources.add("a.scale", b"# caf\xe9\nrule".to_vec()).unwrap_err();
    let span = Span::new(FileId(0), 5, 8);
    assert_eq!(error, LoadError::NotUtf8 { span, offset: 5, byte: 0xe9 });
    assert_eq!(sources.text(span), "\u{fffd}");
    assert_eq!(sources.place(span).1, Position { line: 1, column: 6 });
}

#[test]
fn foreign_spans_have_no_text() {
    let sources = Sources::single("a.scale", "é");
    assert_eq!(sources.text(Span::new(FileId(0), 1, 2)), "");
    assert_eq!(sources.text(Span::new(FileId(3), 0, 1)), "");
    assert_eq!(sources.text(Span::new(FileId(0), 0, 99)), "");
}
