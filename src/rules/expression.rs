use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use crate::rules::{Fact, Number};

/// A quantity to be computed. Dimensions have been checked; constants are folded in.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Expression {
    Literal(Number),
    /// The value now.
    Metric(MetricId),
    Negate(Box<Self>),
    Binary {
        operator: Arithmetic,
        left: Box<Self>,
        right: Box<Self>,
    },
    Round {
        how: Rounding,
        value: Box<Self>,
    },
    Absolute(Box<Self>),
    /// A function over the closed window of the last `over`.
    Aggregate {
        function: Aggregate,
        metric: MetricId,
        over: SignedDuration,
    },
    /// The sample that long ago.
    Ago {
        metric: MetricId,
        by: SignedDuration,
    },
    /// The expected value that far ahead.
    Forecast {
        metric: MetricId,
        ahead: SignedDuration,
    },
}

/// A metric as an expression names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MetricId {
    /// The index into [`Cluster::metrics`](crate::rules::Cluster::metrics).
    Declared(usize),
    /// A name that exists without a declaration.
    Fact(Fact),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Arithmetic {
    Add,
    Subtract,
    Multiply,
    /// A division by zero is missing.
    Divide,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rounding {
    Ceil,
    Floor,
    /// Halves away from zero.
    Round,
}

impl Rounding {
    /// The whole number.
    #[must_use]
    pub fn apply(self, value: &Number) -> Number {
        match self {
            Self::Ceil => value.ceil(),
            Self::Floor => value.floor(),
            Self::Round => value.round(),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Aggregate {
    Average,
    Minimum,
    Maximum,
    P50,
    P90,
    P95,
    P99,
    /// Last minus first.
    Delta,
    /// Least squares, per minute.
    Slope,
}
