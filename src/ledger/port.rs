use std::future::Future;
use std::sync::Arc;

use jiff::Timestamp;

use crate::ledger::{AcquiredLease, Claim, Event, Lease, LedgerError, Recorded, Standing, State};
use crate::rules;

/// The port to what must survive: DynamoDB, redb, or memory.
///
/// Every write is one conditional write under the lease's fence. `Unavailable` leaves open whether it happened; asking
/// again is safe, since a write that happened and was overtaken is `Fenced`.
pub trait Ledger: Send + Sync {
    /// Takes the cluster's lease, if it is free, and returns the whole state: one conditional write. A state of a newer
    /// schema is an error and leaves everything as it was.
    fn acquire(&self, cluster: &str, claim: &Claim) -> impl Future<Output = Result<AcquiredLease, LedgerError>> + Send;

    /// Writes the state and what is to be kept for ever, before the first side effect, and renews the lease until then.
    fn intend(&self, lease: &Lease, write: Write<'_>, until: Timestamp) -> impl Future<Output = Result<Lease, LedgerError>> + Send;

    /// Writes the state, samples and events and releases the lease, all or nothing.
    fn commit(&self, lease: &Lease, write: Write<'_>) -> impl Future<Output = Result<(), LedgerError>> + Send;

    /// Writes the state after the commit, without what has been announced since. `Fenced` if another tick has begun: it
    /// announces once more, which readers of news see by the id.
    fn announced(&self, lease: &Lease, state: &State) -> impl Future<Output = Result<(), LedgerError>> + Send;

    /// Raises the fence of a lease that is held to at least this one, for a ledger that takes the place of another: no holder
    /// of the other's leases may ever have a higher one. It is never lowered.
    fn raise_fence(&self, lease: &Lease, to: u64) -> impl Future<Output = Result<Lease, LedgerError>> + Send;

    /// Gives the lease up and changes nothing else.
    fn release(&self, lease: &Lease) -> impl Future<Output = Result<(), LedgerError>> + Send;

    /// Reads without a lease; `None` for a cluster that was never heard of.
    fn read(&self, cluster: &str) -> impl Future<Output = Result<Option<Standing>, LedgerError>> + Send;

    /// The newest `at_most` events of the span, in order of time and number.
    fn events(&self, cluster: &str, span: Span, at_most: usize) -> impl Future<Output = Result<Vec<Event>, LedgerError>> + Send;

    /// What was recorded in the span, in order of time.
    fn samples(&self, cluster: &str, span: Span) -> impl Future<Output = Result<Vec<Recorded>, LedgerError>> + Send;

    /// The rules of that hash, as they were in force once.
    fn ruleset(&self, cluster: &str, hash: &str) -> impl Future<Output = Result<Option<Arc<rules::Cluster>>, LedgerError>> + Send;
}

/// What one write carries.
#[derive(Clone, Debug)]
pub struct Write<'a> {
    pub state: &'a State,
    pub records: Records,
}

/// What is added to the record by a write. Everything in it ages out by the adapter's retention, rulesets apart.
#[derive(Clone, Debug, Default)]
pub struct Records {
    pub events: Vec<Event>,
    /// The answers of evaluations; of a tick, those of its own.
    pub samples: Vec<Recorded>,
    /// Rules that came into force, kept under their hash so that their decisions can be replayed.
    pub ruleset: Option<Arc<rules::Cluster>>,
}

/// A span of time, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    pub from: Timestamp,
    pub to: Timestamp,
}

impl Span {
    #[must_use]
    pub fn contains(&self, at: Timestamp) -> bool {
        self.from <= at && at <= self.to
    }
}
