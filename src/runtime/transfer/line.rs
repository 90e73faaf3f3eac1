use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::ledger::{Event, Recorded};
use crate::rules;

/// The version of the format that this program writes, and the only one that it reads.
pub const FORMAT: u32 = 1;

/// One line of an export. The header is the first, the end the last: a file without it was cut short.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Line {
    Header(Header),
    /// As it is stored, in the schema that the header names.
    State(Value),
    Event(Box<Event>),
    Sample(Recorded),
    Ruleset(Arc<rules::Cluster>),
    End(Counted),
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    pub smartscale_ledger: u32,
    pub cluster: String,
    /// Of the state; an older one is brought forward by the import.
    pub schema: u32,
    /// The last fence that was given out: the ledger that takes this in gives out higher ones.
    pub fence: u64,
    pub exported_at: Timestamp,
}

/// How many lines of each kind there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counted {
    pub events: u64,
    pub samples: u64,
    pub rulesets: u64,
}
