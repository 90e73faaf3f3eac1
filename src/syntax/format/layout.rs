//! Lines in the making: cells, indentation, comments, blank lines.

use super::align::{self, Group};
use crate::source::Span;
use crate::syntax::tree::Comment;

/// One line of the output.
#[derive(Clone, Debug)]
pub(super) struct Line {
    /// How many levels it is indented.
    pub indent: usize,
    /// What is aligned with the same of its neighbours.
    pub cells: Vec<String>,
    /// With which neighbours.
    pub group: Group,
    /// Whether an empty line stands before it.
    pub blank: bool,
    /// The comment at its end.
    pub trailing: String,
}

/// Lays out one file.
pub(super) struct Layout<'a> {
    text: &'a str,
    comments: &'a [Comment<'a>],
    lines: Vec<Line>,
    indent: usize,
    /// Whether the next line is the first of its block.
    first: bool,
    /// Whether a block of several lines has just ended.
    after_block: bool,
}

impl<'a> Layout<'a> {
    pub fn new(text: &'a str, comments: &'a [Comment<'a>]) -> Self {
        Self { text, comments, lines: Vec::new(), indent: 0, first: true, after_block: false }
    }

    /// Whether the source of `span` stands on one line.
    pub fn on_one_line(&self, span: Span) -> bool {
        !self.text.get(span.start as usize..span.end as usize).unwrap_or("").contains('\n')
    }

    /// Whether `width` columns fit on a line of the current block.
    pub fn fits(&self, width: usize) -> bool {
        self.indent * 2 + width <= super::WIDTH
    }

    /// A line break and what a continued line of the current block is indented by.
    pub fn continuation(&self) -> String {
        format!("\n{}", "  ".repeat(self.indent + 1))
    }

    /// A line for the source of `span`.
    pub fn line(&mut self, span: Span, group: Group, cells: Vec<String>) {
        self.push(span, group, cells, false);
    }

    /// The first line of a block: `head` and its brace. `span` is that of the whole block.
    pub fn open(&mut self, span: Span, head: String) {
        let end = self.brace(span);
        self.push(Span { end, ..span }, Group::None, vec![head + " {"], true);
        self.indent += 1;
        self.first = true;
    }

    /// The last line of the block `span`.
    pub fn close(&mut self, span: Span) {
        let start = span.end.saturating_sub(1);
        self.comments_before(start, start);
        self.indent = self.indent.saturating_sub(1);
        self.after_block = false;
        self.add(false, Group::None, vec!["}".to_owned()]);
        self.trailing(span.end);
        self.first = false;
        self.after_block = true;
    }

    fn push(&mut self, span: Span, group: Group, cells: Vec<String>, block: bool) {
        let moved = self.comments_before(span.start, span.end);
        let blank = !moved && self.blank_before(span.start, block);
        self.add(blank, group, cells);
        self.trailing(span.end);
        self.after_block = false;
    }

    fn add(&mut self, blank: bool, group: Group, cells: Vec<String>) {
        self.lines.push(Line { indent: self.indent, cells, group, blank, trailing: String::new() });
        self.first = false;
    }

    /// Comments up to `start`, and those inside `start..end`, each on a line of its own. Tells whether there were any
    /// of the second kind: these take the place of the line before which they now stand.
    fn comments_before(&mut self, start: u32, end: u32) -> bool {
        let mut moved = false;
        while let Some((comment, rest)) = self.comments.split_first() {
            if comment.span.start >= end.max(start + u32::from(start == end)) {
                return moved;
            }
            self.comments = rest;
            let inside = comment.span.start >= start;
            let blank = !moved && self.blank_before(if inside { start } else { comment.span.start }, false);
            moved |= inside && start < end;
            // The comment now stands between a block and what follows it.
            self.after_block = false;
            self.add(blank, Group::Comment, vec![written(comment)]);
        }
        moved
    }

    /// The comment that ends the line of `end`.
    fn trailing(&mut self, end: u32) {
        let Some((comment, rest)) = self.comments.split_first() else { return };
        let between = self.text.get(end as usize..comment.span.start as usize);
        if comment.own_line || between.is_none_or(|between| between.contains('\n')) {
            return;
        }
        self.comments = rest;
        if let Some(line) = self.lines.last_mut() {
            line.trailing = written(comment);
        }
    }

    /// Whether an empty line belongs before what starts at `start`.
    fn blank_before(&self, start: u32, block: bool) -> bool {
        if self.first {
            return false;
        }
        let before = self.text.get(..start as usize).unwrap_or("");
        let space = before.get(before.trim_end().len()..).unwrap_or("");
        let after_comment = self.lines.last().is_some_and(|line| line.group == Group::Comment);
        self.after_block || (block && !after_comment) || space.bytes().filter(|byte| *byte == b'\n').count() > 1
    }

    /// One past the first `{` of the span that stands in no comment and no text.
    fn brace(&self, span: Span) -> u32 {
        let source = self.text.get(span.start as usize..span.end as usize).unwrap_or("");
        let mut quote = None;
        for (offset, found) in source.char_indices() {
            let at = span.start.saturating_add(u32::try_from(offset).unwrap_or(u32::MAX));
            match quote {
                Some(open) if found == open => quote = None,
                Some(_) => {}
                None if self.comments.iter().take_while(|comment| comment.span.start <= at).any(|comment| at < comment.span.end) => {}
                None if matches!(found, '"' | '`') => quote = Some(found),
                None if found == '{' => return at + 1,
                None => {}
            }
        }
        span.end
    }

    /// The whole text.
    pub fn finish(mut self) -> String {
        let end = u32::try_from(self.text.len()).unwrap_or(u32::MAX);
        self.comments_before(end, end.saturating_add(1));
        align::align(&mut self.lines);
        let mut text = String::with_capacity(self.text.len());
        for line in &self.lines {
            if line.blank {
                text.push('\n');
            }
            let content = line.cells.concat();
            text.extend(std::iter::repeat_n("  ", line.indent));
            text.push_str(content.trim_end());
            if !line.trailing.is_empty() {
                text.push_str("  ");
                text.push_str(&line.trailing);
            }
            text.push('\n');
        }
        text
    }
}

fn written(comment: &Comment<'_>) -> String {
    format!("#{}", comment.text)
}
