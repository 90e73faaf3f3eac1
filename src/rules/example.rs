use jiff::SignedDuration;
use jiff::civil::DateTime;
use serde::{Deserialize, Serialize};

use crate::rules::{MetricId, Number};

/// A `test` block: a simulated cluster, what it meets, and what is expected of the decisions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Example {
    pub name: String,
    /// File and line, for the report.
    pub location: String,
    pub start_nodes: u32,
    /// In the cluster's zone.
    pub start_at: DateTime,
    /// An added node becomes ready after this long.
    pub join: SignedDuration,
    pub series: Vec<TestSeries>,
    /// Work in nodes; drives every `of capacity` metric that has no series.
    pub load: Vec<LoadStretch>,
    /// In order of time.
    pub expectations: Vec<Expectation>,
}

/// `series NAME …`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestSeries {
    pub metric: MetricId,
    pub stretches: Vec<SeriesStretch>,
}

/// A value holds from the start of its stretch up to the start of the next; the last one lasts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeriesStretch {
    /// `None`: an empty result.
    pub shape: Option<Shape>,
    pub length: SignedDuration,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Shape {
    Flat(Number),
    /// Linear in time.
    Ramp {
        from: Number,
        to: Number,
    },
}

/// `load N for D` or `load A..B over D`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoadStretch {
    pub shape: Shape,
    pub length: SignedDuration,
}

/// `at T expect …`: looks at the last evaluation not after T.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Expectation {
    /// Since the start.
    pub at: SignedDuration,
    pub expected: Expected,
    /// File and line, for the report.
    pub location: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Expected {
    Add {
        nodes: u32,
        by: Option<String>,
        because: Option<String>,
    },
    Remove {
        nodes: u32,
        by: Option<String>,
        because: Option<String>,
    },
    Stay {
        by: Option<String>,
        because: Option<String>,
    },
    /// The workers wanted after that evaluation.
    Nodes(u32),
}
