use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::decide::Because;

/// What is to be done at one instant, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// The evaluation that decided it.
    pub at: Timestamp,
    pub action: Action,
    /// How many workers are wanted from now on; `None` where nobody could say how many there are.
    pub wanted: Option<u32>,
    /// The bounds in force, for whoever carries the decision out.
    pub lower: u32,
    pub upper: u32,
    /// That many of the added nodes are asked for by the lower bound: nothing but `backoff` delays them.
    pub for_lower_bound: u32,
    /// So many workers are unready that no removal and no replacement is to be begun.
    pub outage: bool,
    pub because: Because,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    Add(u32),
    Remove(u32),
    Stay,
}

/// What cuts a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Guard {
    Cooldown,
    Settling,
    Blind,
    Hold,
    Bounds,
    Step,
    Rebound,
    Busy,
    Outage,
    Backoff,
    Budget,
}

impl Guard {
    /// The order of the reference.
    pub const ALL: [Self; 11] = [
        Self::Cooldown,
        Self::Settling,
        Self::Blind,
        Self::Hold,
        Self::Bounds,
        Self::Step,
        Self::Rebound,
        Self::Busy,
        Self::Outage,
        Self::Backoff,
        Self::Budget,
    ];

    /// The word that the reference and `expect … because` use.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Cooldown => "cooldown",
            Self::Settling => "settling",
            Self::Blind => "blind",
            Self::Hold => "hold",
            Self::Bounds => "bounds",
            Self::Step => "step",
            Self::Rebound => "rebound",
            Self::Busy => "busy",
            Self::Outage => "outage",
            Self::Backoff => "backoff",
            Self::Budget => "budget",
        }
    }
}
