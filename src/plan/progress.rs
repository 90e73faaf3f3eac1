use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::plan::packing::Model;
use crate::plan::{Cooled, Heard, Lately, Operation, Template};

/// All that plan carries from tick to tick; it is part of the ledger's state.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Progress {
    /// In flight, in the order in which they began.
    pub operations: Vec<Operation>,
    /// What had no capacity lately. Kept for a while after it has lifted, so that the next pause is longer.
    pub cooled: Vec<Cooled>,
    /// Nodes whose drain was rolled back, left alone for a while.
    pub spared: Vec<Spared>,
    /// Since when each worker (by its node's UID) is seen unready.
    pub unready_since: BTreeMap<String, Timestamp>,
    /// The ledger is new or was lost and rebuilt: no removal before this instant.
    pub grace_until: Option<Timestamp>,
    /// What became of instances lately.
    #[serde(skip_serializing_if = "Lately::is_empty")]
    pub lately: Lately,
    /// Launches that brought no worker, since one last did.
    pub joins_failed: JoinsFailed,
    /// What AWS told about instances, until it has been acted upon or is over.
    pub notices: Vec<Heard>,
    /// The launch template as the last launch saw it: what offerings there are.
    pub template: Option<Template>,
    /// What the pool's last worker was like, where rules look at waiting pods: a pool at zero has none to learn from.
    pub worker_model: Option<Model>,
}

/// A node that could not be drained in time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spared {
    pub instance_id: String,
    pub until: Timestamp,
    /// Roll-backs in a row: the pause doubles with each.
    pub failures: u32,
    pub reason: String,
    /// It was to go because it stayed unready, and another is there in its place: no second one is launched meanwhile.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub replaced: bool,
}

impl Spared {
    /// Whether it is this instance's pause, and not over yet.
    #[must_use]
    pub fn holds(&self, instance_id: &str, now: Timestamp) -> bool {
        self.instance_id == instance_id && now < self.until
    }
}

/// Launches in a row, whatever their offering, of which no instance became Ready: more likely the template or the user data
/// is wrong than any offering.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct JoinsFailed {
    pub in_a_row: u32,
    /// Several that are seen at one instant are one.
    pub last: Option<Timestamp>,
}
