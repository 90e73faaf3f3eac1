//! What can be saved of a piece that the grammar did not match.

use pest::Parser as _;
use pest::error::Error;

use super::Parser;
use super::build::{Builder, Node, Nodes};
use super::found::Found;
use super::grammar::{Rule, ScaleParser};
use super::unexpected::{Attempt, unexpected};
use crate::diagnostic::Diagnostic;
use crate::source::{FileId, Span};
use crate::syntax::scan::{ItemWord, Piece, Trouble};
use crate::syntax::tree::{ClusterEntry, Item, Setting, SettingKind};

impl<'s> Parser<'s> {
    /// Reports what `rule` did not match in `text`, which starts at `base` in the source.
    pub(super) fn unexpected(&mut self, rule: Rule, text: &str, base: u32, error: &Error<Rule>) {
        self.builder.diagnostics.extend(unexpected(self.file, self.text, &[Attempt { rule, text, base, error }]));
    }

    /// An item in which something is malformed: its clauses one by one, where it has any.
    pub(super) fn recover(&mut self, piece: Piece, word: ItemWord, text: &str, error: &Error<Rule>) {
        let before = self.builder.diagnostics.len();
        let recovered = match word {
            ItemWord::Rule | ItemWord::Test => self.recover_clauses(piece, word, text),
            _ if self.cluster.is_some() => self.recover_own(piece, word, text, error),
            _ => false,
        };
        // A brace that is missing has been reported and may be all that is wrong.
        if self.builder.diagnostics.len() == before && !(recovered && piece.trouble == Trouble::Unclosed) {
            self.unexpected(alone(word), text, piece.start, error);
        }
        if !recovered {
            self.broken_item(piece, word);
        }
    }

    fn recover_clauses(&mut self, piece: Piece, word: ItemWord, text: &str) -> bool {
        let (rest, alone) =
            if word == ItemWord::Rule { (Rule::rule_rest, Rule::clause_alone) } else { (Rule::test_rest, Rule::step_alone) };
        let Ok(nodes) = ScaleParser::parse(rest, text) else { return false };
        let span = self.span_of(piece);
        let (file, source) = (self.file, self.text);
        let bad = |builder: &mut Builder<'s>, place: Span, before: Option<Span>| {
            builder.diagnostics.extend(bad_part(file, source, text, piece.start, alone, place, before));
        };
        let item = if word == ItemWord::Rule {
            self.builder.rule(nodes, span, bad).map(|mut rule| {
                rule.broken = true;
                Item::Rule(Box::new(rule))
            })
        } else {
            self.builder.test(nodes, span, bad).map(|mut test| {
                test.broken = true;
                Item::Test(Box::new(test))
            })
        };
        let recovered = item.is_some();
        if let Some(item) = item {
            self.push(item);
        }
        recovered
    }

    /// A metric, constant or window in a cluster, with the settings that follow it.
    fn recover_own(&mut self, piece: Piece, word: ItemWord, text: &str, error: &Error<Rule>) -> bool {
        self.broken_cluster();
        let Ok(mut nodes) = ScaleParser::parse(Rule::own_rest, text) else { return false };
        let Some(first) = nodes.next() else { return false };
        let end = first.as_span().end();
        let Some(item) = self.build_item(piece, word, first) else { return false };
        self.push(item);
        if let Some(next) = nodes.peek()
            && next.as_rule() == Rule::bad_setting
            && text.get(end..next.as_span().start()).is_some_and(|gap| gap.trim().is_empty())
            && super::build::meant_setting(Found::at(next.as_str(), self.file, 0).text).is_none()
        {
            // What follows the item directly is likelier a part of it than a setting.
            nodes.next();
            self.unexpected(alone(word), text, piece.start, error);
        }
        self.recovered_settings(piece, text, nodes);
        true
    }

    /// Settings of which one is malformed, one by one.
    pub(super) fn recover_settings(&mut self, piece: Piece, text: &str, error: Option<&Error<Rule>>) {
        self.broken_cluster();
        let before = self.builder.diagnostics.len();
        if let Ok(nodes) = ScaleParser::parse(Rule::settings_rest, text) {
            self.recovered_settings(piece, text, nodes);
        }
        if let Some(error) = error
            && self.builder.diagnostics.len() == before
            && piece.trouble == Trouble::None
        {
            self.unexpected(Rule::settings_piece, text, piece.start, error);
        }
    }

    fn recovered_settings(&mut self, piece: Piece, text: &str, nodes: Nodes<'_>) {
        let mut before = None;
        for node in nodes.filter(|node| node.as_rule() != Rule::EOI) {
            let place = self.place(piece, &node);
            let setting = match node.as_rule() {
                Rule::bad_setting => {
                    // What lacks its brace has been reported.
                    if piece.trouble != Trouble::Unclosed || !unclosed(node.as_str()) {
                        let found = bad_part(self.file, self.text, text, piece.start, Rule::setting_alone, place, before);
                        self.builder.diagnostics.extend(found);
                    }
                    None
                }
                Rule::nested_block => self.nested_block(piece, text, &node),
                _ => self.builder.setting(node),
            };
            before = Some(place);
            if let Some(cluster) = &mut self.cluster {
                cluster.entries.extend(setting.map(ClusterEntry::Setting));
            }
        }
    }

    /// `capacity { … }` or `drain { … }`, of which a part may be malformed.
    fn nested_block(&mut self, piece: Piece, text: &str, node: &Node<'_>) -> Option<Setting<'s>> {
        let span = self.place(piece, node);
        let part = piece_part(text, piece.start, span);
        let capacity = part.starts_with("capacity");
        let (rest, bad, alone) = if capacity {
            (Rule::capacity_rest, Rule::bad_capacity, Rule::capacity_alone)
        } else {
            (Rule::drain_rest, Rule::bad_drain, Rule::drain_alone)
        };
        let whole = Piece { start: span.start, end: span.end, ..piece };
        let result = ScaleParser::parse(Rule::setting_alone, part);
        self.builder.at(span.start);
        let setting = match result {
            Ok(mut nodes) => nodes.next().and_then(|node| self.builder.setting(node)),
            Err(error) => match ScaleParser::parse(rest, part) {
                Ok(nodes) => {
                    let mut right = Vec::new();
                    let mut before = None;
                    for node in nodes.filter(|node| !matches!(node.as_rule(), Rule::kw_capacity | Rule::kw_drain | Rule::open)) {
                        let place = self.place(whole, &node);
                        if node.as_rule() == bad {
                            let found = bad_part(self.file, self.text, part, span.start, alone, place, before);
                            self.builder.diagnostics.extend(found);
                        } else {
                            right.push(node);
                        }
                        before = Some(place);
                    }
                    let kind = if capacity {
                        let settings = right.into_iter().filter_map(|node| self.builder.capacity_setting(node)).collect();
                        SettingKind::Capacity { settings, broken: true }
                    } else {
                        let settings = right.into_iter().filter_map(|node| self.builder.drain_setting(node)).collect();
                        SettingKind::Drain { settings, broken: true }
                    };
                    Some(Setting { kind, span })
                }
                Err(_) => {
                    self.unexpected(Rule::setting_alone, part, span.start, &error);
                    None
                }
            },
        };
        self.builder.at(piece.start);
        setting
    }

    /// Where a node of the piece stands in the source.
    fn place(&self, piece: Piece, node: &Node<'_>) -> Span {
        let span = node.as_span();
        let end = span.start() + span.as_str().trim_ascii_end().len();
        let at = |offset: usize| piece.start.saturating_add(u32::try_from(offset).unwrap_or(u32::MAX));
        Span::new(self.file, at(span.start()), at(end))
    }
}

/// What is wrong with the malformed part at `place`: read alone, and as what goes on from the part `before` it.
fn bad_part(file: FileId, source: &str, text: &str, base: u32, rule: Rule, place: Span, before: Option<Span>) -> Option<Diagnostic> {
    let alone = piece_part(text, base, place);
    let error = ScaleParser::parse(rule, alone).err()?;
    let start = before.map_or(place.start, |before| before.start);
    let joined = piece_part(text, base, Span { start, ..place });
    let joined_error = before.and_then(|_| ScaleParser::parse(rule, joined).err());
    let mut attempts = Vec::with_capacity(2);
    attempts.extend(joined_error.as_ref().map(|error| Attempt { rule, text: joined, base: start, error }));
    attempts.push(Attempt { rule, text: alone, base: place.start, error: &error });
    unexpected(file, source, &attempts)
}

/// Whether a brace in the text is not closed.
fn unclosed(text: &str) -> bool {
    text.bytes().filter(|byte| *byte == b'{').count() > text.bytes().filter(|byte| *byte == b'}').count()
}

/// The part of a piece's text at a place of the source.
fn piece_part(text: &str, base: u32, place: Span) -> &str {
    let at = |offset: u32| offset.saturating_sub(base) as usize;
    text.get(at(place.start)..at(place.end)).unwrap_or("")
}

/// The rule that an item's own text matches.
const fn alone(word: ItemWord) -> Rule {
    match word {
        ItemWord::Rule => Rule::rule_piece,
        ItemWord::Test => Rule::test_piece,
        ItemWord::Metric => Rule::metric_piece,
        ItemWord::Let => Rule::let_piece,
        ItemWord::Window => Rule::window_piece,
        ItemWord::Cluster => Rule::cluster_head,
    }
}
