use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use crate::rules::{Expression, MetricId};

/// A three-valued question: true, false or unknown.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Condition {
    Compare {
        operator: Comparison,
        left: Expression,
        right: Expression,
    },
    /// `x in low..high`, both ends included.
    Within {
        value: Expression,
        low: Box<Expression>,
        high: Box<Expression>,
    },
    Not(Box<Self>),
    /// At least two parts.
    And(Vec<Self>),
    /// At least two parts.
    Or(Vec<Self>),
    /// The condition held at every sample of the closed window of the last `over`, as well as now.
    For {
        condition: Box<Self>,
        over: SignedDuration,
    },
    /// The source gave no usable answer; never unknown on settled samples.
    Missing(MetricId),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Comparison {
    Greater,
    GreaterOrEqual,
    Less,
    LessOrEqual,
    Equal,
    NotEqual,
}
