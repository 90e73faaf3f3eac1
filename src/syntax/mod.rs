//! From text to tree and back: the grammar's parser and the formatter.

mod parser;
mod scan;
pub mod tree;

pub use parser::{Parsed, parse};
