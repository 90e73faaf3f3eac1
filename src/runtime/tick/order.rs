use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use crate::observe::Notice;
use crate::rules::{Cluster, PriceList};
use crate::runtime::planned::PlanFile;

/// What one tick is asked to do.
#[derive(Clone, Debug)]
pub struct Order {
    pub cluster: Arc<Cluster>,
    /// What the budget reckons with.
    pub prices: Arc<PriceList>,
    /// What AWS told about instances since the last tick.
    pub notices: Vec<Notice>,
    /// Unlike any other tick's.
    pub owner: String,
    /// The tick has ended by then, whatever the world does: Lambda's deadline, or the daemon's budget.
    pub deadline: Timestamp,
    /// Evaluate the rules though their interval has not passed.
    pub evaluate_now: bool,
}

/// A plan that a tick is to carry out.
#[derive(Clone, Copy, Debug)]
pub struct Apply<'a> {
    pub plan: &'a PlanFile,
    /// An older one is not carried out any more.
    pub max_age: SignedDuration,
}

/// A tick commits where it stands that long before its deadline (architecture.md, "One tick").
pub(super) const RESERVE: SignedDuration = SignedDuration::from_secs(2);
/// The bound on the difference of two holders' clocks.
pub(super) const SKEW: SignedDuration = SignedDuration::from_secs(10);

impl Order {
    /// No side effect is begun from then on, and none is waited for.
    pub(in crate::runtime) fn cutoff(&self) -> Timestamp {
        self.deadline.saturating_sub(RESERVE).unwrap_or(Timestamp::MIN)
    }
}
