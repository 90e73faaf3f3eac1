//! From text to tree: the scan's pieces, each read directly where nothing needs an explanation, and else parsed by the
//! grammar and built into the tree.

mod blank;
mod build;
mod found;
mod grammar;
mod hints;
mod piece;
mod plain;
mod recover;
mod repair;
mod unexpected;
mod words;

use std::num::NonZeroUsize;
use std::sync::Once;

use super::scan::{self, Piece, PieceKind};
use super::tree::{Cluster, ClusterEntry, Item, Tree};
use crate::diagnostic::Diagnostic;
use crate::diagnostic::codes::syntax as code;
use crate::source::{FileId, Span};
use build::Builder;
pub(crate) use build::kebab;

/// The most diagnostics of one file.
const MAX_DIAGNOSTICS: usize = 500;

/// The most steps that pest may take for one piece. A piece of the greatest length takes a tenth of it.
const CALL_LIMIT: usize = 50_000_000;

/// A file's tree and what was wrong with its text, in the order of the text.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Parsed<'s> {
    /// What could be read. Items in which something was wrong are there too, marked `broken`.
    pub tree: Tree<'s>,
    /// What was wrong.
    pub diagnostics: Vec<Diagnostic>,
}

/// Who reads items that are written as the language has them.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reading {
    /// The direct reader, and the grammar what is left.
    Direct,
    /// The grammar alone.
    Grammar,
}

/// Parses one file.
#[must_use]
pub fn parse(file: FileId, text: &str) -> Parsed<'_> {
    parse_with(file, text, Reading::Direct)
}

/// Parses one file by the grammar alone: the same answer, later. Tests hold both equal.
#[must_use]
pub fn parse_by_grammar(file: FileId, text: &str) -> Parsed<'_> {
    parse_with(file, text, Reading::Grammar)
}

fn parse_with(file: FileId, text: &str, reading: Reading) -> Parsed<'_> {
    static LIMIT: Once = Once::new();
    LIMIT.call_once(|| pest::set_call_limit(NonZeroUsize::new(CALL_LIMIT)));

    let (parsed, suspicious) = parse_scanned(file, text, reading, false);
    if !suspicious || parsed.diagnostics.is_empty() {
        return parsed;
    }
    // A backtick may be missing before an item that now stands in a text.
    let (doubtful, _) = parse_scanned(file, text, reading, true);
    let unterminated = doubtful.diagnostics.iter().any(|found| found.code == code::UNTERMINATED);
    if unterminated { doubtful } else { parsed }
}

fn parse_scanned(file: FileId, text: &str, reading: Reading, doubtful: bool) -> (Parsed<'_>, bool) {
    let (scan, found, suspicious) = scan::scan(file, text, doubtful);
    let items = Vec::with_capacity(scan.pieces.len());
    let plain = (reading == Reading::Direct).then(|| plain::Reader::new(file, text));
    let mut parser = Parser { file, text, plain, builder: Builder::new(file, text), items, cluster: None, blanked: String::new() };
    parser.builder.diagnostics = found;
    let full = parser.builder.diagnostics.len() > MAX_DIAGNOSTICS;
    if full {
        parser.builder.diagnostics.sort_by_key(|found| found.primary.span.start);
        let next = parser.builder.diagnostics.get(MAX_DIAGNOSTICS).map_or(0, |found| found.primary.span.start);
        parser.too_many(next);
    }
    for piece in scan.pieces.iter().filter(|_| !full) {
        if parser.builder.diagnostics.len() >= MAX_DIAGNOSTICS {
            parser.too_many(piece.start);
            break;
        }
        parser.piece(*piece);
    }
    parser.end_cluster(u32::try_from(text.len()).unwrap_or(u32::MAX));
    parser.builder.finish_names();
    parser.end_list();
    let mut diagnostics = parser.builder.diagnostics;
    diagnostics.sort_by_key(|found| (found.primary.span.start, found.code));
    (Parsed { tree: Tree { items: parser.items, comments: scan.comments }, diagnostics }, suspicious)
}

/// The state of parsing one file.
struct Parser<'s> {
    file: FileId,
    text: &'s str,
    plain: Option<plain::Reader<'s>>,
    builder: Builder<'s>,
    items: Vec<Item<'s>>,
    cluster: Option<Box<Cluster<'s>>>,
    /// The text of the piece with its comments blanked, kept for its memory.
    blanked: String,
}

impl<'s> Parser<'s> {
    fn too_many(&mut self, at: u32) {
        let span = Span::new(self.file, at, at);
        self.builder.diagnostics.truncate(MAX_DIAGNOSTICS);
        self.builder.diagnostics.push(
            Diagnostic::new(code::TOO_MANY, span, format!("more than {MAX_DIAGNOSTICS} errors in this file"))
                .help("the rest of the file was not read; is it a `.scale` file?"),
        );
    }

    /// One item alone may have had more than are listed.
    fn end_list(&mut self) {
        let found = &mut self.builder.diagnostics;
        if found.len() <= MAX_DIAGNOSTICS + 1 {
            return;
        }
        found.retain(|found| found.code != code::TOO_MANY);
        found.sort_by_key(|found| (found.primary.span.start, found.code));
        let next = found.get(MAX_DIAGNOSTICS).map_or(0, |found| found.primary.span.start);
        self.too_many(next);
    }

    fn push(&mut self, item: Item<'s>) {
        match &mut self.cluster {
            Some(cluster) => cluster.entries.push(ClusterEntry::Item(item)),
            None => self.items.push(item),
        }
    }

    fn broken_cluster(&mut self) {
        if let Some(cluster) = &mut self.cluster {
            cluster.broken = true;
        }
    }

    fn end_cluster(&mut self, end: u32) {
        if let Some(mut cluster) = self.cluster.take() {
            cluster.span.end = end;
            self.items.push(Item::Cluster(cluster));
        }
    }

    fn piece(&mut self, piece: Piece) {
        match piece.kind {
            PieceKind::Item(word) => self.item(piece, word),
            PieceKind::ClusterHead => self.cluster_head(piece),
            PieceKind::Settings => self.settings(piece),
            PieceKind::ClusterEnd => self.end_cluster(piece.end),
            PieceKind::Headless => self.headless(piece),
            PieceKind::NestedCluster => self.nested_cluster(piece),
            PieceKind::Unknown => self.unknown_item(piece),
            PieceKind::Stray => self.stray(piece),
        }
    }
}

#[cfg(test)]
#[path = "parser_tests.rs"]
mod tests;
