use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::decide::Memory;
use crate::plan::{OperationId, Progress};
use crate::rules::{Channel, Topic};

/// The schema that this version writes.
pub const SCHEMA: u32 = 1;

/// Everything about one cluster that a tick hands to the next.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    pub schema: u32,
    /// What plan carries: operations in flight, what has no capacity, what is left alone.
    pub progress: Progress,
    /// What the rules remember.
    pub memory: Memory,
    /// The hash of the rules that were in force at the last evaluation.
    pub ruleset: Option<String>,
    pub evaluated_at: Option<Timestamp>,
    /// Committed news that has not gone out everywhere.
    pub unannounced: Vec<Unannounced>,
    /// Conditions that last, such as an outage, with the number of evaluations that have seen them in a row.
    #[serde(default)]
    pub standing: BTreeMap<Topic, u32>,
    /// Faults that were told lately, in their words: they are not told again at every tick.
    #[serde(default)]
    pub told: BTreeMap<String, Timestamp>,
    /// Where a tick that ran out of time stopped advancing operations; the next begins there.
    pub cursor: Option<OperationId>,
}

impl State {
    /// The state of a cluster of which nothing is known.
    #[must_use]
    pub fn new() -> Self {
        Self {
            schema: SCHEMA,
            progress: Progress::default(),
            memory: Memory::default(),
            ruleset: None,
            evaluated_at: None,
            unannounced: Vec::new(),
            standing: BTreeMap::new(),
            told: BTreeMap::new(),
            cursor: None,
        }
    }
}

impl Default for State {
    fn default() -> Self {
        Self::new()
    }
}

/// News that was committed with its event and still has to go out over these channels.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unannounced {
    /// The event's instant and number within it: with the cluster, the news' id.
    pub at: Timestamp,
    pub n: u32,
    pub topic: Topic,
    pub title: String,
    pub text: String,
    pub channels: Vec<Channel>,
}
