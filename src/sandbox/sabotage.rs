/// A safety rule that is broken on purpose, so that the invariants can be seen to find it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sabotage {
    /// Writes of an overtaken holder are taken.
    SkipFence,
    /// Each launch call goes out with a token of its own.
    FreshToken,
    /// Missing metrics read as zero.
    MissingAsZero,
    /// The cordon stays after a roll-back.
    ForgetUncordon,
    /// An instance is terminated when its node is to be marked.
    TerminateUndrained,
    /// News are told to have gone out and have not.
    DropNews,
    /// Budgets are not asked.
    IgnoreBudgets,
    /// What was intended is not written.
    SkipIntent,
    /// A person's cordon is taken off with ours.
    UncordonAll,
    /// Failed reads of EC2 and Kubernetes look like an empty world.
    UnseenAsEmpty,
}

impl Sabotage {
    pub const ALL: [Self; 10] = [
        Self::SkipFence,
        Self::FreshToken,
        Self::MissingAsZero,
        Self::ForgetUncordon,
        Self::TerminateUndrained,
        Self::DropNews,
        Self::IgnoreBudgets,
        Self::SkipIntent,
        Self::UncordonAll,
        Self::UnseenAsEmpty,
    ];
}
