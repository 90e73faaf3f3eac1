use jiff::SignedDuration;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::rules::{Example, Metric, Number, Rule, Window, WindowId};

/// One autoscaled pool of workers, its settings and everything that decides about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cluster {
    /// As written; the part after a slash names the pool.
    pub name: String,
    #[serde(with = "jiff::fmt::serde::tz::required")]
    pub timezone: TimeZone,
    pub nodes: Bounds,
    pub evaluate: Cadence,
    pub cooldown: Cooldown,
    pub step: Step,
    /// Dollars per hour for the whole pool.
    pub budget: Option<Number>,
    pub capacity: Capacity,
    pub drain: Drain,
    pub notify: Vec<Notice>,
    pub metrics: Vec<Metric>,
    pub windows: Vec<Window>,
    /// In order of name: the order of rules and files never matters.
    pub rules: Vec<Rule>,
    pub examples: Vec<Example>,
}

/// A range of node counts, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Bounds {
    pub lower: u32,
    pub upper: u32,
}

/// How often the rules are evaluated; of the intervals in force the shortest applies.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cadence {
    pub every: SignedDuration,
    pub quicker: Vec<QuickerCadence>,
}

/// `every D during W`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuickerCadence {
    pub every: SignedDuration,
    pub during: WindowId,
}

/// How long after the last change, in either direction, no addition or no removal is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cooldown {
    pub up: SignedDuration,
    pub down: SignedDuration,
}

/// The most nodes that one decision adds or removes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    pub up: u32,
    pub down: u32,
}

/// What may be launched, and how long it may take.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Capacity {
    /// In order of preference; empty: the launch template's own type.
    pub instances: Vec<String>,
    /// The wanted share of spot instances, in percent points.
    pub spot: Number,
    /// Dollars per hour and instance; by default the on-demand price.
    pub max_price: Option<Number>,
    pub zones: Zones,
    /// A slot that is not Ready by then is terminated.
    pub join: SignedDuration,
    /// A worker that was Ready and is not for that long is replaced.
    pub unready: SignedDuration,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Zones {
    /// All that the subnets reach, the one with fewest workers first.
    Balanced,
    /// These alone, the one with fewest workers first.
    Only(Vec<String>),
}

/// How a node is emptied.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Drain {
    /// Out of time, the drain is rolled back.
    pub within: SignedDuration,
    /// Nodes that run such pods are not chosen.
    pub protect: Vec<Protection>,
    pub local_storage_allowed: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Protection {
    /// Pods of this namespace, DaemonSets apart.
    Namespace(String),
    StatefulSets,
    /// Pods whose controller wants a single replica.
    SingleReplicas,
    Label(PodLabel),
}

/// A pod label, with or without a value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PodLabel {
    pub key: String,
    pub value: Option<String>,
}

/// Which news go where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    pub channel: Channel,
    pub topics: Vec<Topic>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Channel {
    Sns,
    Slack,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Topic {
    ScaleUp,
    ScaleDown,
    Failure,
    AtMax,
    Blind,
    Outage,
    DrainBlocked,
    SpotInterruption,
    Recovered,
}

impl Cluster {
    /// The part of the name after the slash, which is the value of the label `smartscale.dev/pool` on the pool's nodes;
    /// `None`: every worker belongs to it.
    #[must_use]
    pub fn pool(&self) -> Option<&str> {
        self.name.split_once('/').map(|(_, pool)| pool)
    }

    /// The longest interval between two evaluations.
    #[must_use]
    pub fn longest_interval(&self) -> SignedDuration {
        self.evaluate.quicker.iter().map(|q| q.every).fold(self.evaluate.every, SignedDuration::max)
    }
}
