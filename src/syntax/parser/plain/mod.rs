//! Items that are written as the language has them, read straight from the text.
//!
//! The grammar says what the language is, and explains what is not. Most items need no explanation, and pest takes many
//! times as long for them. A [`Reader`] reads those alone: it reports nothing, guesses nothing, and gives up at the first
//! thing that is not exactly as it should be, upon which the grammar reads the item from its start. What it reads is what
//! the grammar would have read, to the last span: the properties that tests and fuzzing hold ask for both.

mod cursor;
mod expr;
mod item;
mod rule;
mod window;

use super::build::RESERVED;
use crate::source::{FileId, Spanned};
use crate::syntax::scan::{ItemWord, Piece, Trouble};
use crate::syntax::tree::{Clause, Item, Name};
use cursor::Cursor;

/// Reads the items of one file.
pub(super) struct Reader<'s> {
    cursor: Cursor<'s>,
    /// How many operators the outermost expression has had so far.
    operators: usize,
    /// The clauses of the rule that is being read: kept for its memory.
    clauses: Vec<Clause<'s>>,
}

impl<'s> Reader<'s> {
    pub(super) const fn new(file: FileId, source: &'s str) -> Self {
        Self { cursor: Cursor::new(file, source), operators: 0, clauses: Vec::new() }
    }

    /// The item that `piece` is; `None` where the grammar has to look at it.
    pub(super) fn item(&mut self, piece: Piece, word: ItemWord) -> Option<Item<'s>> {
        if piece.trouble != Trouble::None {
            return None;
        }
        self.cursor.enter(piece);
        let item = match word {
            ItemWord::Rule => Item::Rule(Box::new(self.rule()?)),
            ItemWord::Metric => Item::Metric(Box::new(self.metric()?)),
            ItemWord::Let => Item::Let(Box::new(self.constant()?)),
            ItemWord::Window => Item::Window(Box::new(self.window()?)),
            ItemWord::Cluster | ItemWord::Test => return None,
        };
        self.cursor.is_at_end().then_some(item)
    }

    /// A name in kebab-case that is no reserved word.
    fn name(&mut self) -> Option<Name<'s>> {
        self.cursor.word().filter(|word| !RESERVED.contains(&word.node))
    }

    /// The value after `word`, with the span of both; the outer `None` where the word is followed by none.
    fn after<T>(&mut self, word: &str, read: impl FnOnce(&mut Self) -> Option<T>) -> Option<Option<Spanned<T>>> {
        let Some(first) = self.cursor.keyword(word) else { return Some(None) };
        let value = read(self)?;
        Some(Some(Spanned::new(value, self.cursor.since(first))))
    }
}

#[cfg(test)]
#[path = "plain_tests.rs"]
mod tests;
