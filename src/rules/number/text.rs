use std::fmt;
use std::str::FromStr;

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{FromPrimitive, Signed, Zero};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::rules::number::{Form, Fraction, Number};

/// A text that is no finite decimal number.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no decimal number")]
pub struct NotANumber(pub String);

/// The longest decimal that is read: sources answer with at most some twenty digits, and more would only cost time.
const LONGEST: usize = 400;

impl FromStr for Number {
    type Err = NotANumber;

    /// Reads `12`, `-0.5`, `1e-7`, and the `numerator/denominator` that [`Display`](fmt::Display) writes.
    fn from_str(text: &str) -> Result<Self, NotANumber> {
        read(text).ok_or_else(|| NotANumber(text.chars().take(40).collect()))
    }
}

fn read(text: &str) -> Option<Number> {
    if text.len() > LONGEST {
        return None;
    }
    if let Some((numerator, denominator)) = text.split_once('/') {
        let (numerator, denominator): (BigInt, BigInt) = (numerator.parse().ok()?, denominator.parse().ok()?);
        return (!denominator.is_zero()).then(|| Number::from_big(BigRational::new(numerator, denominator)));
    }
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
        None => (text, 0),
    };
    let (sign, digits) = match mantissa.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, mantissa.strip_prefix('+').unwrap_or(mantissa)),
    };
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let joined = format!("{whole}{part}");
    if joined.is_empty() || !joined.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let scale = i32::try_from(part.len()).ok()?.checked_sub(exponent)?;
    let power = scale.unsigned_abs();
    if power > 400 {
        return None;
    }
    if let (Ok(mantissa), Some(ten)) = (joined.parse::<i128>(), 10_i128.checked_pow(power)) {
        if scale >= 0 {
            return Some(Number::small(sign * mantissa, ten));
        }
        if let Some(numerator) = mantissa.checked_mul(ten) {
            return Some(Number::small(sign * numerator, 1));
        }
    }
    let (mantissa, ten) = (joined.parse::<BigInt>().ok()? * sign, BigInt::from_u8(10)?.pow(power));
    Some(Number::from_big(if scale >= 0 { BigRational::new(mantissa, ten) } else { BigRational::from_integer(mantissa * ten) }))
}

impl Number {
    /// The numerator over the smallest power of ten, and that power, of a short decimal in the small form.
    fn short_decimal(&self) -> Option<(i128, u32)> {
        let Form::Small(Fraction { numerator, denominator }) = self.0 else { return None };
        let mut scaled = numerator;
        for digits in 0..=12 {
            if scaled.checked_rem(denominator)? == 0 {
                return Some((scaled.checked_div(denominator)?, digits));
            }
            scaled = scaled.checked_mul(10)?;
        }
        None
    }
}

impl fmt::Display for Number {
    /// A plain decimal where it ends, else `numerator/denominator`; reads back as the same number.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some((numerator, digits)) = self.short_decimal() {
            let sign = if numerator < 0 { "-" } else { "" };
            let (size, scale) = (numerator.unsigned_abs(), 10_u128.pow(digits));
            return match digits {
                0 => write!(formatter, "{sign}{size}"),
                _ => write!(formatter, "{sign}{}.{:0>width$}", size / scale, size % scale, width = digits as usize),
            };
        }
        let big = self.to_big();
        let mut scaled = big.clone();
        for digits in 0..=20_usize {
            if scaled.is_integer() {
                let sign = if big.is_negative() { "-" } else { "" };
                let text = format!("{:0>width$}", scaled.to_integer().magnitude().to_string(), width = digits + 1);
                let (whole, part) = text.split_at(text.len() - digits);
                return if digits == 0 { write!(formatter, "{sign}{whole}") } else { write!(formatter, "{sign}{whole}.{part}") };
            }
            scaled *= BigInt::from(10);
        }
        write!(formatter, "{}/{}", big.numer(), big.denom())
    }
}

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}
