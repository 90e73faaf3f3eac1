use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::ledger::State;

/// What a tick asks for when it takes the lease.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// Unlike any other tick's: a crashed holder is not mistaken for its successor.
    pub owner: String,
    /// By the claimant's clock.
    pub now: Timestamp,
    pub lasts: SignedDuration,
    /// The bound on the difference of two holders' clocks: a lease counts as free only that long after its expiry.
    pub skew: SignedDuration,
}

impl Claim {
    /// The claim may take a lease that its holder promised to act under until `expires_at`.
    #[must_use]
    pub fn may_take(&self, expires_at: Timestamp) -> bool {
        // An expiry so late that the sum overflows never comes.
        expires_at.checked_add(self.skew).is_ok_and(|free_at| self.now > free_at)
    }

    /// When the lease taken by this claim expires.
    #[must_use]
    pub fn expiry(&self) -> Timestamp {
        self.now.saturating_add(self.lasts).unwrap_or(Timestamp::MAX)
    }
}

/// The right to act for a cluster until it expires, and to write until another takes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lease {
    pub cluster: String,
    pub owner: String,
    /// Rises by one at each acquire; every write is conditional on it.
    pub fence: u64,
    /// By the holder's clock: no side effect is begun at or after it.
    pub expires_at: Timestamp,
}

impl Lease {
    /// The holder may still begin side effects.
    #[must_use]
    pub fn allows_effects_at(&self, now: Timestamp) -> bool {
        now < self.expires_at
    }
}

/// A lease with the whole state as it stood when it was taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AcquiredLease {
    pub lease: Lease,
    /// `None`: nothing was ever committed, or the ledger is lost. What stands in the cloud is to be found out from tags,
    /// taints and tokens first.
    pub state: Option<State>,
}

/// What can be seen without a lease.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    pub state: Option<State>,
    /// The lease in force, expired perhaps; `None` once it was released.
    pub lease: Option<Lease>,
    /// The last fence that was given out.
    pub fence: u64,
}
