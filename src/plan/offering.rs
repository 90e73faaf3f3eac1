use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::observe::Market;

/// What one RunInstances call asks for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Offering {
    pub market: Market,
    /// `None`: the launch template's own type.
    pub instance_type: Option<String>,
    pub zone: String,
    pub subnet: String,
}

impl fmt::Display for Offering {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let market = match self.market {
            Market::OnDemand => "on-demand",
            Market::Spot => "spot",
        };
        write!(formatter, "{market} {} in {}", self.instance_type.as_deref().unwrap_or("(template type)"), self.zone)
    }
}

/// Something that had no capacity lately and is left alone until an instant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cooled {
    pub scope: CooledScope,
    pub until: Timestamp,
    /// Failures in a row: the pause doubles with each, from three minutes.
    pub failures: u32,
    /// EC2's code and words.
    pub reason: String,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CooledScope {
    /// (market, type, zone).
    Offering {
        market: Market,
        instance_type: Option<String>,
        zone: String,
    },
    /// A quota of the account.
    Market(Market),
    Subnet(String),
    /// Instances of one offering after the other did not become workers: every offering, until template or `capacity`
    /// change (their hash is kept here) or the pause is over.
    Joins {
        configuration: String,
    },
    /// The configuration is wrong: nothing is launched until it changes (its hash is kept here).
    Everything {
        configuration: String,
    },
}
