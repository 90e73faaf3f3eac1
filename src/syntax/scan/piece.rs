//! What a scan yields.

use super::start::ItemWord;
use crate::syntax::tree::Comment;

/// A file cut into pieces.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Scan<'s> {
    /// The pieces, in the order of the text; together they hold everything but comments and white space.
    pub pieces: Vec<Piece>,
    /// Every comment.
    pub comments: Vec<Comment<'s>>,
}

/// A stretch of text that is parsed alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Piece {
    /// What it begins like.
    pub kind: PieceKind,
    /// Its first byte.
    pub start: u32,
    /// One past its last byte that is no comment and no white space.
    pub end: u32,
    /// Whether it holds comments or odd white space, to be blanked before the grammar sees it.
    pub blank: bool,
    /// What has been reported about it already.
    pub trouble: Trouble,
}

/// What a piece begins like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PieceKind {
    /// An item of the top level or of the cluster that is open.
    Item(ItemWord),
    /// `cluster "NAME"`, before its brace.
    ClusterHead,
    /// `cluster` without a brace.
    Headless,
    /// Settings of the cluster that is open, from its brace or from the end of an item's braces on.
    Settings,
    /// The `}` of the cluster.
    ClusterEnd,
    /// A cluster inside a cluster, as a whole.
    NestedCluster,
    /// Something shaped like an item, with an unknown first word.
    Unknown,
    /// Text outside of any item.
    Stray,
}

/// What the scan has reported about a piece.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Trouble {
    /// Nothing.
    #[default]
    None,
    /// Its closing brace is missing: the rest may be right.
    Unclosed,
    /// Something that the grammar would only stumble over again: it is not parsed.
    Reported,
}
