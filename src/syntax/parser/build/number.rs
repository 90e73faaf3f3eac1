//! The spelling of numbers, read exactly.

use crate::syntax::tree::{Decimal, LiteralKind, Period};

/// Digits that are kept exactly.
const MAX_DIGITS: usize = 18;

/// Why a spelling is no literal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::syntax::parser) enum Wrong {
    /// Likely this was meant.
    Meant(String),
    /// `$0.60` without a period.
    NoPeriod,
    /// More digits than are kept.
    TooLong,
    /// This unit does not exist.
    Unit(String),
    /// Nothing that could be guessed.
    Shape,
}

/// Reads a literal that is written as the language has it.
pub(in crate::syntax::parser) fn read(text: &str) -> Result<(Decimal, LiteralKind), Wrong> {
    if let Some(amount) = text.strip_prefix('$') {
        return money(amount);
    }
    let (number, unit) = split(text);
    let value = |scale: u64| decimal(number, scale);
    match unit {
        "" => Ok((value(1)?, LiteralKind::Number)),
        "%" => Ok((value(1)?, LiteralKind::Percent)),
        "/s" => Ok((value(1)?, LiteralKind::Rate)),
        "m" => Ok((value(60_000)?, LiteralKind::Duration)),
        "s" => Ok((value(1000)?, LiteralKind::Duration)),
        _ => {
            if let Some(scale) = duration_unit(unit) {
                Ok((value(scale)?, LiteralKind::Duration))
            } else if let Some(scale) = bytes_unit(unit) {
                Ok((value(scale)?, LiteralKind::Bytes))
            } else if unit.bytes().any(|byte| byte.is_ascii_digit()) {
                compound(text)
            } else {
                Err(respelt(number, unit))
            }
        }
    }
}

fn money(amount: &str) -> Result<(Decimal, LiteralKind), Wrong> {
    let (number, period) = split(amount);
    let value = decimal(number, 1)?;
    match period {
        "/h" => Ok((value, LiteralKind::Money(Period::Hour))),
        "/d" => Ok((value, LiteralKind::Money(Period::Day))),
        "" => Err(Wrong::NoPeriod),
        "/hour" | "/hours" | "/hr" => Err(Wrong::Meant(format!("${number}/h"))),
        "/day" | "/days" => Err(Wrong::Meant(format!("${number}/d"))),
        other => Err(Wrong::Unit(other.to_owned())),
    }
}

/// The digits, and what is glued to them.
fn split(text: &str) -> (&str, &str) {
    let end = text.find(|found: char| !(found.is_ascii_digit() || matches!(found, '_' | '.'))).unwrap_or(text.len());
    text.split_at(end)
}

/// `1h30m`: whole parts, each unit smaller than the one before.
fn compound(text: &str) -> Result<(Decimal, LiteralKind), Wrong> {
    let mut rest = text;
    let mut total = 0u64;
    let mut before = u64::MAX;
    while !rest.is_empty() {
        let (number, tail) = split(rest);
        let end = tail.find(|found: char| found.is_ascii_digit()).unwrap_or(tail.len());
        let (unit, next) = tail.split_at(end);
        let scale = duration_unit(unit).filter(|scale| *scale < before).ok_or(Wrong::Shape)?;
        let part = decimal(number, scale)?.as_whole().ok_or(Wrong::Shape)?;
        total = total.checked_add(part).ok_or(Wrong::TooLong)?;
        (before, rest) = (scale, next);
    }
    Ok((Decimal::whole(total), LiteralKind::Duration))
}

/// `number × scale`, exactly.
fn decimal(number: &str, scale: u64) -> Result<Decimal, Wrong> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let underscores = |part: &str| part.starts_with('_') || part.ends_with('_') || part.contains("__");
    if fraction.contains(['.', '_']) || underscores(whole) || (fraction.is_empty() && number.contains('.')) {
        return Err(Wrong::Shape);
    }
    if whole.is_empty() {
        return Err(Wrong::Meant(format!("0.{fraction}")));
    }
    let fraction = fraction.trim_end_matches('0');
    let mut mantissa = 0u64;
    let mut digits = 0;
    for digit in whole.bytes().chain(fraction.bytes()).filter(u8::is_ascii_digit) {
        mantissa = mantissa.checked_mul(10).and_then(|value| value.checked_add(u64::from(digit - b'0'))).ok_or(Wrong::TooLong)?;
        digits += usize::from(mantissa > 0);
    }
    if digits > MAX_DIGITS || fraction.len() > MAX_DIGITS {
        return Err(Wrong::TooLong);
    }
    let mut mantissa = mantissa.checked_mul(scale).ok_or(Wrong::TooLong)?;
    let mut places = u8::try_from(fraction.len()).map_err(|_| Wrong::TooLong)?;
    while places > 0 && mantissa.is_multiple_of(10) {
        mantissa /= 10;
        places -= 1;
    }
    Ok(Decimal { mantissa, scale: places })
}

/// Milliseconds in a unit of time.
fn duration_unit(unit: &str) -> Option<u64> {
    Some(match unit {
        "ms" => 1,
        "s" => 1000,
        "m" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        "w" => 604_800_000,
        _ => return None,
    })
}

/// Bytes in a unit of size.
fn bytes_unit(unit: &str) -> Option<u64> {
    Some(match unit {
        "B" => 1,
        "kB" | "KB" => 1000,
        "MB" => 1_000_000,
        "GB" => 1_000_000_000,
        "TB" => 1_000_000_000_000,
        "PB" => 1_000_000_000_000_000,
        "KiB" => 1 << 10,
        "MiB" => 1 << 20,
        "GiB" => 1 << 30,
        "TiB" => 1 << 40,
        "PiB" => 1 << 50,
        _ => return None,
    })
}

/// What a unit of another spelling means.
fn respelt(number: &str, unit: &str) -> Wrong {
    meant_unit(unit).map_or_else(|| Wrong::Unit(unit.to_owned()), |meant| Wrong::Meant(format!("{number}{meant}")))
}

/// The language's unit for one of another spelling.
pub(super) fn meant_unit(unit: &str) -> Option<&'static str> {
    Some(match unit.to_ascii_lowercase().as_str() {
        "%" | "percent" | "pct" => "%",
        "ms" | "millis" | "millisecond" | "milliseconds" | "msec" => "ms",
        "s" | "sec" | "secs" | "second" | "seconds" => "s",
        "min" | "mins" | "minute" | "minutes" => "m",
        "m" if unit == "m" => "m",
        "h" | "hr" | "hrs" | "hour" | "hours" => "h",
        "d" | "day" | "days" => "d",
        "w" | "wk" | "week" | "weeks" => "w",
        "b" | "byte" | "bytes" => "B",
        "k" | "kb" => "kB",
        "mb" => "MB",
        "m" => "MB",
        "g" | "gb" => "GB",
        "t" | "tb" => "TB",
        "pb" => "PB",
        "ki" | "kib" => "KiB",
        "mi" | "mib" => "MiB",
        "gi" | "gib" => "GiB",
        "ti" | "tib" => "TiB",
        "pi" | "pib" => "PiB",
        "/s" | "/sec" | "/secs" | "/second" | "/seconds" => "/s",
        "/h" => "/h",
        "/d" => "/d",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::{Wrong, read};
    use crate::syntax::tree::{Decimal, LiteralKind, Period};

    fn value(text: &str) -> (u64, u8, LiteralKind) {
        let (Decimal { mantissa, scale }, kind) = read(text).unwrap();
        (mantissa, scale, kind)
    }

    #[test]
    fn spellings_of_the_reference_are_exact() {
        assert_eq!(value("3"), (3, 0, LiteralKind::Number));
        assert_eq!(value("0.5"), (5, 1, LiteralKind::Number));
        assert_eq!(value("1_000"), (1000, 0, LiteralKind::Number));
        assert_eq!(value("70%"), (70, 0, LiteralKind::Percent));
        assert_eq!(value("250ms"), (250, 0, LiteralKind::Duration));
        assert_eq!(value("1h30m"), (5_400_000, 0, LiteralKind::Duration));
        assert_eq!(value("2w"), (1_209_600_000, 0, LiteralKind::Duration));
        assert_eq!(value("0.5s"), (500, 0, LiteralKind::Duration));
        assert_eq!(value("0.25ms"), (25, 2, LiteralKind::Duration));
        assert_eq!(value("512MiB"), (536_870_912, 0, LiteralKind::Bytes));
        assert_eq!(value("20GB"), (20_000_000_000, 0, LiteralKind::Bytes));
        assert_eq!(value("1000/s"), (1000, 0, LiteralKind::Rate));
        assert_eq!(value("$0.0209/h"), (209, 4, LiteralKind::Money(Period::Hour)));
        assert_eq!(value("$40/d"), (40, 0, LiteralKind::Money(Period::Day)));
        assert_eq!(value("0.1000000000000000"), (1, 1, LiteralKind::Number));
    }

    #[test]
    fn other_spellings_say_what_was_meant() {
        let meant = |text: &str| Err(Wrong::Meant(text.to_owned()));
        assert_eq!(read("5minutes"), meant("5m"));
        assert_eq!(read("5min"), meant("5m"));
        assert_eq!(read("512Mi"), meant("512MiB"));
        assert_eq!(read("20G"), meant("20GB"));
        assert_eq!(read(".5"), meant("0.5"));
        assert_eq!(read("1000/sec"), meant("1000/s"));
        assert_eq!(read("$1/hour"), meant("$1/h"));
        assert_eq!(read("$0.60"), Err(Wrong::NoPeriod));
        assert_eq!(read("5parsecs"), Err(Wrong::Unit("parsecs".into())));
        assert_eq!(read("30m1h"), Err(Wrong::Shape));
        assert_eq!(read("1h1h"), Err(Wrong::Shape));
        assert_eq!(read("1.2.3"), Err(Wrong::Shape));
        assert_eq!(read("1__0"), Err(Wrong::Shape));
    }

    #[test]
    fn no_digit_is_ever_lost() {
        assert_eq!(read("99999999999999999999"), Err(Wrong::TooLong));
        assert_eq!(read("999999999999PiB"), Err(Wrong::TooLong));
        assert_eq!(read("0.1234567890123456789"), Err(Wrong::TooLong));
        assert_eq!(value("999999999999999999"), (999_999_999_999_999_999, 0, LiteralKind::Number));
    }
}
