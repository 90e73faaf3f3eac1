//! From text to tree and back: the grammar's parser and the formatter.

pub mod tree;
