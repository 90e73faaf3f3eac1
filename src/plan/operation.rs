use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::plan::{Launch, Retire};

/// Something that takes longer than a tick, advanced by each later tick, whoever runs it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "operation")]
pub enum Operation {
    Launch(Launch),
    Retire(Retire),
}

/// Names an operation in the ledger, in tags and in taints: `l-` or `r-`, the instant of its decision, the fence of the tick
/// that began it, both in base 36, and a number apart within them. At most 40 characters, fit for a label value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct OperationId(pub String);

impl fmt::Display for OperationId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl OperationId {
    /// The fence of the tick that began it; `None` for a name that is not ours.
    #[must_use]
    pub fn fence(&self) -> Option<u64> {
        u64::from_str_radix(self.0.split('-').nth(2)?, 36).ok()
    }
}

impl Operation {
    #[must_use]
    pub const fn id(&self) -> &OperationId {
        match self {
            Self::Launch(launch) => &launch.id,
            Self::Retire(retire) => &retire.id,
        }
    }

    #[must_use]
    pub const fn decided_at(&self) -> Timestamp {
        match self {
            Self::Launch(launch) => launch.decided_at,
            Self::Retire(retire) => retire.decided_at,
        }
    }
}
