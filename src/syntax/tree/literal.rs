//! Literals: the spelling, and the value without any rounding.

use std::borrow::Cow;

use crate::source::Span;

/// An exact decimal: `mantissa / 10^scale`, without trailing zeros after the point.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Decimal {
    /// The digits.
    pub mantissa: u64,
    /// How many of them stand after the point.
    pub scale: u8,
}

impl Decimal {
    /// A whole number.
    #[must_use]
    pub const fn whole(value: u64) -> Self {
        Self { mantissa: value, scale: 0 }
    }

    /// The whole number that it is, if it is one.
    #[must_use]
    pub const fn as_whole(self) -> Option<u64> {
        if self.scale == 0 { Some(self.mantissa) } else { None }
    }
}

/// A number with its unit, as written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Literal<'s> {
    /// The spelling: `1h30m`, `1_000`, `$0.60/h`.
    pub text: &'s str,
    /// The value's digits and how many of them stand after the point: a [`Decimal`], without its padding.
    mantissa: u64,
    scale: u8,
    /// What the value counts.
    pub kind: LiteralKind,
}

impl<'s> Literal<'s> {
    /// A literal that is written as `text`.
    #[must_use]
    pub const fn new(text: &'s str, value: Decimal, kind: LiteralKind) -> Self {
        Self { text, mantissa: value.mantissa, scale: value.scale, kind }
    }

    /// The value in the unit that `kind` tells.
    #[must_use]
    pub const fn value(&self) -> Decimal {
        Decimal { mantissa: self.mantissa, scale: self.scale }
    }
}

/// What a literal's value counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LiteralKind {
    /// A plain number: `3`, `0.5`, `1_000`.
    Number,
    /// Percent: 70 for `70%`.
    Percent,
    /// Milliseconds: 5 400 000 for `1h30m`.
    Duration,
    /// Bytes: 536 870 912 for `512MiB`.
    Bytes,
    /// Per second: 1000 for `1000/s`.
    Rate,
    /// Dollars per period: 0.6 per hour for `$0.60/h`.
    Money(Period),
}

/// The period of an amount of money.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Period {
    /// `/h`
    Hour,
    /// `/d`
    Day,
}

/// How a text was quoted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Quote {
    /// `"…"`, with escapes.
    Double,
    /// Backticks, no escapes, may span lines.
    Raw,
}

/// A string literal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Text<'s> {
    /// What stands between the quotes, escapes and all.
    pub raw: &'s str,
    /// How it was quoted.
    pub quote: Quote,
    /// With its quotes.
    pub span: Span,
}

impl<'s> Text<'s> {
    /// The text that it means.
    #[must_use]
    pub fn value(&self) -> Cow<'s, str> {
        if self.quote == Quote::Raw || !self.raw.contains('\\') {
            return Cow::Borrowed(self.raw);
        }
        let mut value = String::with_capacity(self.raw.len());
        let mut rest = self.raw.chars();
        while let Some(next) = rest.next() {
            value.push(if next == '\\' { unescape(rest.next()) } else { next });
        }
        Cow::Owned(value)
    }

    /// The span, inside the quotes, of the bytes `start..end` of [`value`](Self::value): where an error in a query
    /// is to be shown.
    #[must_use]
    pub fn span_within(&self, start: usize, end: usize) -> Span {
        let first = self.span.start.saturating_add(1);
        let last = self.span.end.saturating_sub(1).max(first);
        let at = |offset: usize| {
            let written = if self.quote == Quote::Raw { offset } else { written_offset(self.raw, offset) };
            first.saturating_add(u32::try_from(written).unwrap_or(u32::MAX)).min(last)
        };
        Span::new(self.span.file, at(start), at(end.max(start)))
    }
}

/// The character that `\` and `escape` stand for; unknown ones were reported and mean themselves.
fn unescape(escape: Option<char>) -> char {
    match escape {
        Some('n') => '\n',
        Some('t') => '\t',
        Some(other) => other,
        None => '\\',
    }
}

/// Where the byte `offset` of the value stands in what was written.
fn written_offset(raw: &str, offset: usize) -> usize {
    let mut value = 0;
    let mut written = 0;
    let mut rest = raw.chars();
    while value < offset {
        let Some(next) = rest.next() else { break };
        written += next.len_utf8();
        let meant = if next == '\\' {
            let escape = rest.next();
            written += escape.map_or(0, char::len_utf8);
            unescape(escape)
        } else {
            next
        };
        value += meant.len_utf8();
    }
    written
}

#[cfg(test)]
mod tests {
    use super::{Quote, Text};
    use crate::source::{FileId, Span};

    fn text(raw: &str, quote: Quote) -> Text<'_> {
        let end = u32::try_from(raw.len()).unwrap() + 12;
        Text { raw, quote, span: Span::new(FileId(0), 10, end) }
    }

    #[test]
    fn escapes_are_read_in_quotes_only() {
        assert_eq!(text(r#"a\"b\\n\n\t"#, Quote::Double).value(), "a\"b\\n\n\t");
        assert_eq!(text(r"a\n", Quote::Raw).value(), r"a\n");
    }

    #[test]
    fn places_in_the_value_are_found_in_the_source() {
        let quoted = text(r#"up{a=\"é\"} +"#, Quote::Double);
        let value = quoted.value();
        let plus = value.find('+').unwrap();
        let span = quoted.span_within(plus, plus + 1);
        assert_eq!(span.start as usize, 11 + quoted.raw.find('+').unwrap());
        assert_eq!(span.len(), 1);
        assert_eq!(quoted.span_within(900, 901).end, quoted.span.end - 1);
        assert_eq!(text("up +", Quote::Raw).span_within(3, 4), Span::new(FileId(0), 14, 15));
    }
}
