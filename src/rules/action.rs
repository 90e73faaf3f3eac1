use serde::{Deserialize, Serialize};

use crate::rules::{Bounds, Expression, MetricId, Number};

/// What a fired rule proposes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// `nodes` + that many, rounded up.
    Add(Amount),
    /// `nodes` − that many, rounded down.
    Remove(Amount),
    /// That many, rounded up.
    Set(Expression),
    /// `ceil(ready-nodes × metric / at)` when off by more than `within` percent points; the metric is of capacity.
    Track { metric: MetricId, at: Box<Number>, within: Box<Number> },
    /// Bounds, while the rule applies.
    Keep(Bounds),
    /// A veto, while the rule applies.
    Hold(Veto),
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Amount {
    Nodes(Expression),
    /// Percent points of `nodes`.
    Percent(Number),
}

/// What a `hold` stops.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Veto {
    Everything,
    Removals,
    Additions,
}
