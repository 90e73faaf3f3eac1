//! Whether an item begins at a word.

use super::lexeme::{byte, skip_blank, word_end};

/// The word that an item begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ItemWord {
    /// `cluster`
    Cluster,
    /// `metric`
    Metric,
    /// `let`
    Let,
    /// `window`
    Window,
    /// `rule`
    Rule,
    /// `test`
    Test,
}

impl ItemWord {
    /// Every word.
    pub const ALL: [(&'static str, Self); 6] = [
        ("cluster", Self::Cluster),
        ("metric", Self::Metric),
        ("let", Self::Let),
        ("window", Self::Window),
        ("rule", Self::Rule),
        ("test", Self::Test),
    ];

    fn parse(word: &[u8]) -> Option<Self> {
        Self::ALL.iter().find(|(text, _)| text.as_bytes() == word).map(|(_, item)| *item)
    }

    /// Whether its braces end it.
    pub(super) const fn has_braces(self) -> bool {
        matches!(self, Self::Cluster | Self::Rule | Self::Test)
    }
}

/// What begins at a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Start {
    /// An item.
    Item(ItemWord),
    /// Something shaped like an item.
    Unknown,
    /// Nothing.
    No,
}

/// Words of settings and marks that may stand before a name on a line of their own, without being an item.
const NO_ITEMS: [&[u8]; 16] = [
    b"of",
    b"nodes",
    b"timezone",
    b"evaluate",
    b"cooldown",
    b"step",
    b"budget",
    b"capacity",
    b"drain",
    b"notify",
    b"or",
    b"except",
    b"empty",
    b"missing",
    b"for",
    b"and",
];

/// Words that follow an operand: a name before them is no item's word.
const OPERATORS: [&[u8]; 4] = [b"and", b"or", b"in", b"for"];

/// What begins at the word `start..end`; `first` says that it is the first of its line. An item has a shape of its own
/// (`metric NAME :`, `rule NAME {`), so that a metric may be called `window`; at the start of a line less will do, so that
/// a mistake in that shape is still one of this item.
pub(super) fn at(bytes: &[u8], start: usize, end: usize, first: bool) -> Start {
    let word = bytes.get(start..end).unwrap_or_default();
    let item = ItemWord::parse(word);
    if item.is_none() && (!first || NO_ITEMS.contains(&word)) {
        return Start::No;
    }
    let next = skip_blank(bytes, end);
    let text = matches!(byte(bytes, next), b'"' | b'\'' | b'`' | 0xe2);
    let named = byte(bytes, next).is_ascii_alphabetic() || matches!(byte(bytes, next), b'_' | 0xc3..=0xd7);
    if !text && !named {
        // Without a name it is still one, where nothing else begins a line so.
        let nameless = match (item, byte(bytes, next)) {
            (Some(item), b'{') => item.has_braces(),
            (Some(item), b':' | b'=') => !item.has_braces() && byte(bytes, next + 1) != b'=',
            _ => false,
        };
        return if first && nameless { found(item) } else { Start::No };
    }
    let name_end = if named { word_end(bytes, next) } else { next };
    let after = skip_blank(bytes, name_end);
    let shape = match (byte(bytes, after), byte(bytes, after + 1)) {
        (b'=', b'=') => 0,
        (found, _) => found,
    };
    let name = bytes.get(next..name_end).unwrap_or_default();
    match item {
        None if named && matches!(shape, b'{' | b':' | b'=') => Start::Unknown,
        None if text && shape_after_text(bytes, next) == b'{' => Start::Unknown,
        None => Start::No,
        Some(ItemWord::Cluster | ItemWord::Test) if text || shape == b'{' => found(item),
        Some(ItemWord::Rule) if shape == b'{' || bytes.get(after..after + 6) == Some(b"urgent") => found(item),
        Some(ItemWord::Metric | ItemWord::Let | ItemWord::Window) if matches!(shape, b':' | b'=') => found(item),
        Some(_) if first && (text || !(ItemWord::parse(name).is_some() || OPERATORS.contains(&name))) => found(item),
        Some(_) => Start::No,
    }
}

fn found(item: Option<ItemWord>) -> Start {
    item.map_or(Start::No, Start::Item)
}

/// What follows the text that opens at `at` on its line.
fn shape_after_text(bytes: &[u8], at: usize) -> u8 {
    super::lexeme::quoted_end(bytes, at, byte(bytes, at)).map_or(0, |end| byte(bytes, skip_blank(bytes, end)))
}
