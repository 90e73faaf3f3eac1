use serde::{Deserialize, Serialize};

/// A pod that waits for something else than a worker.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Unhelped {
    /// `namespace/name`.
    pub pod: String,
    pub reason: String,
}
