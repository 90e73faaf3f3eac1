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
    Surroundings,
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
    pub const ALL: [Self; 24] = [
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
        Self::Surroundings,
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
    /// No answer, and the call has its effect that much later, after calls that were made after it. One that has none, or
    /// that nobody can have twice (a write to the ledger), has no effect.
    Late { by: SignedDuration },
    /// The answer comes that much later; the effect at once (`true`) or with it.
    Delay { by: SignedDuration, effect_first: bool },
    /// A read answers as it would have at most that long ago.
    Stale { by: SignedDuration },
    /// Part of a read is lost: one metric of two is missing; a list fails, as our adapters make of a lost page.
    Partial,
    /// Metrics answer NaN.
    NotANumber,
    /// Metrics answer with nothing.
    Empty,
    /// The process dies at this call, before its effect or after it.
    Crash { effect: bool },
    /// The lease is taken by somebody else just before this call.
    Usurp,
    /// The table of the ledger is deleted just before this call.
    LoseLedger,
    /// The process' clock jumps just before this call.
    Jump { by: SignedDuration },
}

impl FaultKind {
    /// A read that is struck is not answered, or not with what is asked for. What is stale is an answer, except to a metric.
    #[must_use]
    pub fn blinds(&self, call: Call) -> bool {
        match self {
            Self::Fail(_) | Self::TimeOut { .. } | Self::Late { .. } | Self::Partial | Self::NotANumber | Self::Empty => true,
            Self::Stale { .. } => call == Call::Metrics,
            Self::Delay { .. } | Self::Crash { .. } | Self::Usurp | Self::LoseLedger | Self::Jump { .. } => false,
        }
    }

    /// The name under which strikes are counted.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Fail(FailureClass::Offering) => "error: offering",
            Self::Fail(FailureClass::Market) => "error: market",
            Self::Fail(FailureClass::Subnet) => "error: subnet",
            Self::Fail(FailureClass::Throttle) => "error: throttle",
            Self::Fail(FailureClass::Unknown) => "error: unknown",
            Self::Fail(FailureClass::Configuration) => "error: configuration",
            Self::Fail(FailureClass::NotFound) => "error: not found",
            Self::Fail(FailureClass::Conflict) => "error: conflict",
            Self::Fail(FailureClass::Budget) => "error: budget",
            Self::Fail(FailureClass::Refused) => "error: refused",
            Self::TimeOut { effect: true } => "time-out after the effect",
            Self::TimeOut { effect: false } => "time-out without effect",
            Self::Late { .. } => "time-out, effect later: reordered",
            Self::Delay { effect_first: true, .. } => "delay of the answer",
            Self::Delay { effect_first: false, .. } => "delay of the effect: reordered",
            Self::Stale { .. } => "stale read",
            Self::Partial => "partial read",
            Self::NotANumber => "metric NaN",
            Self::Empty => "metric empty",
            Self::Crash { effect: true } => "crash after the effect",
            Self::Crash { effect: false } => "crash before the effect",
            Self::Usurp => "lease taken by another",
            Self::LoseLedger => "ledger lost during a tick",
            Self::Jump { .. } => "clock jumps during a tick",
        }
    }
}

/// Where a process dies: at the n-th call from the start of the world, counted over all of them.
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
    pub crashes: Vec<CrashAt>,
}

impl Faults {
    /// Some fault has reads answer as earlier ones did: these are to be remembered.
    #[must_use]
    pub fn stale(&self) -> bool {
        self.list.iter().any(|fault| matches!(fault.kind, FaultKind::Stale { .. }))
    }

    /// What strikes this call. The first fault that does wins; each draws, whether or not one before it has won, so that
    /// taking one away leaves the others' draws as they were.
    pub fn strike(&self, call: Call, number: u64, start: Timestamp, now: Timestamp, random: &mut Random) -> Option<FaultKind> {
        if let Some(crash) = self.crashes.iter().find(|crash| crash.call == number) {
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
