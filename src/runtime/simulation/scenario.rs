use std::sync::Arc;

use jiff::SignedDuration;

use crate::rules::{Cluster, LoadStretch};
use crate::sandbox::{CrashAt, Fault, Outside, Sabotage, Settings};

/// Everything that one history is made from, as data: the same scenario gives the same history.
#[derive(Clone, Debug)]
pub struct Scenario {
    pub name: &'static str,
    pub seed: u64,
    pub rules: Arc<Cluster>,
    pub settings: Settings,
    pub workers: u32,
    /// Work in nodes; the last stretch is flat and lasts.
    pub load: Vec<LoadStretch>,
    pub faults: Vec<Fault>,
    /// Processes die at these calls.
    pub crashes: Vec<CrashAt>,
    /// What others do, and when, since the start.
    pub outside: Vec<(SignedDuration, Outside)>,
    /// The ledger is lost then.
    pub lost_ledger: Option<SignedDuration>,
    /// The clocks of the processes that take turns.
    pub clocks: Vec<SignedDuration>,
    /// From one instant to another all clocks are off by so much more.
    pub clock_jump: Option<ClockJump>,
    /// Of a thousand ticks, how many begin beside others.
    pub together: u32,
    pub every: SignedDuration,
    pub ticks: u32,
    /// That many ticks before the end all is well, and nothing changes any more.
    pub calm: u32,
    pub sabotage: Option<Sabotage>,
}

/// A clock that is set wrong, and right again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClockJump {
    pub from: SignedDuration,
    pub until: SignedDuration,
    pub by: SignedDuration,
}

/// The bound on the difference of two clocks that leases reckon with.
const CLOCKS_WITHIN: SignedDuration = SignedDuration::from_secs(10);

impl Scenario {
    /// Since the start: when everything is well again.
    #[must_use]
    pub fn calm_from(&self) -> SignedDuration {
        self.every * i32::try_from(self.ticks.saturating_sub(self.calm)).unwrap_or(i32::MAX)
    }

    /// No two clocks are ever farther apart than leases reckon with: farther, only tokens and intents carry the safety.
    #[must_use]
    pub fn clocks_within_bound(&self) -> bool {
        let jumps = self.faults.iter().any(|fault| matches!(fault.kind, crate::sandbox::FaultKind::Jump { .. }));
        let (least, most) = (self.clocks.iter().min(), self.clocks.iter().max());
        let apart = least.zip(most).map_or(SignedDuration::ZERO, |(least, most)| *most - *least);
        !jumps && self.clock_jump.is_none() && apart <= CLOCKS_WITHIN
    }

    /// Every clock shows the time.
    #[must_use]
    pub fn clocks_are_right(&self) -> bool {
        self.clocks_within_bound() && self.clocks.iter().all(|ahead| ahead.is_zero())
    }

    /// How far the clock of the process of that place is ahead, that long after the start.
    #[must_use]
    pub fn clock_ahead(&self, place: usize, elapsed: SignedDuration) -> SignedDuration {
        let own = place.checked_rem(self.clocks.len()).and_then(|place| self.clocks.get(place)).copied().unwrap_or_default();
        let jump = self.clock_jump.filter(|jump| jump.from <= elapsed && elapsed < jump.until);
        own + jump.map_or(SignedDuration::ZERO, |jump| jump.by)
    }
}
