use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use crate::rules::{Number, Unit};

/// An observed series.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Metric {
    /// The name by which rules call it.
    pub name: String,
    pub unit: Unit,
    /// The series is the share of the ready workers' capacity in use: it halves when the workers double.
    pub of_capacity: bool,
    pub source: Source,
    /// What an empty result or NaN of a query that succeeded means.
    pub empty_is: Option<Number>,
    /// The age above which a sample is missing; by default it follows from the source.
    pub missing_after: Option<SignedDuration>,
}

/// Where a metric's samples come from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Source {
    /// A PromQL query that yields one sample per instant.
    Prometheus(String),
    /// What the cluster itself knows.
    Kubernetes(Fact),
}

/// What EC2 and Kubernetes know without being asked by a query: the names that exist without a declaration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fact {
    /// Workers that are paid for and wanted: ready + unready + launching; draining ones left out.
    Nodes,
    ReadyNodes,
    LaunchingNodes,
    UnreadyNodes,
    DrainingNodes,
    PendingPods,
    PendingNodes,
}

impl Fact {
    /// Every fact, in the order of the reference.
    pub const ALL: [Self; 7] = [
        Self::Nodes,
        Self::ReadyNodes,
        Self::LaunchingNodes,
        Self::UnreadyNodes,
        Self::DrainingNodes,
        Self::PendingPods,
        Self::PendingNodes,
    ];

    /// The name by which rules call it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Nodes => "nodes",
            Self::ReadyNodes => "ready-nodes",
            Self::LaunchingNodes => "launching-nodes",
            Self::UnreadyNodes => "unready-nodes",
            Self::DrainingNodes => "draining-nodes",
            Self::PendingPods => "pending-pods",
            Self::PendingNodes => "pending-nodes",
        }
    }
}
