use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU32, AtomicU64, Ordering};

use jiff::SignedDuration;

use crate::sandbox::Call;

/// One process that ticks: its clock, its fence, and what it was told wrongly or not at all.
#[derive(Debug, Default)]
pub struct Process {
    /// Seconds by which its clock is ahead of the world's.
    ahead: AtomicI64,
    fence: AtomicU64,
    /// A write was refused because another has taken the lease.
    fenced: AtomicBool,
    blind: AtomicU32,
    misled: AtomicU32,
}

impl Process {
    #[must_use]
    pub fn ahead(&self) -> SignedDuration {
        SignedDuration::from_secs(self.ahead.load(Ordering::Relaxed))
    }

    pub fn jump(&self, by: SignedDuration) {
        self.ahead.fetch_add(by.as_secs(), Ordering::Relaxed);
    }

    /// The fence under which it acts.
    #[must_use]
    pub fn fence(&self) -> u64 {
        self.fence.load(Ordering::Relaxed)
    }

    pub fn take(&self, fence: u64) {
        self.fence.store(fence, Ordering::Relaxed);
    }

    pub fn refuse(&self) {
        self.fenced.store(true, Ordering::Relaxed);
    }

    #[must_use]
    pub fn was_fenced(&self) -> bool {
        self.fenced.load(Ordering::Relaxed)
    }

    pub fn blind(&self, call: Call) {
        self.blind.fetch_or(bit(call), Ordering::Relaxed);
    }

    pub fn see(&self, call: Call) {
        self.blind.fetch_and(!bit(call), Ordering::Relaxed);
    }

    /// The last such call was not answered.
    #[must_use]
    pub fn is_blind(&self, call: Call) -> bool {
        self.blind.load(Ordering::Relaxed) & bit(call) != 0
    }

    pub fn mislead(&self, call: Call) {
        self.misled.fetch_or(bit(call), Ordering::Relaxed);
    }

    /// Everything was answered, and with what is.
    #[must_use]
    pub fn sees_well(&self) -> bool {
        self.blind.load(Ordering::Relaxed) | self.misled.load(Ordering::Relaxed) == 0
    }
}

const fn bit(call: Call) -> u32 {
    1 << call as u32
}
