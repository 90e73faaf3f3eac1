/// A safety rule that is broken on purpose, so that the invariants can be seen to find it. All of it lies in the sandbox: behind
/// the ports, in the state that the ledger hands out, and in the rules that the tick is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sabotage {
    /// Writes of an overtaken holder are taken.
    SkipFence,
    /// An intent that was refused counts as written.
    IgnoreRefusal,
    /// Whoever is refused the lease frees it.
    FreeForeignLease,
    /// A lease counts as free at the instant of its expiry.
    IgnoreSkew,
    /// What was intended is not written.
    SkipIntent,
    /// Each launch call goes out with a token of its own.
    FreshToken,
    /// A launch that is tried again gets a new token.
    FreshTokenAgain,
    /// A launch whose outcome is unknown counts as failed.
    TimeOutAsFailure,
    /// An instance that EC2 does not show yet is taken for dead.
    UnseenAsDead,
    /// What never joins is waited for without end.
    NoJoinDeadline,
    /// Missing metrics read as zero.
    MissingAsZero,
    /// A stale metric is taken for a fresh one.
    StaleAsFresh,
    /// Failed reads of EC2 and Kubernetes look like an empty world.
    UnseenAsEmpty,
    /// After a lost ledger nodes are removed at once.
    LostAsKnown,
    /// An instance is terminated when its node is to be marked.
    TerminateUndrained,
    /// Another instance is terminated than the step names.
    TerminateOther,
    /// Budgets are not asked.
    IgnoreBudgets,
    /// Evictions name the pod alone.
    DropPodUid,
    /// Nodes are marked and deleted by name alone.
    DropNodeUid,
    /// A drain goes on without end.
    NoDrainDeadline,
    /// The cordon stays after a roll-back.
    ForgetUncordon,
    /// The taint stays after a roll-back.
    KeepTaint,
    /// A person's cordon is taken off with ours.
    UncordonAll,
    /// What a person protects is not seen.
    IgnoreProtection,
    /// Unready workers are replaced in an outage.
    ReplaceInOutage,
    /// All unready workers are replaced at once.
    ReplaceAllAtOnce,
    /// The upper bound is not kept.
    ExceedUpper,
    /// Nodes being retired count as capacity.
    CountDraining,
    /// News are told to have gone out and have not.
    DropNews,
    /// News go out before they are committed.
    AnnounceUncommitted,
    /// The inputs recorded with a decision are not those it was made from.
    RecordOtherInputs,
}

impl Sabotage {
    pub const ALL: [Self; 31] = [
        Self::SkipFence,
        Self::IgnoreRefusal,
        Self::FreeForeignLease,
        Self::IgnoreSkew,
        Self::SkipIntent,
        Self::FreshToken,
        Self::FreshTokenAgain,
        Self::TimeOutAsFailure,
        Self::UnseenAsDead,
        Self::NoJoinDeadline,
        Self::MissingAsZero,
        Self::StaleAsFresh,
        Self::UnseenAsEmpty,
        Self::LostAsKnown,
        Self::TerminateUndrained,
        Self::TerminateOther,
        Self::IgnoreBudgets,
        Self::DropPodUid,
        Self::DropNodeUid,
        Self::NoDrainDeadline,
        Self::ForgetUncordon,
        Self::KeepTaint,
        Self::UncordonAll,
        Self::IgnoreProtection,
        Self::ReplaceInOutage,
        Self::ReplaceAllAtOnce,
        Self::ExceedUpper,
        Self::CountDraining,
        Self::DropNews,
        Self::AnnounceUncommitted,
        Self::RecordOtherInputs,
    ];

    /// What is broken, in words.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::SkipFence => "the fence is not asked for",
            Self::IgnoreRefusal => "a refused write does not stop the tick",
            Self::FreeForeignLease => "a foreign lease is freed",
            Self::IgnoreSkew => "the clocks' difference is not reckoned with",
            Self::SkipIntent => "no intent before the side effect",
            Self::FreshToken => "a new token for each call",
            Self::FreshTokenAgain => "a new token after an unknown outcome",
            Self::TimeOutAsFailure => "a time-out counts as a failed launch",
            Self::UnseenAsDead => "not found soon after a launch is dead",
            Self::NoJoinDeadline => "no join deadline",
            Self::MissingAsZero => "a missing metric reads as zero",
            Self::StaleAsFresh => "a stale metric is taken for a fresh one",
            Self::UnseenAsEmpty => "a failed list is an empty one",
            Self::LostAsKnown => "no grace after a lost ledger",
            Self::TerminateUndrained => "terminated undrained",
            Self::TerminateOther => "another instance than the one named",
            Self::IgnoreBudgets => "disruption budgets are not asked",
            Self::DropPodUid => "an eviction without the pod's UID",
            Self::DropNodeUid => "a Node deleted without its UID",
            Self::NoDrainDeadline => "no drain deadline, no roll-back",
            Self::ForgetUncordon => "the cordon stays after a roll-back",
            Self::KeepTaint => "the taint stays after a roll-back",
            Self::UncordonAll => "a person's cordon is taken off",
            Self::IgnoreProtection => "a person's protection is not seen",
            Self::ReplaceInOutage => "replaced in an outage",
            Self::ReplaceAllAtOnce => "all unready workers replaced at once",
            Self::ExceedUpper => "the upper bound is not kept",
            Self::CountDraining => "nodes being retired count as capacity",
            Self::DropNews => "news dropped",
            Self::AnnounceUncommitted => "news before the commit",
            Self::RecordOtherInputs => "other inputs recorded than decided upon",
        }
    }
}
