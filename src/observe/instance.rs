use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// One EC2 instance that is ours by its tags, as DescribeInstances tells it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Instance {
    /// `i-…`.
    pub id: String,
    pub state: InstanceState,
    pub instance_type: String,
    pub zone: String,
    pub market: Market,
    pub launched_at: Timestamp,
    /// The token of the call that launched it.
    pub client_token: Option<String>,
    pub private_dns_name: Option<String>,
    pub tags: BTreeMap<String, String>,
}

/// The life of an instance (EC2 User Guide, "Amazon EC2 instance state changes").
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum InstanceState {
    Pending,
    Running,
    ShuttingDown,
    Terminated,
    Stopping,
    Stopped,
}

impl InstanceState {
    /// It runs or is about to: it is paid for and may still be of use.
    #[must_use]
    pub const fn is_alive(self) -> bool {
        matches!(self, Self::Pending | Self::Running)
    }

    /// It is gone or going, and no call brings it back.
    #[must_use]
    pub const fn is_dead(self) -> bool {
        matches!(self, Self::ShuttingDown | Self::Terminated)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Market {
    OnDemand,
    Spot,
}
