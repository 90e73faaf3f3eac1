use std::future::Future;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use jiff::{SignedDuration, Timestamp};

use crate::ledger::{AcquiredLease, Claim, Event, Lease, Ledger, LedgerError, Recorded, Span, Standing, State, Write};
use crate::plan::{Failure, FailureClass};
use crate::rules;
use crate::sandbox::{Call, Deed, DeedKind, Sabotage, Sandbox, World, tamper};

impl Ledger for Sandbox {
    async fn acquire(&self, cluster: &str, claim: &Claim) -> Result<AcquiredLease, LedgerError> {
        let sabotage = self.world().sabotage;
        let hasty;
        let mut claim = claim;
        if sabotage == Some(Sabotage::IgnoreSkew) {
            hasty = Claim { skew: SignedDuration::ZERO, ..claim.clone() };
            claim = &hasty;
        }
        let answer = self.keep(Call::Acquire, self.ledger.acquire(cluster, claim)).await;
        match answer {
            Ok(mut acquired) => {
                self.process().take(acquired.lease.fence);
                if let (Some(sabotage), Some(state)) = (sabotage, &mut acquired.state) {
                    tamper::with_state(sabotage, state, &self.world(), claim.now);
                }
                Ok(acquired)
            }
            Err(refused) => {
                if matches!(refused, LedgerError::Held { .. }) {
                    self.world().strikes.count("lease held by another");
                    if sabotage == Some(Sabotage::FreeForeignLease) {
                        self.ledger.free(cluster);
                    }
                }
                Err(refused)
            }
        }
    }

    async fn intend(&self, lease: &Lease, write: Write<'_>, until: Timestamp) -> Result<Lease, LedgerError> {
        let sabotage = self.world().sabotage;
        if sabotage == Some(Sabotage::SkipIntent) {
            return Ok(Lease { expires_at: until, ..lease.clone() });
        }
        self.announce_early(sabotage, &lease.cluster, write.state);
        let presented = &self.presented(lease);
        match self.write(Call::Intend, lease, self.ledger.intend(presented, write, until)).await {
            Err(LedgerError::Fenced { .. }) if sabotage == Some(Sabotage::IgnoreRefusal) => {
                Ok(Lease { expires_at: until, ..lease.clone() })
            }
            answer => answer,
        }
    }

    async fn commit(&self, lease: &Lease, write: Write<'_>) -> Result<(), LedgerError> {
        let sabotage = self.world().sabotage;
        self.announce_early(sabotage, &lease.cluster, write.state);
        let write = match sabotage {
            Some(Sabotage::RecordOtherInputs) => Write { state: write.state, records: tamper::with_records(write.records) },
            _ => write,
        };
        let presented = &self.presented(lease);
        self.write(Call::Commit, lease, self.ledger.commit(presented, write)).await
    }

    async fn announced(&self, lease: &Lease, state: &State) -> Result<(), LedgerError> {
        self.write(Call::Announced, lease, self.ledger.announced(lease, state)).await
    }

    async fn raise_fence(&self, lease: &Lease, to: u64) -> Result<Lease, LedgerError> {
        self.keep(Call::Intend, self.ledger.raise_fence(lease, to)).await
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

    /// Sabotage: news go out with the write that they wait for.
    fn announce_early(&self, sabotage: Option<Sabotage>, cluster: &str, state: &State) {
        if sabotage != Some(Sabotage::AnnounceUncommitted) {
            return;
        }
        let mut world = self.world();
        for news in &state.unannounced {
            let id = format!("{cluster}/{}/{}", news.at, news.n);
            let (at, committed) = (world.now, self.ledger.knows(cluster, news.at, &id));
            world.note(|| Deed { at, what: DeedKind::Announced { id, committed } });
        }
    }

    /// A write under a lease. One that is taken though the lease is another's by now is noted: no fence guards the state.
    async fn write<T: Send>(
        &self,
        call: Call,
        lease: &Lease,
        asked: impl Future<Output = Result<T, LedgerError>> + Send,
    ) -> Result<T, LedgerError> {
        let ask = |world: &mut World, _| {
            let written = answer(asked);
            if written.is_ok() && self.ledger.fence(&lease.cluster) != Some(lease.fence) {
                let at = world.now;
                world.note(|| Deed { at, what: DeedKind::Overtaken { call, told: true } });
            }
            Ok(written)
        };
        self.answered(self.call(call, ask).await)
    }

    /// A call to the ledger; whatever strikes it, the answer is one that a real ledger gives.
    async fn keep<T: Send>(&self, call: Call, asked: impl Future<Output = Result<T, LedgerError>> + Send) -> Result<T, LedgerError> {
        self.answered(self.call(call, |_, _| Ok(answer(asked))).await)
    }

    fn answered<T>(&self, answer: Result<Result<T, LedgerError>, Failure>) -> Result<T, LedgerError> {
        match answer {
            Ok(answer) => {
                if matches!(answer, Err(LedgerError::Fenced { .. })) {
                    self.process().refuse();
                    self.world().strikes.count("write refused by the fence");
                }
                answer
            }
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
