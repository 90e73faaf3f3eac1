//! Items side by side, parsed at once: what pest sets up for a parse is shared by all of them.

use pest::Parser as _;

use super::Parser;
use super::build::Nodes;
use super::grammar::{Rule, ScaleParser};
use crate::syntax::scan::{ItemWord, Piece, PieceKind, Trouble};

/// How long a batch may be, in bytes: some ten rules. Longer ones save little more and fill the processor's cache.
const MAX_BYTES: u32 = 2 << 10;

/// How many of the first pieces make up a batch; 1 where the first one has to be parsed alone.
pub(super) fn length(pieces: &[Piece]) -> usize {
    let Some(first) = pieces.first() else { return 0 };
    let fits = |piece: &&Piece| word_of(piece).is_some() && piece.end.saturating_sub(first.start) <= MAX_BYTES;
    pieces.iter().take_while(fits).count().max(1)
}

/// The item that a piece is, where nothing has been found wrong with it so far.
fn word_of(piece: &Piece) -> Option<ItemWord> {
    match piece.kind {
        PieceKind::Item(word) if word != ItemWord::Cluster && piece.trouble == Trouble::None => Some(word),
        _ => None,
    }
}

impl Parser<'_> {
    /// Where something is wrong in one of the items each is parsed alone, so that a mistake stays in its item.
    pub(super) fn batch(&mut self, pieces: &[Piece]) {
        let [first, _, ..] = pieces else {
            return pieces.iter().for_each(|piece| self.piece(*piece));
        };
        let mut right = false;
        self.with_texts(pieces, |parser, text| {
            let Ok(nodes) = ScaleParser::parse(Rule::items_piece, text) else { return };
            right = are_at(&nodes, pieces, first.start);
            let pieces = pieces.iter().filter(|_| right).filter_map(|piece| Some((*piece, word_of(piece)?)));
            for (node, (piece, word)) in nodes.zip(pieces) {
                parser.builder.at(first.start);
                parser.built_item(piece, word, node);
            }
        });
        if !right {
            pieces.iter().for_each(|piece| self.piece(*piece));
        }
    }
}

/// Whether each node is what its own piece holds: parsed together, one could have taken the next one's first words.
fn are_at(nodes: &Nodes<'_>, pieces: &[Piece], base: u32) -> bool {
    let inside = |start: usize, end: usize, piece: &Piece| {
        let at = |offset: u32| offset.saturating_sub(base) as usize;
        start == at(piece.start) && end <= at(piece.end)
    };
    // Behind the items stands the end of the input.
    nodes.len() == pieces.len() + 1
        && nodes
            .clone()
            .zip(pieces)
            .all(|(node, piece)| inside(node.as_span().start(), node.as_str().trim_ascii_end().len() + node.as_span().start(), piece))
}

#[cfg(test)]
mod tests {
    use pest::Parser as _;

    use super::{MAX_BYTES, are_at, length};
    use crate::source::FileId;
    use crate::syntax::parser::blank::text_of_all;
    use crate::syntax::parser::grammar::{Rule, ScaleParser};
    use crate::syntax::scan::{Piece, scan};

    fn pieces(text: &str) -> Vec<Piece> {
        scan(FileId(0), text, false).0.pieces
    }

    const ITEMS: &str = "metric a : count = prometheus `up` # one\n# two\nlet b = 5 ; window c = daily 9:00..17:00\n\
                         rule d { when a > b # three\n then add 1 node }\ntest \"e\" { start nodes 2 at 2026-11-25 09:00 }\n";

    #[test]
    fn items_with_comments_in_and_between_them_are_one_batch() {
        let pieces = pieces(ITEMS);
        assert_eq!((pieces.len(), length(&pieces)), (5, 5));
        let mut buffer = String::new();
        let nodes = ScaleParser::parse(Rule::items_piece, text_of_all(ITEMS, &pieces, &mut buffer)).unwrap();
        assert!(are_at(&nodes, &pieces, pieces[0].start));
        assert!(!are_at(&nodes, &pieces[..4], pieces[0].start));
    }

    #[test]
    fn a_batch_ends_before_what_is_no_item_and_where_it_gets_long() {
        let cluster = format!("{ITEMS}cluster \"prod\" {{ nodes 2..10 {ITEMS}}}");
        assert_eq!(length(&pieces(&cluster)), 5, "the cluster's head is parsed alone");
        let long = pieces(&ITEMS.repeat(40));
        let end = long[length(&long) - 1].end;
        assert!(end <= MAX_BYTES && long[length(&long)].end > MAX_BYTES);
        let huge = pieces(&format!("let a = \"{}\"\nlet b = 5", "x".repeat(MAX_BYTES as usize)));
        assert_eq!(length(&huge), 1);
        assert_eq!(length(&[]), 0);
    }
}
