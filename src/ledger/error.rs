use jiff::Timestamp;

/// Why the ledger did not do what it was asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LedgerError {
    /// Somebody else's tick is running: this one ends quietly.
    #[error("the lease is held by `{by}` until {until}")]
    Held { by: String, until: Timestamp },
    /// The lease was taken over meanwhile. Whatever this holder still wants to write is void (invariant 7).
    #[error("the lease was lost: its fence was {ours} and is no longer in force")]
    Fenced { ours: u64 },
    /// The write or read may or may not have happened.
    #[error("the ledger cannot be reached: {reason}")]
    Unavailable { reason: String },
    /// The table does not exist (yet, or no longer).
    #[error("the ledger's table `{table}` does not exist in `{region}`")]
    NoTable { table: String, region: String },
    /// The role or user may not do what the ledger needs.
    #[error("access to the ledger is denied: {reason}")]
    Denied { reason: String },
    /// The store is open in another process.
    #[error("the ledger `{path}` is in use by another process")]
    Locked { path: String },
    /// A later version of this program has written the state; nothing of it was touched.
    #[error("the ledger has schema {found}, this version knows up to {known}")]
    Newer { found: u32, known: u32 },
    /// What is stored cannot be read.
    #[error("the ledger's {what} cannot be read: {reason}")]
    Corrupt { what: String, reason: String },
}

impl LedgerError {
    /// The tick had to end before the ledger answered.
    #[must_use]
    pub fn late() -> Self {
        Self::Unavailable { reason: "it did not answer in time".to_owned() }
    }

    /// What a person can do about it.
    #[must_use]
    pub fn help(&self) -> Option<&'static str> {
        match self {
            Self::Held { .. } | Self::Fenced { .. } => None,
            Self::Unavailable { .. } => Some("the next tick tries again; look at the network if it lasts"),
            Self::NoTable { .. } => {
                Some("make it with `smartscale ledger create`, or name another one under [ledger] in `smartscale.toml`")
            }
            Self::Denied { .. } => {
                Some("allow the role GetItem, Query, PutItem, UpdateItem, ConditionCheckItem and DescribeTable on the table")
            }
            Self::Locked { .. } => Some("stop the other process, or give this one a ledger of its own in `smartscale.toml`"),
            Self::Newer { .. } => Some("run the newer version, or move the ledger aside to begin a new one"),
            Self::Corrupt { .. } => Some("restore the ledger from a backup, or move it aside: it is rebuilt from tags, taints and tokens"),
        }
    }
}
