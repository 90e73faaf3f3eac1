use serde::{Deserialize, Serialize};

/// What a launch starts from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Template {
    pub id: String,
    /// The version that new attempts use: numbered, so that a replayed token means the same thing.
    pub version: u64,
    pub instance_type: Option<String>,
    /// In order of zone.
    pub subnets: Vec<Subnet>,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Subnet {
    pub zone: String,
    pub id: String,
}
