use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::rules::Number;

/// The condensed history of one metric: the mean of each stretch of [`BUCKET_SECONDS`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct History {
    /// In order of time, stretches without a sample left out.
    pub buckets: Vec<Bucket>,
}

/// The samples of one stretch of time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bucket {
    /// Its start, a multiple of [`BUCKET_SECONDS`].
    pub start: Timestamp,
    pub samples: u32,
    pub mean: Number,
}

/// The length of a bucket: half an hour.
pub const BUCKET_SECONDS: i64 = 1800;
