use jiff::{SignedDuration, Timestamp};

use crate::plan::FailureClass;
use crate::sandbox::Random;

/// One of the calls that a tick makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Call {
    Instances,
    Template,
    RunInstances,
    FindByToken,
    TerminationProtected,
    Terminate,
    Nodes,
    PendingPods,
    PodsOn,
    Budgets,
    VolumesOn,
    Mark,
    Unmark,
    Evict,
    DeleteNode,
    Metrics,
    Announce,
    Acquire,
    Intend,
    Commit,
    Announced,
    Release,
    ReadLedger,
}

impl Call {
    /// Every call.
    pub const ALL: [Self; 23] = [
        Self::Instances,
        Self::Template,
        Self::RunInstances,
        Self::FindByToken,
        Self::TerminationProtected,
        Self::Terminate,
        Self::Nodes,
        Self::PendingPods,
        Self::PodsOn,
        Self::Budgets,
        Self::VolumesOn,
        Self::Mark,
        Self::Unmark,
        Self::Evict,
        Self::DeleteNode,
        Self::Metrics,
        Self::Announce,
        Self::Acquire,
        Self::Intend,
        Self::Commit,
        Self::Announced,
        Self::Release,
        Self::ReadLedger,
    ];

    /// It changes the world or the ledger.
    #[must_use]
    pub const fn is_effect(self) -> bool {
        matches!(
            self,
            Self::RunInstances
                | Self::Terminate
                | Self::Mark
                | Self::Unmark
                | Self::Evict
                | Self::DeleteNode
                | Self::Announce
                | Self::Acquire
                | Self::Intend
                | Self::Commit
                | Self::Announced
                | Self::Release
        )
    }
}

/// Something that goes wrong with calls, as data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The calls that it may strike; none: all.
    pub calls: Vec<Call>,
    /// Since the start of the world, inclusive.
    pub from: SignedDuration,
    /// Since the start of the world, exclusive.
    pub until: SignedDuration,
    /// Of a thousand such calls, how many it strikes.
    pub per_mille: u32,
    pub kind: FaultKind,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FaultKind {
    /// An error of this class, without effect.
    Fail(FailureClass),
    /// No answer; the call had its effect (`true`) or not.
    TimeOut { effect: bool },
    /// The answer comes that much later; the effect at once (`true`) or with it.
    Delay { by: SignedDuration, effect_first: bool },
    /// A read answers as it would have at most that long ago.
    Stale { by: SignedDuration },
    /// A read that should not be trusted to be whole: it fails, as our adapters make of a lost page.
    Partial,
    /// Metrics answer NaN.
    NotANumber,
    /// Metrics answer with nothing.
    Empty,
    /// The process dies at this call, before its effect or after it.
    Crash { effect: bool },
    /// The lease is taken by somebody else just before this call.
    Usurp,
}

impl FaultKind {
    /// A read that is struck answers wrongly, or not at all.
    #[must_use]
    pub const fn misleads(&self) -> bool {
        matches!(self, Self::Fail(_) | Self::TimeOut { .. } | Self::Stale { .. } | Self::Partial | Self::NotANumber | Self::Empty)
    }
}

/// Where a process dies: at its n-th call from the start of the world, counted over all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CrashAt {
    pub call: u64,
    /// The call has its effect before the process dies.
    pub effect: bool,
}

/// All that goes wrong in one history.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Faults {
    pub list: Vec<Fault>,
    pub crash_at: Option<CrashAt>,
}

impl Faults {
    /// What strikes this call. The first fault that does wins; each draws, whether or not one before it has won, so that
    /// taking one away leaves the others' draws as they were.
    pub fn strike(&self, call: Call, number: u64, start: Timestamp, now: Timestamp, random: &mut Random) -> Option<FaultKind> {
        if let Some(crash) = self.crash_at
            && crash.call == number
        {
            return Some(FaultKind::Crash { effect: crash.effect });
        }
        let elapsed = now.duration_since(start);
        let mut struck = None;
        for fault in &self.list {
            let draw = random.chance(fault.per_mille);
            let applies = (fault.calls.is_empty() || fault.calls.contains(&call)) && fault.from <= elapsed && elapsed < fault.until;
            if draw && applies && struck.is_none() {
                struck = Some(fault.kind.clone());
            }
        }
        struck
    }
}
