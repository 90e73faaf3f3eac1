use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;

use crate::ledger::{AcquiredLease, Claim, Event, Lease, Ledger, LedgerError, Recorded, Records, SCHEMA, Span, Standing, State, Write};
use crate::rules;

/// A ledger that lives as long as its process, for tests and the sandbox. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct MemoryLedger {
    clusters: Arc<Mutex<BTreeMap<String, Kept>>>,
}

#[derive(Debug, Default)]
struct Kept {
    fence: u64,
    holder: Option<Holder>,
    state: Option<State>,
    events: BTreeMap<(Timestamp, u32), Event>,
    samples: BTreeMap<Timestamp, Recorded>,
    rulesets: BTreeMap<String, Arc<rules::Cluster>>,
}

#[derive(Clone, Debug)]
struct Holder {
    owner: String,
    expires_at: Timestamp,
}

impl Kept {
    fn check(&self, lease: &Lease) -> Result<(), LedgerError> {
        if self.fence == lease.fence { Ok(()) } else { Err(LedgerError::Fenced { ours: lease.fence }) }
    }

    fn add(&mut self, records: Records) {
        for event in records.events {
            self.events.insert(event.key(), event);
        }
        for recorded in records.samples {
            self.samples.insert(recorded.at, recorded);
        }
        if let Some(rules) = records.ruleset {
            self.rulesets.insert(rules.hash(), rules);
        }
    }
}

impl MemoryLedger {
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Loses everything about a cluster, its fence too, as if the table had been deleted.
    pub fn lose(&self, cluster: &str) {
        self.kept().remove(cluster);
    }

    /// The fence in force.
    #[must_use]
    pub fn fence(&self, cluster: &str) -> Option<u64> {
        self.kept().get(cluster).map(|kept| kept.fence)
    }

    /// Looks at the state without copying it; `None`: there is none.
    pub fn look<T>(&self, cluster: &str, at: impl FnOnce(&State) -> T) -> Option<T> {
        self.kept().get(cluster).and_then(|kept| kept.state.as_ref()).map(at)
    }

    /// An event of that instant stands in it, which news of that id may tell of: `cluster/instant/number`.
    #[must_use]
    pub fn knows(&self, cluster: &str, at: Timestamp, id: &str) -> bool {
        let number = id.rsplit('/').next().and_then(|number| number.parse().ok());
        number.is_some_and(|number| self.kept().get(cluster).is_some_and(|kept| kept.events.contains_key(&(at, number))))
    }

    /// Looks at all events, oldest first, and at the rules by their hashes, without copying either.
    pub fn look_at_events<T>(
        &self,
        cluster: &str,
        at: impl FnOnce(&mut dyn Iterator<Item = &Event>, &BTreeMap<String, Arc<rules::Cluster>>) -> T,
    ) -> Option<T> {
        self.kept().get(cluster).map(|kept| at(&mut kept.events.values(), &kept.rulesets))
    }

    /// Whoever holds the lease holds it no longer.
    pub fn free(&self, cluster: &str) {
        if let Some(kept) = self.kept().get_mut(cluster) {
            kept.holder = None;
        }
    }

    /// Another holder takes the lease, whoever has it, and gives it up again: the fence rises.
    pub fn usurp(&self, cluster: &str) {
        if let Some(kept) = self.kept().get_mut(cluster) {
            kept.fence += 1;
            kept.holder = None;
        }
    }

    /// Forgets events and samples from before then.
    pub fn forget_before(&self, cluster: &str, then: Timestamp) {
        if let Some(kept) = self.kept().get_mut(cluster) {
            kept.events = kept.events.split_off(&(then, 0));
            kept.samples = kept.samples.split_off(&then);
        }
    }

    fn kept(&self) -> MutexGuard<'_, BTreeMap<String, Kept>> {
        // Every write below is whole before the lock is given back, so a poisoned lock guards sound data.
        self.clusters.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn under<T>(&self, lease: &Lease, write: impl FnOnce(&mut Kept) -> T) -> Result<T, LedgerError> {
        let mut clusters = self.kept();
        let kept = clusters.get_mut(&lease.cluster).ok_or(LedgerError::Fenced { ours: lease.fence })?;
        kept.check(lease)?;
        Ok(write(kept))
    }
}

impl Ledger for MemoryLedger {
    async fn acquire(&self, cluster: &str, claim: &Claim) -> Result<AcquiredLease, LedgerError> {
        let mut clusters = self.kept();
        if !clusters.contains_key(cluster) {
            clusters.insert(cluster.to_owned(), Kept::default());
        }
        let Some(kept) = clusters.get_mut(cluster) else {
            return Err(LedgerError::Unavailable { reason: "the cluster could not be added".to_owned() });
        };
        if let Some(found) = kept.state.as_ref().map(|state| state.schema).filter(|schema| *schema > SCHEMA) {
            return Err(LedgerError::Newer { found, known: SCHEMA });
        }
        if let Some(holder) = &kept.holder
            && !claim.may_take(holder.expires_at)
        {
            return Err(LedgerError::Held { by: holder.owner.clone(), until: holder.expires_at });
        }
        kept.fence += 1;
        let expires_at = claim.expiry();
        kept.holder = Some(Holder { owner: claim.owner.clone(), expires_at });
        let lease = Lease { cluster: cluster.to_owned(), owner: claim.owner.clone(), fence: kept.fence, expires_at };
        Ok(AcquiredLease { lease, state: kept.state.clone() })
    }

    async fn intend(&self, lease: &Lease, write: Write<'_>, until: Timestamp) -> Result<Lease, LedgerError> {
        self.under(lease, |kept| {
            kept.holder = Some(Holder { owner: lease.owner.clone(), expires_at: until });
            kept.state = Some(write.state.clone());
            kept.add(write.records);
            Lease { expires_at: until, ..lease.clone() }
        })
    }

    async fn commit(&self, lease: &Lease, write: Write<'_>) -> Result<(), LedgerError> {
        self.under(lease, |kept| {
            kept.holder = None;
            kept.state = Some(write.state.clone());
            kept.add(write.records);
        })
    }

    async fn announced(&self, lease: &Lease, state: &State) -> Result<(), LedgerError> {
        self.under(lease, |kept| kept.state = Some(state.clone()))
    }

    async fn raise_fence(&self, lease: &Lease, to: u64) -> Result<Lease, LedgerError> {
        self.under(lease, |kept| {
            kept.fence = kept.fence.max(to);
            Lease { fence: kept.fence, ..lease.clone() }
        })
    }

    async fn release(&self, lease: &Lease) -> Result<(), LedgerError> {
        self.under(lease, |kept| kept.holder = None)
    }

    async fn read(&self, cluster: &str) -> Result<Option<Standing>, LedgerError> {
        Ok(self.kept().get(cluster).map(|kept| Standing {
            state: kept.state.clone(),
            lease: kept.holder.as_ref().map(|holder| Lease {
                cluster: cluster.to_owned(),
                owner: holder.owner.clone(),
                fence: kept.fence,
                expires_at: holder.expires_at,
            }),
            fence: kept.fence,
        }))
    }

    async fn events(&self, cluster: &str, span: Span, at_most: usize) -> Result<Vec<Event>, LedgerError> {
        let clusters = self.kept();
        let Some(kept) = clusters.get(cluster).filter(|_| span.from <= span.to) else { return Ok(Vec::new()) };
        let newest = kept.events.range((span.from, 0)..=(span.to, u32::MAX)).rev().take(at_most);
        let mut events: Vec<Event> = newest.map(|(_, event)| event.clone()).collect();
        events.reverse();
        Ok(events)
    }

    async fn samples(&self, cluster: &str, span: Span) -> Result<Vec<Recorded>, LedgerError> {
        let clusters = self.kept();
        let Some(kept) = clusters.get(cluster).filter(|_| span.from <= span.to) else { return Ok(Vec::new()) };
        Ok(kept.samples.range(span.from..=span.to).map(|(_, recorded)| recorded.clone()).collect())
    }

    async fn ruleset(&self, cluster: &str, hash: &str) -> Result<Option<Arc<rules::Cluster>>, LedgerError> {
        Ok(self.kept().get(cluster).and_then(|kept| kept.rulesets.get(hash).cloned()))
    }
}
