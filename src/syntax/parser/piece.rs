//! One piece at a time: the grammar's rule for it, and what to do where it does not match.

use pest::Parser as _;

use super::build::{Node, Nodes, kebab, nearest};
use super::found::Found;
use super::grammar::{Rule, ScaleParser};
use super::{Parser, blank};
use crate::diagnostic::codes::syntax as code;
use crate::diagnostic::{Diagnostic, Fix};
use crate::source::{Span, Spanned};
use crate::syntax::scan::{ItemWord, Piece, Trouble};
use crate::syntax::tree::{self, Cluster, ClusterEntry, Item, Let, Metric, Window};

impl<'s> Parser<'s> {
    /// The piece's text for the grammar. The buffer is taken out while it is in use.
    fn with_text(&mut self, piece: Piece, read: impl FnOnce(&mut Self, &str)) {
        let mut buffer = std::mem::take(&mut self.blanked);
        self.builder.at(piece.start);
        read(self, blank::text_of(self.text, piece, &mut buffer));
        self.blanked = buffer;
    }

    pub(super) const fn span_of(&self, piece: Piece) -> Span {
        Span::new(self.file, piece.start, piece.end)
    }

    pub(super) fn item(&mut self, piece: Piece, word: ItemWord) {
        if piece.trouble == Trouble::Reported {
            self.broken_item(piece, word);
            return;
        }
        if let Some(item) = self.plain.as_mut().and_then(|reader| reader.item(piece, word)) {
            self.push(item);
            return;
        }
        self.with_text(piece, |parser, text| {
            let own = parser.cluster.is_some();
            let rule = match (word, own) {
                (ItemWord::Rule, _) => Rule::rule_piece,
                (ItemWord::Test, _) => Rule::test_piece,
                (ItemWord::Metric, false) => Rule::metric_piece,
                (ItemWord::Let, false) => Rule::let_piece,
                (ItemWord::Window, false) => Rule::window_piece,
                (ItemWord::Metric, true) => Rule::own_metric_piece,
                (ItemWord::Let, true) => Rule::own_let_piece,
                (ItemWord::Window, true) => Rule::own_window_piece,
                (ItemWord::Cluster, _) => return,
            };
            match ScaleParser::parse(rule, text) {
                Ok(nodes) => parser.built(piece, word, nodes),
                Err(error) => parser.recover(piece, word, text, &error),
            }
        });
    }

    /// The nodes of an item, and in a cluster the settings after it.
    pub(super) fn built(&mut self, piece: Piece, word: ItemWord, mut nodes: Nodes<'_>) {
        let Some(first) = nodes.next() else { return };
        match self.build_item(piece, word, first) {
            Some(item) => self.push(item),
            None => self.broken_item(piece, word),
        }
        self.built_settings(nodes);
    }

    pub(super) fn build_item(&mut self, piece: Piece, word: ItemWord, node: Node<'_>) -> Option<Item<'s>> {
        let span = self.span_of(piece);
        let nothing_bad = |_: &mut super::build::Builder<'s>, _: Span, _: Option<Span>| {};
        Some(match word {
            ItemWord::Rule => Item::Rule(Box::new(self.builder.rule(node.into_inner(), span, nothing_bad)?)),
            ItemWord::Test => Item::Test(Box::new(self.builder.test(node.into_inner(), span, nothing_bad)?)),
            ItemWord::Metric => Item::Metric(Box::new(self.builder.metric(node)?)),
            ItemWord::Let => Item::Let(Box::new(self.builder.constant(node)?)),
            ItemWord::Window => Item::Window(Box::new(self.builder.window(node)?)),
            ItemWord::Cluster => return None,
        })
    }

    pub(super) fn built_settings(&mut self, nodes: Nodes<'_>) {
        for node in nodes.filter(|node| node.as_rule() != Rule::EOI) {
            let setting = self.builder.setting(node);
            if let Some(cluster) = &mut self.cluster {
                cluster.broken |= setting.is_none();
                cluster.entries.extend(setting.map(ClusterEntry::Setting));
            }
        }
    }

    /// An item of which nothing but its name could be read, so that what uses the name is not reported too.
    pub(super) fn broken_item(&mut self, piece: Piece, word: ItemWord) {
        let span = self.span_of(piece);
        let mut named = None;
        self.with_text(piece, |parser, text| {
            let head = ScaleParser::parse(Rule::item_head, text).ok();
            named =
                head.and_then(|mut nodes| nodes.find(|node| node.as_rule() == Rule::any_name)).map(|node| parser.builder.name_of(&node));
        });
        let Some(name) = named else {
            self.broken_cluster();
            return;
        };
        self.push(match word {
            ItemWord::Metric => {
                Item::Metric(Box::new(Metric { name, unit: None, source: None, empty_is: None, missing_after: None, span, broken: true }))
            }
            ItemWord::Let => Item::Let(Box::new(Let { name, value: None, span })),
            ItemWord::Window => Item::Window(Box::new(Window { name, parts: Vec::new(), except: Vec::new(), span, broken: true })),
            ItemWord::Rule => Item::Rule(Box::new(tree::Rule { name, urgent: None, clauses: Vec::new(), span, broken: true })),
            ItemWord::Cluster | ItemWord::Test => return,
        });
    }

    pub(super) fn cluster_head(&mut self, piece: Piece) {
        let span = self.span_of(piece);
        self.end_cluster(piece.start);
        self.with_text(piece, |parser, text| {
            let mut broken = piece.trouble == Trouble::Reported;
            let mut name = tree::Text { raw: "", quote: tree::Quote::Raw, span };
            match ScaleParser::parse(Rule::cluster_head, text) {
                Ok(mut nodes) => {
                    if let Some(node) = nodes.find(|node| matches!(node.as_rule(), Rule::text | Rule::bare_word)) {
                        name = parser.builder.cluster_name(&node);
                    }
                }
                Err(error) => {
                    if !broken {
                        parser.unexpected(Rule::cluster_head, text, piece.start, &error);
                    }
                    broken = true;
                }
            }
            parser.cluster = Some(Box::new(Cluster { name, entries: Vec::new(), span, broken }));
        });
    }

    /// `cluster "NAME"` without a `{`.
    pub(super) fn headless(&mut self, piece: Piece) {
        if piece.trouble == Trouble::Reported {
            return;
        }
        self.with_text(piece, |parser, text| {
            if let Err(error) = ScaleParser::parse(Rule::cluster_open, text) {
                parser.unexpected(Rule::cluster_open, text, piece.start, &error);
            }
        });
    }

    pub(super) fn settings(&mut self, piece: Piece) {
        if piece.trouble == Trouble::Reported {
            self.broken_cluster();
            return;
        }
        self.with_text(piece, |parser, text| {
            let rest = piece.trouble == Trouble::Unclosed;
            match ScaleParser::parse(Rule::settings_piece, text) {
                Ok(nodes) if !rest => parser.built_settings(nodes),
                result => parser.recover_settings(piece, text, result.err().as_ref()),
            }
        });
    }

    pub(super) fn nested_cluster(&mut self, piece: Piece) {
        self.broken_cluster();
        let span = Found::at(self.text, self.file, piece.start).span;
        self.builder.diagnostics.push(
            Diagnostic::new(code::NESTED_CLUSTER, span, "a cluster stands inside another one")
                .help("put the blocks side by side; pools of one Kubernetes cluster share the name before a slash: `\"prod/gpu\"`"),
        );
    }

    pub(super) fn unknown_item(&mut self, piece: Piece) {
        self.broken_cluster();
        if piece.trouble == Trouble::Reported {
            return;
        }
        let found = Found::at(self.text, self.file, piece.start);
        let words = || ItemWord::ALL.iter().map(|(word, _)| *word);
        let lower = found.text.to_ascii_lowercase();
        let alias = match lower.as_str() {
            "alert" | "policy" | "scale" | "trigger" | "alarm" => Some("rule"),
            "const" | "var" | "set" | "define" => Some("let"),
            "pool" | "group" | "fleet" | "asg" | "nodepool" => Some("cluster"),
            "schedule" | "period" | "cron" | "calendar" => Some("window"),
            "query" | "series" | "gauge" | "signal" => Some("metric"),
            "case" | "it" | "check" => Some("test"),
            _ => None,
        };
        let mut diagnostic = Diagnostic::new(code::UNKNOWN_ITEM, found.span, format!("there is no item `{}`", found.text))
            .note("items are `cluster`, `metric`, `let`, `window`, `rule` and `test`");
        if let Some(meant) = alias.or_else(|| nearest(&kebab(&lower), words())) {
            diagnostic = diagnostic.fix(Fix::maybe(format!("write `{meant}`"), found.span, meant));
        }
        self.builder.diagnostics.push(diagnostic);
    }

    pub(super) fn stray(&mut self, piece: Piece) {
        if piece.trouble == Trouble::Reported {
            return;
        }
        let found = Found::at(self.text, self.file, piece.start);
        if let Some(comment) = super::hints::block_comment(&found) {
            self.builder.diagnostics.push(comment);
            return;
        }
        let lower = found.text.to_ascii_lowercase();
        let setting = super::build::meant_setting(&lower).filter(|_| found.is_word);
        let item = nearest(&lower, ItemWord::ALL.iter().map(|(word, _)| *word)).filter(|_| found.is_word);
        let mut diagnostic = Diagnostic::new(code::UNEXPECTED, found.span, format!("expected an item, found {}", found.quoted()));
        diagnostic = match (item, setting) {
            (Some(item), _) if item != found.text => diagnostic.fix(Fix::maybe(format!("write `{item}`"), found.span, item)),
            (None, Some(setting)) => diagnostic.help(format!("`{setting}` stands inside a block: `cluster \"NAME\" {{ … }}`")),
            _ => diagnostic.note("items are `cluster`, `metric`, `let`, `window`, `rule` and `test`"),
        };
        self.builder.diagnostics.push(diagnostic);
    }
}

impl<'s> super::build::Builder<'s> {
    /// A name whose spelling has been reported, or will be where it is used.
    fn name_of(&self, node: &Node<'_>) -> tree::Name<'s> {
        let (text, span) = self.written(node);
        Spanned::new(text, span)
    }
}
