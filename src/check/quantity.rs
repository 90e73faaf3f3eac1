//! What literals mean in base units, and how units are spoken of.

use crate::rules::{Number, Unit};
use crate::syntax::tree::{self, Decimal, Literal, LiteralKind, Period};

/// The exact value of a decimal.
pub(super) fn number(decimal: Decimal) -> Number {
    let ten = 10_i128.checked_pow(u32::from(decimal.scale)).unwrap_or(i128::MAX);
    Number::fraction(i128::from(decimal.mantissa), ten).unwrap_or(Number::ZERO)
}

/// A literal's unit, and its value in that unit's base.
pub(super) fn literal(literal: &Literal<'_>) -> (Unit, Number) {
    let value = number(literal.value());
    match literal.kind {
        LiteralKind::Number => (Unit::Number, value),
        LiteralKind::Percent => (Unit::Percent, value),
        LiteralKind::Duration => (Unit::Duration, by(&value, 1000)),
        LiteralKind::Bytes => (Unit::Bytes, value),
        LiteralKind::Rate => (Unit::Rate, value),
        LiteralKind::Money(Period::Hour) => (Unit::Money, value),
        LiteralKind::Money(Period::Day) => (Unit::Money, by(&value, 24)),
    }
}

fn by(value: &Number, divisor: i64) -> Number {
    // Never zero, so there always is a quotient.
    value.divide(&Number::integer(divisor)).unwrap_or(Number::ZERO)
}

/// The unit that a word of the source names.
pub(super) const fn unit(word: tree::Unit) -> Unit {
    match word {
        tree::Unit::Percent => Unit::Percent,
        tree::Unit::Count => Unit::Count,
        tree::Unit::Duration => Unit::Duration,
        tree::Unit::Bytes => Unit::Bytes,
        tree::Unit::Rate => Unit::Rate,
        tree::Unit::Money => Unit::Money,
        tree::Unit::Number => Unit::Number,
    }
}

/// Whether quantities of the two units can be compared and added. A plain number counts things.
pub(super) fn agree(left: Unit, right: Unit) -> bool {
    left == right || (is_plain(left) && is_plain(right))
}

/// A unit whose values are written without one.
pub(super) const fn is_plain(unit: Unit) -> bool {
    matches!(unit, Unit::Count | Unit::Number)
}

/// The unit with its article, as a sentence needs it.
pub(super) const fn a(unit: Unit) -> &'static str {
    match unit {
        Unit::Percent => "a percentage",
        Unit::Count => "a count",
        Unit::Duration => "a duration",
        Unit::Bytes => "a number of bytes",
        Unit::Rate => "a rate",
        Unit::Money => "an amount of money",
        Unit::Number => "a plain number",
    }
}

/// How a value of the unit is written.
pub(super) const fn sample(unit: Unit) -> &'static str {
    match unit {
        Unit::Percent => "70%",
        Unit::Count => "20",
        Unit::Duration => "500ms",
        Unit::Bytes => "512MiB",
        Unit::Rate => "100/s",
        Unit::Money => "$0.60/h",
        Unit::Number => "1.5",
    }
}

/// A plain number as it would be written with a unit.
pub(super) fn with_unit(text: &str, unit: Unit) -> String {
    match unit {
        Unit::Percent => format!("{text}%"),
        Unit::Duration => format!("{text}s"),
        Unit::Bytes => format!("{text}B"),
        Unit::Rate => format!("{text}/s"),
        Unit::Money => format!("${text}/h"),
        Unit::Count | Unit::Number => text.to_owned(),
    }
}

/// A value in the words of the language: `70%`, `1h30m`, `$0.60/h`.
pub(super) fn show(value: &Number, unit: Unit) -> String {
    match unit {
        Unit::Duration => show_seconds(value),
        _ => with_unit(&value.to_string(), unit),
    }
}

/// A duration as it is written: `1h30m`.
pub(super) fn show_duration(duration: jiff::SignedDuration) -> String {
    let milliseconds = i128::from(duration.as_secs()) * 1000 + i128::from(duration.subsec_millis());
    Number::fraction(milliseconds, 1000).map_or_else(String::new, |seconds| show_seconds(&seconds))
}

/// Names in a sentence: `` `a`, `b` and `c` ``.
pub(super) fn list(names: &[String]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    match quoted.split_last() {
        None => String::new(),
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
    }
}

fn show_seconds(value: &Number) -> String {
    let milliseconds = value.multiply(&Number::integer(1000)).to_i64();
    let Some(mut rest) = milliseconds.filter(|ms| *ms >= 0) else {
        return format!("{value}s");
    };
    if rest == 0 {
        return "0s".to_owned();
    }
    let mut text = String::new();
    for (length, letters) in [(86_400_000, "d"), (3_600_000, "h"), (60_000, "m"), (1000, "s"), (1, "ms")] {
        if rest >= length {
            text.push_str(&format!("{}{letters}", rest / length));
            rest %= length;
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::show;
    use crate::rules::{Number, Unit};

    #[test]
    fn values_are_shown_as_they_are_written() {
        let show = |text: &str, unit| show(&text.parse::<Number>().unwrap(), unit);
        assert_eq!(show("70", Unit::Percent), "70%");
        assert_eq!(show("5400", Unit::Duration), "1h30m");
        assert_eq!(show("0.25", Unit::Duration), "250ms");
        assert_eq!(show("0", Unit::Duration), "0s");
        assert_eq!(show("0.6", Unit::Money), "$0.6/h");
    }
}
