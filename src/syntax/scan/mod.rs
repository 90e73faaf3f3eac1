//! Cuts a file into pieces that the grammar parses one by one, in a single pass over its bytes.
//!
//! It knows texts, comments, braces and the shape in which an item begins, and nothing else of the language. So a mistake
//! stays in its item, memory stays that of one item, and what pest could not bound (nesting, length) is bounded before.

mod lexeme;
mod lexical;
mod piece;
mod scanner;
mod start;

pub use piece::{Piece, PieceKind, Scan, Trouble};
pub use start::ItemWord;

use crate::diagnostic::Diagnostic;
use crate::source::FileId;

/// The longest item, in bytes. Generated rules are far from it; without it one item could ask for any memory.
pub const MAX_ITEM_BYTES: usize = 256 << 10;

/// How deep parentheses and braces may nest.
pub const MAX_NESTING: u32 = 32;

/// Cuts `text` into pieces, and reports what is wrong about characters, quotes and braces.
///
/// With `doubtful`, items end texts in backticks in which they seem to stand: to be tried where a text with such an item
/// in it could not be parsed. The last answer says whether there is one.
#[must_use]
pub fn scan(file: FileId, text: &str, doubtful: bool) -> (Scan<'_>, Vec<Diagnostic>, bool) {
    let strict = scanner::run(file, text, doubtful);
    // Where braces or backticks do not pair, the places where items begin tell best where one is missing.
    let scanner = if strict.unbalanced && !doubtful { scanner::run(file, text, true) } else { strict };
    let suspicious = scanner.suspicious && !scanner.unbalanced;
    let (scan, found) = scanner.finish();
    (scan, found, suspicious)
}
