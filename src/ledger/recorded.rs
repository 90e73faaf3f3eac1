use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::observe::Answer;

/// The answers that one evaluation rested on: history for the sources that keep none, and for the forecast.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recorded {
    pub at: Timestamp,
    /// By the metric's or fact's name.
    pub answers: BTreeMap<String, Answer>,
}
