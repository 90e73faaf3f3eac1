//! From text to tree and back: the grammar's parser and the formatter.

mod format;
mod parser;
mod scan;
pub mod tree;

pub use format::{format, format_diff, format_tree};
pub(crate) use parser::kebab;
pub use parser::{Parsed, parse, parse_by_grammar};
