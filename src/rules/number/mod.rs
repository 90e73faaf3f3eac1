mod text;

use std::cmp::Ordering;

use num_rational::BigRational;
use num_traits::{Signed, ToPrimitive, Zero};

/// An exact rational number. Decisions are counts of nodes: 10% of 100 nodes is 10, never 11, and no rounding on the way
/// may say otherwise (language.md, "Counts are exact integers").
///
/// Nearly all values fit the small form, a fraction of two `i128` that is not kept reduced, so that decimals of one
/// scale add and compare without a division; the rest overflows into the big form and stays exact.
#[derive(Clone, Debug)]
pub struct Number(Form);

#[derive(Clone, Debug)]
enum Form {
    Small(Fraction),
    Big(Box<BigRational>),
}

/// Packed, as two aligned `i128` would fill up every expression and condition that holds a number by a fifth of its size, and
/// large rulesets are read as fast as memory is written.
#[derive(Clone, Copy, Debug)]
#[repr(Rust, packed)]
struct Fraction {
    numerator: i128,
    /// Positive.
    denominator: i128,
}

impl Number {
    pub const ZERO: Self = Self::integer(0);

    const fn small(numerator: i128, denominator: i128) -> Self {
        Self(Form::Small(Fraction { numerator, denominator }))
    }

    #[must_use]
    pub const fn integer(value: i64) -> Self {
        Self::small(value as i128, 1)
    }

    /// `numerator / denominator`; `None` for a denominator of zero.
    #[must_use]
    pub fn fraction(numerator: i128, denominator: i128) -> Option<Self> {
        match denominator {
            0 => None,
            1.. => Some(Self::small(numerator, denominator)),
            _ => match (numerator.checked_neg(), denominator.checked_neg()) {
                (Some(numerator), Some(denominator)) => Some(Self::small(numerator, denominator)),
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
            &Form::Small(Fraction { numerator, denominator }) => numerator as f64 / denominator as f64,
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
            &Form::Small(Fraction { numerator, denominator }) => Self::fraction(denominator, numerator)?,
            Form::Big(big) if big.is_zero() => return None,
            Form::Big(big) => Self::from_big(big.recip()),
        };
        Some(self.multiply(&inverse))
    }

    #[must_use]
    pub fn negate(&self) -> Self {
        match &self.0 {
            &Form::Small(Fraction { numerator, denominator }) => match numerator.checked_neg() {
                Some(numerator) => Self::small(numerator, denominator),
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
            &Form::Small(Fraction { numerator, .. }) => numerator < 0,
            Form::Big(big) => big.is_negative(),
        }
    }

    #[must_use]
    pub fn is_zero(&self) -> bool {
        match &self.0 {
            &Form::Small(Fraction { numerator, .. }) => numerator == 0,
            Form::Big(big) => big.is_zero(),
        }
    }

    /// The greatest whole number that is not above.
    #[must_use]
    pub fn floor(&self) -> Self {
        match &self.0 {
            &Form::Small(Fraction { numerator, denominator }) => Self::small(numerator.div_euclid(denominator), 1),
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
        let half = Self::small(1, 2);
        if self.is_negative() { self.subtract(&half).ceil() } else { self.add(&half).floor() }
    }

    /// This number as a count, where it is whole and fits.
    #[must_use]
    pub fn to_i64(&self) -> Option<i64> {
        match &self.0 {
            &Form::Small(Fraction { numerator, denominator }) => {
                if numerator % denominator == 0 {
                    i64::try_from(numerator / denominator).ok()
                } else {
                    None
                }
            }
            Form::Big(big) if big.is_integer() => big.to_integer().to_i64(),
            Form::Big(_) => None,
        }
    }

    /// Whether it needs no more digits than decimals of daily life: a fraction of two `i128`.
    #[must_use]
    pub const fn is_compact(&self) -> bool {
        matches!(self.0, Form::Small(_))
    }

    fn combine(
        &self,
        other: &Self,
        small: impl Fn(i128, i128, i128, i128) -> Option<(i128, i128)>,
        big: impl Fn(BigRational, BigRational) -> BigRational,
    ) -> Self {
        if let (&Form::Small(Fraction { numerator: a, denominator: b }), &Form::Small(Fraction { numerator: c, denominator: d })) =
            (&self.0, &other.0)
            && let Some((numerator, denominator)) = small(a, b, c, d)
        {
            return Self::small(numerator, denominator);
        }
        Self::from_big(big(self.to_big(), other.to_big()))
    }

    fn to_big(&self) -> BigRational {
        match &self.0 {
            &Form::Small(Fraction { numerator, denominator }) => BigRational::new(numerator.into(), denominator.into()),
            Form::Big(big) => big.as_ref().clone(),
        }
    }

    /// Back to the small form where the reduced fraction fits.
    fn from_big(big: BigRational) -> Self {
        match (big.numer().to_i128(), big.denom().to_i128()) {
            (Some(numerator), Some(denominator)) => Self::small(numerator, denominator),
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
        if let (&Form::Small(Fraction { numerator: a, denominator: b }), &Form::Small(Fraction { numerator: c, denominator: d })) =
            (&self.0, &other.0)
        {
            if b == d {
                return a.cmp(&c);
            }
            // Nearly always all four fit 64 bits, and their products cannot overflow.
            if let (Ok(a), Ok(b), Ok(c), Ok(d)) = (i64::try_from(a), i64::try_from(b), i64::try_from(c), i64::try_from(d)) {
                return (i128::from(a) * i128::from(d)).cmp(&(i128::from(c) * i128::from(b)));
            }
            if let (Some(left), Some(right)) = (a.checked_mul(d), c.checked_mul(b)) {
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

#[cfg(test)]
#[path = "number_tests.rs"]
mod tests;
