//! Texts: quotes and escapes.

use super::{Builder, Node};
use crate::diagnostic::codes::syntax as code;
use crate::diagnostic::{Diagnostic, Fix};
use crate::source::Span;
use crate::syntax::tree::{Quote, Text};

impl<'s> Builder<'s> {
    /// A text; quotes of other languages are reported.
    pub(super) fn text_of(&mut self, node: &Node<'_>) -> Text<'s> {
        let (written, span) = self.written(node);
        let mut chars = written.chars();
        let (open, close) = (chars.next(), chars.next_back());
        let raw = chars.as_str();
        match open {
            Some('`') => Text { raw, quote: Quote::Raw, span },
            Some('"') if close == Some('"') => {
                self.escapes(raw, span);
                Text { raw, quote: Quote::Double, span }
            }
            _ => {
                let quoted = if raw.contains(['"', '\\']) { format!("`{raw}`") } else { format!("\"{raw}\"") };
                let kind = if open == Some('\'') { "single" } else { "typographic" };
                let fix = Fix::always(format!("write `{}`", quoted.replace('`', "'")), span, quoted);
                let found = Diagnostic::new(code::QUOTES, span, format!("a text stands in double quotes, not in {kind} ones"));
                self.report(found.fix(fix));
                Text { raw, quote: Quote::Raw, span }
            }
        }
    }

    fn escapes(&mut self, raw: &str, span: Span) {
        let mut rest = raw.char_indices();
        while let Some((offset, found)) = rest.next() {
            if found != '\\' {
                continue;
            }
            let Some((_, escape)) = rest.next() else { return };
            if matches!(escape, '"' | '\\' | 'n' | 't') {
                continue;
            }
            let start = span.start.saturating_add(1).saturating_add(u32::try_from(offset).unwrap_or(u32::MAX));
            let length = u32::try_from(1 + escape.len_utf8()).unwrap_or(u32::MAX);
            let place = Span { start, end: start.saturating_add(length), ..span };
            self.report(
                Diagnostic::new(code::ESCAPE, place, format!("`\\{escape}` is no escape"))
                    .note("the escapes are `\\\"`, `\\\\`, `\\n` and `\\t`")
                    .help("write the text in backticks, where nothing is escaped, or the backslash twice")
                    .fix(Fix::maybe("write the backslash twice", place.before(), "\\")),
            );
        }
    }

    /// A query in double quotes that its own quotes tear apart.
    pub(super) fn torn_text(&mut self, node: &Node<'_>) -> Text<'s> {
        let (written, span) = self.written(node);
        let raw = written.get(1..written.len().saturating_sub(1)).unwrap_or("");
        let inner = raw.find('"').map_or(span.start, |offset| span.start.saturating_add(u32::try_from(offset + 1).unwrap_or(u32::MAX)));
        let mut found = Diagnostic::new(code::TORN_QUERY, span, "the query's own quotes end the text")
            .also(Span { start: inner, end: inner.saturating_add(1), ..span }, "the text ends here");
        found = if raw.contains('`') {
            found.help("write each `\"` inside as `\\\"`")
        } else {
            found.fix(Fix::always("write the query in backticks", span, format!("`{raw}`")))
        };
        self.report(found);
        Text { raw, quote: Quote::Raw, span }
    }

    /// A name from outside that lacks its quotes.
    pub(super) fn unquoted(&mut self, node: &Node<'_>) -> Text<'s> {
        let (raw, span) = self.written(node);
        self.rewrite(code::TEXT_OR_NAME, span, "this name stands in quotes", &format!("\"{raw}\""));
        // Without quotes around it: the span of the value is taken to start one byte before the text.
        Text { raw, quote: Quote::Raw, span }
    }
}
