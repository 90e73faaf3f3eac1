use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{FromPrimitive, Signed, ToPrimitive, Zero};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// An exact rational number. Decisions are counts of nodes: 10% of 100 nodes is 10, never 11, and no rounding on the way
/// may say otherwise (language.md, "Counts are exact integers").
///
/// Nearly all values fit the small form, a fraction of two `i128` that is not kept reduced, so that decimals of one
/// scale add and compare without a division; the rest overflows into the big form and stays exact.
#[derive(Clone, Debug)]
pub struct Number(Form);

#[derive(Clone, Debug)]
enum Form {
    /// `denominator` is positive.
    Small {
        numerator: i128,
        denominator: i128,
    },
    Big(Box<BigRational>),
}

impl Number {
    pub const ZERO: Self = Self::integer(0);

    #[must_use]
    pub const fn integer(value: i64) -> Self {
        Self(Form::Small { numerator: value as i128, denominator: 1 })
    }

    /// `numerator / denominator`; `None` for a denominator of zero.
    #[must_use]
    pub fn fraction(numerator: i128, denominator: i128) -> Option<Self> {
        match denominator {
            0 => None,
            1.. => Some(Self(Form::Small { numerator, denominator })),
            _ => match (numerator.checked_neg(), denominator.checked_neg()) {
                (Some(numerator), Some(denominator)) => Some(Self(Form::Small { numerator, denominator })),
                _ => Some(Self::from_big(BigRational::new(numerator.into(), denominator.into()))),
            },
        }
    }

    /// The exact value of a float; `None` for NaN and the infinities.
    #[must_use]
    pub fn from_f64(value: f64) -> Option<Self> {
        // The shortest decimal that reads back as this float is what its writer meant: 0.1 is a tenth.
        if value.is_finite() { format!("{value:e}").parse().ok() } else { None }
    }

    /// The nearest float, for display and for statistics that need no exactness.
    #[must_use]
    pub fn to_f64(&self) -> f64 {
        match &self.0 {
            Form::Small { numerator, denominator } => *numerator as f64 / *denominator as f64,
            Form::Big(big) => big.to_f64().unwrap_or(f64::NAN),
        }
    }

    #[must_use]
    pub fn add(&self, other: &Self) -> Self {
        self.combine(
            other,
            |a, b, c, d| {
                if b == d {
                    Some((a.checked_add(c)?, b))
                } else if let Some(times) = times(b, d) {
                    // Decimals of different scales: the finer scale is enough.
                    Some((a.checked_add(c.checked_mul(times)?)?, b))
                } else if let Some(times) = times(d, b) {
                    Some((a.checked_mul(times)?.checked_add(c)?, d))
                } else {
                    Some((a.checked_mul(d)?.checked_add(c.checked_mul(b)?)?, b.checked_mul(d)?))
                }
            },
            |x, y| x + y,
        )
    }

    #[must_use]
    pub fn subtract(&self, other: &Self) -> Self {
        self.add(&other.negate())
    }

    #[must_use]
    pub fn multiply(&self, other: &Self) -> Self {
        self.combine(other, |a, b, c, d| Some((a.checked_mul(c)?, b.checked_mul(d)?)), |x, y| x * y)
    }

    /// `None` where `other` is zero.
    #[must_use]
    pub fn divide(&self, other: &Self) -> Option<Self> {
        let inverse = match &other.0 {
            Form::Small { numerator, denominator } => Self::fraction(*denominator, *numerator)?,
            Form::Big(big) if big.is_zero() => return None,
            Form::Big(big) => Self::from_big(big.recip()),
        };
        Some(self.multiply(&inverse))
    }

    #[must_use]
    pub fn negate(&self) -> Self {
        match &self.0 {
            Form::Small { numerator, denominator } => match numerator.checked_neg() {
                Some(numerator) => Self(Form::Small { numerator, denominator: *denominator }),
                None => Self::from_big(-self.to_big()),
            },
            Form::Big(big) => Self::from_big(-big.as_ref().clone()),
        }
    }

    #[must_use]
    pub fn absolute(&self) -> Self {
        if self.is_negative() { self.negate() } else { self.clone() }
    }

    #[must_use]
    pub fn is_negative(&self) -> bool {
        match &self.0 {
            Form::Small { numerator, .. } => *numerator < 0,
            Form::Big(big) => big.is_negative(),
        }
    }

    #[must_use]
    pub fn is_zero(&self) -> bool {
        match &self.0 {
            Form::Small { numerator, .. } => *numerator == 0,
            Form::Big(big) => big.is_zero(),
        }
    }

    /// The greatest whole number that is not above.
    #[must_use]
    pub fn floor(&self) -> Self {
        match &self.0 {
            Form::Small { numerator, denominator } => Self(Form::Small { numerator: numerator.div_euclid(*denominator), denominator: 1 }),
            Form::Big(big) => Self::from_big(big.floor()),
        }
    }

    /// The least whole number that is not below.
    #[must_use]
    pub fn ceil(&self) -> Self {
        self.negate().floor().negate()
    }

    /// The nearest whole number, halves away from zero.
    #[must_use]
    pub fn round(&self) -> Self {
        let half = Self(Form::Small { numerator: 1, denominator: 2 });
        if self.is_negative() { self.subtract(&half).ceil() } else { self.add(&half).floor() }
    }

    /// This number as a count, where it is whole and fits.
    #[must_use]
    pub fn to_i64(&self) -> Option<i64> {
        match &self.0 {
            Form::Small { numerator, denominator } if numerator % denominator == 0 => i64::try_from(numerator / denominator).ok(),
            Form::Small { .. } => None,
            Form::Big(big) if big.is_integer() => big.to_integer().to_i64(),
            Form::Big(_) => None,
        }
    }

    /// Whether it needs no more digits than decimals of daily life: a fraction of two `i128`.
    #[must_use]
    pub const fn is_compact(&self) -> bool {
        matches!(self.0, Form::Small { .. })
    }

    fn combine(
        &self,
        other: &Self,
        small: impl Fn(i128, i128, i128, i128) -> Option<(i128, i128)>,
        big: impl Fn(BigRational, BigRational) -> BigRational,
    ) -> Self {
        if let (Form::Small { numerator: a, denominator: b }, Form::Small { numerator: c, denominator: d }) = (&self.0, &other.0)
            && let Some((numerator, denominator)) = small(*a, *b, *c, *d)
        {
            return Self(Form::Small { numerator, denominator });
        }
        Self::from_big(big(self.to_big(), other.to_big()))
    }

    fn to_big(&self) -> BigRational {
        match &self.0 {
            Form::Small { numerator, denominator } => BigRational::new((*numerator).into(), (*denominator).into()),
            Form::Big(big) => big.as_ref().clone(),
        }
    }

    /// Back to the small form where the reduced fraction fits.
    fn from_big(big: BigRational) -> Self {
        match (big.numer().to_i128(), big.denom().to_i128()) {
            (Some(numerator), Some(denominator)) => Self(Form::Small { numerator, denominator }),
            _ => Self(Form::Big(Box::new(big))),
        }
    }
}

/// How many times the smaller denominator fits the larger one, where it does evenly and both are small.
fn times(larger: i128, smaller: i128) -> Option<i128> {
    let (larger, smaller) = (u64::try_from(larger).ok()?, u64::try_from(smaller).ok()?);
    (larger % smaller == 0).then(|| i128::from(larger / smaller))
}

impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Number {}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        if let (Form::Small { numerator: a, denominator: b }, Form::Small { numerator: c, denominator: d }) = (&self.0, &other.0) {
            if b == d {
                return a.cmp(c);
            }
            // Nearly always all four fit 64 bits, and their products cannot overflow.
            if let (Ok(a), Ok(b), Ok(c), Ok(d)) = (i64::try_from(*a), i64::try_from(*b), i64::try_from(*c), i64::try_from(*d)) {
                return (i128::from(a) * i128::from(d)).cmp(&(i128::from(c) * i128::from(b)));
            }
            if let (Some(left), Some(right)) = (a.checked_mul(*d), c.checked_mul(*b)) {
                return left.cmp(&right);
            }
        }
        self.to_big().cmp(&other.to_big())
    }
}

impl Default for Number {
    fn default() -> Self {
        Self::ZERO
    }
}

impl From<i64> for Number {
    fn from(value: i64) -> Self {
        Self::integer(value)
    }
}

impl From<u32> for Number {
    fn from(value: u32) -> Self {
        Self::integer(i64::from(value))
    }
}

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
            return Some(Number(Form::Small { numerator: sign * mantissa, denominator: ten }));
        }
        if let Some(numerator) = mantissa.checked_mul(ten) {
            return Some(Number(Form::Small { numerator: sign * numerator, denominator: 1 }));
        }
    }
    let (mantissa, ten) = (joined.parse::<BigInt>().ok()? * sign, BigInt::from_u8(10)?.pow(power));
    Some(Number::from_big(if scale >= 0 { BigRational::new(mantissa, ten) } else { BigRational::from_integer(mantissa * ten) }))
}

impl Number {
    /// The numerator over the smallest power of ten, and that power, of a short decimal in the small form.
    fn short_decimal(&self) -> Option<(i128, u32)> {
        let Form::Small { numerator, denominator } = self.0 else { return None };
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

#[cfg(test)]
mod tests {
    use crate::rules::Number;

    fn number(text: &str) -> Number {
        text.parse().unwrap()
    }

    #[test]
    fn ten_percent_of_a_hundred_is_ten() {
        let tenth = number("10").divide(&number("100")).unwrap();
        assert_eq!(tenth.multiply(&number("100")).ceil().to_i64(), Some(10));
    }

    #[test]
    fn decimals_read_back_as_written() {
        for text in ["0", "70", "-0.5", "68.21428571428571", "1000000", "1/3", "-22/7"] {
            assert_eq!(number(text).to_string(), text);
        }
        assert_eq!(number("1e-7"), number("0.0000001"));
        assert_eq!(number("2.5e3").to_string(), "2500");
        for text in ["", "-", "NaN", "+Inf", "1e999999999", "1/0", "0x10", "1.2.3", "ten"] {
            assert!(text.parse::<Number>().is_err(), "{text}");
        }
    }

    #[test]
    fn short_decimals_are_written_as_exact_ones() {
        let huge = number("170141183460469231731687303715884105727");
        for denominator in [1, 2, 3, 4, 7, 8, 10, 40, 125, 1000, 4096, 9999] {
            for numerator in [-1001, -10, -1, 0, 1, 5, 99, 100, 12345, 1_000_000_007] {
                let small = Number::fraction(numerator, denominator).unwrap();
                let text = small.to_string();
                assert_eq!(text, small.multiply(&huge).divide(&huge).unwrap().to_string());
                assert_eq!(number(&text), small);
            }
        }
    }

    #[test]
    fn rounding_is_by_the_reference() {
        assert_eq!(number("2.5").round(), number("3"));
        assert_eq!(number("-2.5").round(), number("-3"));
        assert_eq!(number("-0.2").ceil(), number("0"));
        assert_eq!(number("-0.2").floor(), number("-1"));
    }

    #[test]
    fn overflow_stays_exact() {
        let huge = number("170141183460469231731687303715884105727");
        let product = huge.multiply(&huge);
        assert_eq!(product.divide(&huge), Some(huge.clone()));
        assert!(product > huge);
        assert_eq!(huge.add(&number("1")).subtract(&huge), number("1"));
    }

    #[test]
    fn a_division_by_zero_is_missing() {
        assert_eq!(number("1").divide(&number("0")), None);
    }
}
