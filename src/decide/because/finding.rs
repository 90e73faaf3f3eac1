use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::observe::Absence;
use crate::rules::{Comparison, Number, Unit};

/// Kleene's three values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Truth {
    False,
    Unknown,
    True,
}

/// A part of a condition, with what it came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    pub truth: Truth,
    pub part: Part,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Part {
    Compare {
        left: Term,
        operator: Comparison,
        right: Term,
    },
    Within {
        value: Term,
        low: Term,
        high: Term,
    },
    /// `missing(m)`, with the reason where it is.
    Missing {
        metric: String,
        absence: Option<Absence>,
    },
    Not(Box<Finding>),
    And(Vec<Finding>),
    Or(Vec<Finding>),
    For {
        over: SignedDuration,
        /// How long it has held so far, up to now.
        held: SignedDuration,
        /// The latest instant in the window at which it did not hold.
        last_failed: Option<Timestamp>,
        /// Why the window is not covered.
        uncovered: Option<Uncovered>,
        /// The condition as it stands now.
        now: Box<Finding>,
    },
}

/// Where a window has no samples.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Uncovered {
    pub metric: String,
    /// The first instant that has no sample that is young enough.
    pub from: Timestamp,
}

/// A quantity as the rule writes it, with its value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Term {
    pub text: String,
    pub unit: Unit,
    pub value: TermValue,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TermValue {
    Known(Number),
    /// Why there is no value, in words.
    Missing(String),
}
