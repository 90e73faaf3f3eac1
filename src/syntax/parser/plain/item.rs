//! Metrics and constants.

use super::Reader;
use crate::source::Spanned;
use crate::syntax::tree::{Expr, Let, Metric, Source, Unit, UnitMark, Word as _};

impl<'s> Reader<'s> {
    /// `metric NAME : UNIT [of capacity] = SOURCE [empty is VALUE] [missing after D]`
    pub(super) fn metric(&mut self) -> Option<Metric<'s>> {
        let first = self.cursor.keyword("metric")?;
        let name = self.name()?;
        self.cursor.mark(b':')?;
        let word = self.cursor.word()?;
        let unit = Spanned::new(Unit::parse(word.node)?, word.span);
        let of_capacity = self.after("of", |reader| reader.cursor.keyword("capacity"))?.map(|words| words.span);
        self.cursor.mark(b'=')?;
        let source = self.source()?;
        let mut metric = Metric {
            name,
            unit: Some(UnitMark { unit, of_capacity }),
            source: Some(source),
            empty_is: None,
            missing_after: None,
            span: first,
            broken: false,
        };
        while !self.cursor.is_at_end() {
            let (slot, value) = if let Some(value) = self.option("empty", "is")? {
                (&mut metric.empty_is, value)
            } else {
                (&mut metric.missing_after, self.option("missing", "after")??)
            };
            if slot.replace(Box::new(value)).is_some() {
                return None;
            }
        }
        metric.span = self.cursor.since(first);
        Some(metric)
    }

    fn source(&mut self) -> Option<Source<'s>> {
        let word = self.cursor.word()?;
        match word.node {
            "prometheus" => {
                let query = self.cursor.text()?;
                Some(Source::Prometheus { query, span: self.cursor.since(word.span) })
            }
            "kubernetes" => {
                self.cursor.mark(b'.')?;
                let name = self.name()?;
                Some(Source::Kubernetes { name, span: self.cursor.since(word.span) })
            }
            _ => None,
        }
    }

    /// A value after two words.
    fn option(&mut self, first: &str, second: &str) -> Option<Option<Spanned<Expr<'s>>>> {
        self.after(first, |reader| {
            reader.cursor.keyword(second)?;
            reader.value()
        })
    }

    /// `let NAME = EXPR`
    pub(super) fn constant(&mut self) -> Option<Let<'s>> {
        let first = self.cursor.keyword("let")?;
        let name = self.name()?;
        self.cursor.mark(b'=')?;
        self.operators = 0;
        let value = self.expr()?;
        Some(Let { name, value: Some(value), span: self.cursor.since(first) })
    }
}
