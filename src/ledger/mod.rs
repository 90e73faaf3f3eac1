//! The ledger: one lease, one state and the record of samples and events for each cluster, behind one port.

#[cfg(feature = "aws")]
pub mod dynamodb;
mod error;
mod event;
mod lease;
mod memory;
mod migration;
mod port;
mod recorded;
mod redb;
mod state;
mod stored;

#[cfg(test)]
pub mod contract_tests;
#[cfg(test)]
mod memory_tests;
#[cfg(test)]
mod redb_tests;

pub use error::LedgerError;
pub use event::{Decided, Event, EventKind};
pub use lease::{AcquiredLease, Claim, Lease, Standing};
pub use memory::MemoryLedger;
pub use port::{Ledger, Records, Span, Write};
pub use recorded::Recorded;
pub use redb::{RedbLedger, Retention};
pub use state::{SCHEMA, State, Unannounced};
pub use stored::state_from;
