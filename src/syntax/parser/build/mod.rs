//! From what pest matched to the tree. Mistakes that the grammar admits become diagnostics here, and the tree says what
//! was meant.

mod cluster;
mod date;
mod expr;
mod item;
mod literal;
mod name;
mod number;
mod rule;
mod test;
mod text;
mod time;
mod window;
mod word;

use std::collections::BTreeMap;

use pest::iterators::{Pair, Pairs};

use super::grammar::Rule;
use crate::diagnostic::codes::syntax as code;
use crate::diagnostic::{Code, Diagnostic, Fix};
use crate::source::{FileId, Span};

pub(super) use cluster::meant_setting;
pub(super) use expr::{COMPARISON, MAX_OPERATORS, NOT, is_comparison};
pub(super) use name::RESERVED;
pub(crate) use name::kebab;
pub(super) use number::read as read_number;
pub(super) use time::read as read_time;
pub(super) use word::nearest;

/// A match of one grammar rule.
pub(super) type Node<'i> = Pair<'i, Rule>;
/// The matches inside one.
pub(super) type Nodes<'i> = Pairs<'i, Rule>;

/// Builds the nodes of one file's tree, piece by piece.
pub(super) struct Builder<'s> {
    file: FileId,
    source: &'s str,
    /// Where the piece that is being built starts in the source.
    base: u32,
    /// What was found.
    pub diagnostics: Vec<Diagnostic>,
    /// Names that are not kebab-case, with every place: one habit, one diagnostic.
    misspelt: BTreeMap<&'s str, Vec<Span>>,
    /// How many operators the outermost expression has had so far, and how deep it is nested.
    operators: usize,
    nesting: usize,
}

impl<'s> Builder<'s> {
    pub(super) fn new(file: FileId, source: &'s str) -> Self {
        Self { file, source, base: 0, diagnostics: Vec::new(), misspelt: BTreeMap::new(), operators: 0, nesting: 0 }
    }

    /// The next nodes come from a text that starts at `base` in the source.
    pub(super) const fn at(&mut self, base: u32) {
        self.base = base;
    }

    /// Where a node stands in the source.
    fn span(&self, node: &Node<'_>) -> Span {
        let span = node.as_span();
        // pest takes the white space before an optional part that is not there.
        let end = span.start() + span.as_str().trim_end_matches(is_blank).len();
        let at = |offset: usize| self.base.saturating_add(u32::try_from(offset).unwrap_or(u32::MAX));
        Span::new(self.file, at(span.start()), at(end))
    }

    /// The source of a span, which lives as long as the source.
    fn text(&self, span: Span) -> &'s str {
        self.source.get(span.start as usize..span.end as usize).unwrap_or("")
    }

    /// A node's own source and place.
    pub(in crate::syntax::parser) fn written(&self, node: &Node<'_>) -> (&'s str, Span) {
        let span = self.span(node);
        (self.text(span), span)
    }

    fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// Reports text that means `replacement` and has to be written so.
    fn rewrite(&mut self, code: Code, span: Span, message: impl Into<String>, replacement: &str) {
        let fix = Fix::always(format!("write `{}`", replacement.trim()), span, replacement);
        self.report(Diagnostic::new(code, span, message).fix(fix));
    }

    /// Reports that `words` are missing before `span`.
    fn missing_before(&mut self, code: Code, span: Span, message: impl Into<String>, words: &str) {
        let fix = Fix::always(format!("write `{words}`"), span.before(), format!("{words} "));
        self.report(Diagnostic::new(code, span, message).fix(fix));
    }

    /// Drops a setting's word, reports an `=` or `:` after it, and gives the rest.
    fn stray_assign<'i>(&mut self, mut nodes: Nodes<'i>) -> Nodes<'i> {
        let mut word = None;
        if let Some(next) = nodes.peek().filter(|next| is_keyword_of_setting(next.as_rule())) {
            word = Some(self.span(&next));
            nodes.next();
        }
        if let Some(next) = nodes.peek().filter(|next| next.as_rule() == Rule::stray_assign) {
            nodes.next();
            let (text, span) = self.written(&next);
            let gap = Span { start: word.map_or(span.start, |word| word.end), ..span };
            let fix = Fix::always("remove it", gap, "");
            self.report(Diagnostic::new(code::STRAY_ASSIGN, span, format!("a setting has no `{text}`")).fix(fix));
        }
        nodes
    }
}

/// White space as the grammar has it.
const fn is_blank(found: char) -> bool {
    matches!(found, ' ' | '\t'..='\r')
}

const fn is_keyword_of_setting(rule: Rule) -> bool {
    matches!(
        rule,
        Rule::kw_nodes
            | Rule::kw_timezone
            | Rule::kw_evaluate
            | Rule::kw_cooldown
            | Rule::kw_step
            | Rule::kw_budget
            | Rule::kw_instances
            | Rule::kw_spot
            | Rule::kw_max_price
            | Rule::kw_zones
            | Rule::kw_within
            | Rule::kw_protect
            | Rule::kw_series
            | Rule::kw_load
            | Rule::kw_join
            | Rule::kw_unready
    )
}
