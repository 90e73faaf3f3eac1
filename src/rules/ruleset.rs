use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::rules::Cluster;

/// All clusters of a file or a folder, in order of name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ruleset {
    pub clusters: Vec<Cluster>,
}

impl Ruleset {
    #[must_use]
    pub fn cluster(&self, name: &str) -> Option<&Cluster> {
        self.clusters.iter().find(|cluster| cluster.name == name)
    }
}

impl Cluster {
    /// A hash of all that decides, in 16 hexadecimal digits; examples and notes are left out, since they decide nothing.
    #[must_use]
    pub fn hash(&self) -> String {
        let mut deciding = self.clone();
        deciding.examples.clear();
        for rule in &mut deciding.rules {
            rule.note = None;
        }
        // Plain data in a fixed order always has a JSON form; an empty one would only make two rulesets look alike.
        let bytes = serde_json::to_vec(&deciding).unwrap_or_default();
        Sha256::digest(&bytes).iter().take(8).map(|byte| format!("{byte:02x}")).collect()
    }
}
