use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::decide::Memory;
use crate::observe::{Counts, QueryAnswer, Unhelped};
use crate::rules::{Cluster, Number};

/// All that a decision is a pure function of: rules, observations with their instant, and memory.
#[derive(Clone, Copy, Debug)]
pub struct Input<'a> {
    pub cluster: &'a Cluster,
    pub observed: &'a Observed,
    pub memory: &'a Memory,
}

/// What one evaluation sees. An event keeps it with the memory, so that the decision can be replayed exactly.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Observed {
    /// The instant of the evaluation; no sample is later.
    pub now: Timestamp,
    pub counts: Counts,
    /// What of the waiting pods the counts do not tell.
    #[serde(default, skip_serializing_if = "Waiting::is_plain")]
    pub waiting: Waiting,
    /// One for each of [`Cluster::metrics`], in their order. `None`: a metric `kubernetes.NAME` that no series drives; it
    /// is taken from the counts. Where an answer is `instant_only`, its earlier samples come from the memory.
    pub metrics: Vec<Option<QueryAnswer>>,
    /// Nodes asked for and neither ready nor given up; replacements included.
    pub launches_in_flight: u32,
    /// No capacity is to be had.
    pub backoff: Option<Backoff>,
    /// The ledger is new or was lost, and with it the memory of the last change: no removal before then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub no_removal_before: Option<Timestamp>,
    /// What the budget compares with; needed only where the cluster has a budget.
    pub prices: Option<Prices>,
}

/// Waiting pods that are not counted, and why there is no count.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiting {
    /// A new worker would not help them.
    pub unhelped: Vec<Unhelped>,
    /// How many more of these there are than are named.
    #[serde(default)]
    pub more_unhelped: u32,
    /// Why `pending-nodes` is not known, where it is not.
    pub unknown: Option<String>,
    /// What the count of `pending-nodes` rests on, where a worker's size is estimated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub estimate: Option<String>,
}

impl Waiting {
    const fn is_plain(&self) -> bool {
        self.unhelped.is_empty() && self.unknown.is_none() && self.estimate.is_none()
    }
}

/// No capacity is to be had until an instant, or until something changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Backoff {
    /// `None`: until the configuration changes.
    pub until: Option<Timestamp>,
    pub reason: String,
}

/// Dollars per hour.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Prices {
    /// Of all workers that count as `nodes`, together.
    pub running: Number,
    /// Of each next node, in the order in which they would be launched; the last one stands for all after it.
    pub next: Vec<Number>,
}
