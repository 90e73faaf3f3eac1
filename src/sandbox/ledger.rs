use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll, Waker};

use jiff::Timestamp;

use crate::ledger::{AcquiredLease, Claim, Event, Lease, Ledger, LedgerError, Recorded, Span, Standing, State, Write};
use crate::plan::{Failure, FailureClass};
use crate::rules;
use crate::sandbox::{Call, Sabotage, Sandbox};

impl Ledger for Sandbox {
    async fn acquire(&self, cluster: &str, claim: &Claim) -> Result<AcquiredLease, LedgerError> {
        let acquired = self.keep(Call::Acquire, self.ledger.acquire(cluster, claim)).await?;
        self.fence.store(acquired.lease.fence, Ordering::Relaxed);
        Ok(acquired)
    }

    async fn intend(&self, lease: &Lease, write: Write<'_>, until: Timestamp) -> Result<Lease, LedgerError> {
        if self.world().sabotage == Some(Sabotage::SkipIntent) {
            return Ok(Lease { expires_at: until, ..lease.clone() });
        }
        let lease = &self.presented(lease);
        self.keep(Call::Intend, self.ledger.intend(lease, write, until)).await
    }

    async fn commit(&self, lease: &Lease, write: Write<'_>) -> Result<(), LedgerError> {
        let lease = &self.presented(lease);
        self.keep(Call::Commit, self.ledger.commit(lease, write)).await
    }

    async fn announced(&self, lease: &Lease, state: &State) -> Result<(), LedgerError> {
        self.keep(Call::Announced, self.ledger.announced(lease, state)).await
    }

    async fn release(&self, lease: &Lease) -> Result<(), LedgerError> {
        self.keep(Call::Release, self.ledger.release(lease)).await
    }

    async fn read(&self, cluster: &str) -> Result<Option<Standing>, LedgerError> {
        self.keep(Call::ReadLedger, self.ledger.read(cluster)).await
    }

    async fn events(&self, cluster: &str, span: Span, at_most: usize) -> Result<Vec<Event>, LedgerError> {
        self.keep(Call::ReadLedger, self.ledger.events(cluster, span, at_most)).await
    }

    async fn samples(&self, cluster: &str, span: Span) -> Result<Vec<Recorded>, LedgerError> {
        self.keep(Call::ReadLedger, self.ledger.samples(cluster, span)).await
    }

    async fn ruleset(&self, cluster: &str, hash: &str) -> Result<Option<Arc<rules::Cluster>>, LedgerError> {
        self.keep(Call::ReadLedger, self.ledger.ruleset(cluster, hash)).await
    }
}

impl Sandbox {
    /// The lease as the ledger sees it: sabotage may pass an overtaken one off as the one in force.
    fn presented(&self, lease: &Lease) -> Lease {
        let skips = self.world().sabotage == Some(Sabotage::SkipFence);
        let fence = self.ledger.fence(&lease.cluster).filter(|_| skips).unwrap_or(lease.fence);
        Lease { fence, ..lease.clone() }
    }

    /// A call to the ledger; whatever strikes it, the answer is one that a real ledger gives.
    async fn keep<T: Send>(&self, call: Call, asked: impl Future<Output = Result<T, LedgerError>> + Send) -> Result<T, LedgerError> {
        let ask = |_: &mut _, _| Ok(answer(asked));
        match self.call(call, ask).await {
            Ok(answer) => answer,
            Err(failure) => Err(LedgerError::Unavailable { reason: failure.to_string() }),
        }
    }
}

/// The memory ledger answers at once.
fn answer<T>(asked: impl Future<Output = Result<T, LedgerError>>) -> Result<T, LedgerError> {
    match std::pin::pin!(asked).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(answer) => answer,
        Poll::Pending => Err(LedgerError::Unavailable { reason: unanswered().to_string() }),
    }
}

fn unanswered() -> Failure {
    Failure { class: FailureClass::Unknown, code: "timeout".to_owned(), message: "no answer".to_owned() }
}
