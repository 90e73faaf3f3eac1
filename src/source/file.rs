//! The files of one ruleset, and line numbers in them.

use super::load::{self, LoadError};
use super::span::{FileId, Span};

/// The files of one ruleset, in the order in which they were given.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    files: Vec<SourceFile>,
}

/// One file's text.
#[derive(Clone, Debug)]
pub struct SourceFile {
    name: String,
    text: String,
    /// Where each line starts; the first is 0.
    lines: Vec<u32>,
    /// Bytes of a byte order mark that stood before the text.
    skipped: u32,
}

/// A place in a file as people count: from 1, columns in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// The line, from 1.
    pub line: u32,
    /// The column in Unicode scalar values, from 1.
    pub column: u32,
}

impl Sources {
    /// No files yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// One file, for tests and for text that comes from nowhere in particular.
    ///
    /// # Panics
    /// Where the text is longer than a file may be.
    #[must_use]
    pub fn single(name: &str, text: &str) -> Self {
        let mut sources = Self::new();
        assert!(sources.add(name, text.as_bytes().to_vec()).is_ok(), "too long for one file");
        sources
    }

    /// Adds a file as it was read. `name` is what messages call it: the path as the user would write it.
    ///
    /// A byte order mark is dropped. Where the bytes are not UTF-8 the file is still added, with replacement
    /// characters, so that the error can show its place.
    ///
    /// # Errors
    /// [`LoadError`], where the bytes are not UTF-8 or too many.
    pub fn add(&mut self, name: &str, bytes: Vec<u8>) -> Result<FileId, LoadError> {
        let id = FileId(u32::try_from(self.files.len()).unwrap_or(u32::MAX));
        let loaded = load::decode(id, bytes);
        let lines = load::line_starts(&loaded.text);
        self.files.push(SourceFile { name: name.to_owned(), text: loaded.text, lines, skipped: loaded.skipped });
        loaded.error.map_or(Ok(id), Err)
    }

    /// Adds the files of other sources behind these; their ids rise by the number of files here.
    pub fn append(&mut self, others: &Self) {
        self.files.extend(others.files.iter().cloned());
    }

    /// All files with their ids.
    pub fn iter(&self) -> impl Iterator<Item = (FileId, &SourceFile)> {
        (0..).map(FileId).zip(&self.files)
    }

    /// How many files there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.files.len()
    }

    /// Whether there is no file.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// One file; `None` for an id of other sources.
    #[must_use]
    pub fn get(&self, id: FileId) -> Option<&SourceFile> {
        self.files.get(id.0 as usize)
    }

    /// The text of a span; empty for a span of other sources.
    #[must_use]
    pub fn text(&self, span: Span) -> &str {
        self.get(span.file).and_then(|file| file.text.get(span.start as usize..span.end as usize)).unwrap_or("")
    }

    /// The name of the span's file, its first line and column.
    #[must_use]
    pub fn place(&self, span: Span) -> (&str, Position) {
        self.get(span.file).map_or(("", Position { line: 1, column: 1 }), |file| (file.name.as_str(), file.position(span.start)))
    }
}

impl SourceFile {
    /// What messages call the file.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The whole text, without a byte order mark.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Bytes of a byte order mark before the text: what to add to a span for the place in the file on disk.
    #[must_use]
    pub const fn skipped(&self) -> u32 {
        self.skipped
    }

    /// The line and column of a byte offset.
    #[must_use]
    pub fn position(&self, offset: u32) -> Position {
        let line = self.lines.partition_point(|start| *start <= offset).max(1);
        let start = self.lines.get(line - 1).copied().unwrap_or(0);
        let before = self.text.get(start as usize..offset as usize).unwrap_or("");
        let column = before.chars().count();
        Position { line: u32::try_from(line).unwrap_or(u32::MAX), column: u32::try_from(column + 1).unwrap_or(u32::MAX) }
    }

    /// The text of a line, from 1, without its line break; empty where there is no such line.
    #[must_use]
    pub fn line(&self, number: u32) -> &str {
        let Some(index) = (number as usize).checked_sub(1) else {
            return "";
        };
        let Some(start) = self.lines.get(index) else {
            return "";
        };
        let end = self.lines.get(index + 1).map_or(self.text.len(), |next| *next as usize);
        self.text.get(*start as usize..end).unwrap_or("").trim_end_matches(['\n', '\r'])
    }

    /// How many lines there are.
    #[must_use]
    pub fn line_count(&self) -> usize {
        self.lines.len()
    }
}

#[cfg(test)]
#[path = "file_tests.rs"]
mod tests;
