use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::rules::Number;

/// What a source answered for one instant. Missing is never zero (invariant 8).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Answer {
    Value(Number),
    Missing(Absence),
}

/// Why there is no value, kept for the explanation.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Absence {
    /// The newest sample is older than `missing after`.
    Stale {
        age: SignedDuration,
    },
    NotANumber,
    Infinite,
    /// The query succeeded with no series.
    Empty,
    /// The query yields several series, named here.
    Several(Vec<String>),
    /// The query failed: the source's words, without secrets.
    Failed(String),
    /// Nothing was ever asked or recorded.
    NeverSeen,
    /// An `of capacity` metric projected to no workers.
    NoWorkers,
}

/// One answer at one instant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sample {
    pub at: Timestamp,
    pub answer: Answer,
}

/// What is known of one metric: in order of time, without two samples of one instant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Series {
    pub samples: Vec<Sample>,
    /// A sample older than this is missing; the default has been worked out by then.
    pub missing_after: SignedDuration,
}

impl Series {
    /// The sample that the source gave for this very instant.
    #[must_use]
    pub fn at(&self, instant: Timestamp) -> Option<&Sample> {
        let index = self.samples.binary_search_by_key(&instant, |sample| sample.at).ok()?;
        self.samples.get(index)
    }
}
