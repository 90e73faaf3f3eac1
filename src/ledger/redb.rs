use std::fmt;
use std::ops::RangeInclusive;
use std::path::Path;
use std::sync::Arc;

use ::redb::{
    ConcurrencyMode, Database, DatabaseError, ReadOnlyDatabase, ReadTransaction, ReadableDatabase, ReadableTable, TableDefinition,
    TableError, WriteTransaction,
};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::ledger::stored::{decode, decode_state, encode};
use crate::ledger::{AcquiredLease, Claim, Event, Lease, Ledger, LedgerError, Recorded, Records, Span, Standing, State, Write};
use crate::rules;

/// By cluster.
const LEASES: TableDefinition<&str, &[u8]> = TableDefinition::new("leases");
/// By cluster.
const STATES: TableDefinition<&str, &[u8]> = TableDefinition::new("states");
/// By cluster, nanosecond and number within the instant.
const EVENTS: TableDefinition<(&str, i128, u32), &[u8]> = TableDefinition::new("events");
/// By cluster and nanosecond.
const SAMPLES: TableDefinition<(&str, i128), &[u8]> = TableDefinition::new("samples");
/// By cluster and hash.
const RULESETS: TableDefinition<(&str, &str), &[u8]> = TableDefinition::new("rulesets");

/// The most that redb keeps in memory; a ledger is small, and a daemon runs beside what it scales.
const CACHE_BYTES: usize = 16 * 1024 * 1024;

/// The embedded ledger: one file, safe against crashes, written by one process, read by any number beside it.
pub struct RedbLedger {
    store: Store,
    path: String,
    keep: Retention,
}

/// How long the record is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retention {
    pub events: SignedDuration,
    pub samples: SignedDuration,
}

impl Default for Retention {
    fn default() -> Self {
        Self { events: SignedDuration::from_hours(24 * 90), samples: SignedDuration::from_hours(24 * 35) }
    }
}

enum Store {
    Writer(Database),
    Reader(ReadOnlyDatabase),
}

impl fmt::Debug for RedbLedger {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("RedbLedger").field("path", &self.path).finish_non_exhaustive()
    }
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Leased {
    fence: u64,
    holder: Option<Holder>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Holder {
    owner: String,
    expires_at: Timestamp,
}

impl RedbLedger {
    /// Opens the file, or makes it.
    ///
    /// # Errors
    /// `Locked` while another process writes it; `Unavailable`.
    pub fn open(path: &Path, keep: Retention) -> Result<Self, LedgerError> {
        let database = Database::builder()
            .set_cache_size(CACHE_BYTES)
            .set_concurrency_mode(ConcurrencyMode::SingleWriter)
            .create(path)
            .map_err(|error| refused(path, &error))?;
        Ok(Self { store: Store::Writer(database), path: path.display().to_string(), keep })
    }

    /// Opens the file to read, beside its writer, if there is one.
    ///
    /// # Errors
    /// `Unavailable`.
    pub fn open_to_read(path: &Path) -> Result<Self, LedgerError> {
        let database = Database::builder()
            .set_cache_size(CACHE_BYTES)
            .set_concurrency_mode(ConcurrencyMode::SingleWriter)
            .open_read_only(path)
            .map_err(|error| refused(path, &error))?;
        Ok(Self { store: Store::Reader(database), path: path.display().to_string(), keep: Retention::default() })
    }

    /// The clusters that it has, in order of name.
    ///
    /// # Errors
    /// `Unavailable`.
    pub fn clusters(&self) -> Result<Vec<String>, LedgerError> {
        let transaction = self.reading()?;
        let Some(leases) = found(transaction.open_table(LEASES))? else { return Ok(Vec::new()) };
        let names = leases.iter().map_err(unavailable)?.map(|entry| Ok(entry.map_err(unavailable)?.0.value().to_owned()));
        names.collect()
    }

    fn reading(&self) -> Result<ReadTransaction, LedgerError> {
        match &self.store {
            Store::Writer(database) => database.begin_read(),
            Store::Reader(database) => database.begin_read(),
        }
        .map_err(unavailable)
    }

    /// One transaction, durable once it returns; nothing of it is kept if `write` fails.
    fn writing<T>(&self, write: impl FnOnce(&WriteTransaction) -> Result<T, LedgerError>) -> Result<T, LedgerError> {
        let Store::Writer(database) = &self.store else { return Err(LedgerError::Locked { path: self.path.clone() }) };
        let transaction = database.begin_write().map_err(unavailable)?;
        let written = write(&transaction)?;
        transaction.commit().map_err(unavailable)?;
        Ok(written)
    }

    fn under(
        &self,
        lease: &Lease,
        holder: impl FnOnce(Option<Holder>) -> Option<Holder>,
        state: Option<&State>,
        records: Records,
    ) -> Result<(), LedgerError> {
        self.writing(|transaction| {
            let leased = leased(transaction, &lease.cluster)?;
            if leased.fence != lease.fence {
                return Err(LedgerError::Fenced { ours: lease.fence });
            }
            let leased = Leased { fence: leased.fence, holder: holder(leased.holder) };
            put_lease(transaction, &lease.cluster, &leased)?;
            if let Some(state) = state {
                let bytes = encode("state", state)?;
                transaction
                    .open_table(STATES)
                    .map_err(unavailable)?
                    .insert(lease.cluster.as_str(), bytes.as_slice())
                    .map_err(unavailable)?;
            }
            self.add(transaction, &lease.cluster, records)
        })
    }

    fn add(&self, transaction: &WriteTransaction, cluster: &str, records: Records) -> Result<(), LedgerError> {
        if !records.events.is_empty() {
            let mut events = transaction.open_table(EVENTS).map_err(unavailable)?;
            for event in &records.events {
                let bytes = encode("event", event)?;
                events.insert((cluster, event.at.as_nanosecond(), event.n), bytes.as_slice()).map_err(unavailable)?;
            }
            if let Some(newest) = records.events.iter().map(|event| event.at).max() {
                let aged = (cluster, i128::MIN, 0)..(cluster, before(newest, self.keep.events), 0);
                events.retain_in(aged, |_, _| false).map_err(unavailable)?;
            }
        }
        if let Some(newest) = records.samples.iter().map(|recorded| recorded.at).max() {
            let mut samples = transaction.open_table(SAMPLES).map_err(unavailable)?;
            for recorded in &records.samples {
                let bytes = encode("sample", recorded)?;
                samples.insert((cluster, recorded.at.as_nanosecond()), bytes.as_slice()).map_err(unavailable)?;
            }
            let aged = (cluster, i128::MIN)..(cluster, before(newest, self.keep.samples));
            samples.retain_in(aged, |_, _| false).map_err(unavailable)?;
        }
        if let Some(rules) = records.ruleset {
            let bytes = encode("ruleset", rules.as_ref())?;
            let hash = rules.hash();
            let mut rulesets = transaction.open_table(RULESETS).map_err(unavailable)?;
            rulesets.insert((cluster, hash.as_str()), bytes.as_slice()).map_err(unavailable)?;
        }
        Ok(())
    }
}

impl Ledger for RedbLedger {
    async fn acquire(&self, cluster: &str, claim: &Claim) -> Result<AcquiredLease, LedgerError> {
        self.writing(|transaction| {
            let states = transaction.open_table(STATES).map_err(unavailable)?;
            let state = states.get(cluster).map_err(unavailable)?.map(|bytes| decode_state(bytes.value())).transpose()?;
            let before = leased(transaction, cluster)?;
            if let Some(holder) = before.holder
                && !claim.may_take(holder.expires_at)
            {
                return Err(LedgerError::Held { by: holder.owner, until: holder.expires_at });
            }
            let expires_at = claim.expiry();
            let holder = Holder { owner: claim.owner.clone(), expires_at };
            let leased = Leased { fence: before.fence.saturating_add(1), holder: Some(holder) };
            put_lease(transaction, cluster, &leased)?;
            let lease = Lease { cluster: cluster.to_owned(), owner: claim.owner.clone(), fence: leased.fence, expires_at };
            Ok(AcquiredLease { lease, state })
        })
    }

    async fn intend(&self, lease: &Lease, write: Write<'_>, until: Timestamp) -> Result<Lease, LedgerError> {
        let holder = Holder { owner: lease.owner.clone(), expires_at: until };
        self.under(lease, |_| Some(holder), Some(write.state), write.records)?;
        Ok(Lease { expires_at: until, ..lease.clone() })
    }

    async fn commit(&self, lease: &Lease, write: Write<'_>) -> Result<(), LedgerError> {
        self.under(lease, |_| None, Some(write.state), write.records)
    }

    async fn announced(&self, lease: &Lease, state: &State) -> Result<(), LedgerError> {
        self.under(lease, |holder| holder, Some(state), Records::default())
    }

    async fn raise_fence(&self, lease: &Lease, to: u64) -> Result<Lease, LedgerError> {
        self.writing(|transaction| {
            let leased = leased(transaction, &lease.cluster)?;
            if leased.fence != lease.fence {
                return Err(LedgerError::Fenced { ours: lease.fence });
            }
            let fence = leased.fence.max(to);
            put_lease(transaction, &lease.cluster, &Leased { fence, ..leased })?;
            Ok(Lease { fence, ..lease.clone() })
        })
    }

    async fn release(&self, lease: &Lease) -> Result<(), LedgerError> {
        self.under(lease, |_| None, None, Records::default())
    }

    async fn read(&self, cluster: &str) -> Result<Option<Standing>, LedgerError> {
        let transaction = self.reading()?;
        let Some(leases) = found(transaction.open_table(LEASES))? else { return Ok(None) };
        let Some(bytes) = leases.get(cluster).map_err(unavailable)? else { return Ok(None) };
        let leased: Leased = decode("lease", bytes.value())?;
        let state = match found(transaction.open_table(STATES))? {
            Some(states) => states.get(cluster).map_err(unavailable)?.map(|bytes| decode_state(bytes.value())).transpose()?,
            None => None,
        };
        let lease = leased.holder.map(|holder| Lease {
            cluster: cluster.to_owned(),
            owner: holder.owner,
            fence: leased.fence,
            expires_at: holder.expires_at,
        });
        Ok(Some(Standing { state, lease, fence: leased.fence }))
    }

    async fn events(&self, cluster: &str, span: Span, at_most: usize) -> Result<Vec<Event>, LedgerError> {
        let transaction = self.reading()?;
        let Some(table) = found(transaction.open_table(EVENTS))? else { return Ok(Vec::new()) };
        let Some(nanoseconds) = nanoseconds(span) else { return Ok(Vec::new()) };
        let range = (cluster, *nanoseconds.start(), 0)..=(cluster, *nanoseconds.end(), u32::MAX);
        let mut events = Vec::new();
        for entry in table.range(range).map_err(unavailable)?.rev().take(at_most) {
            events.push(decode("event", entry.map_err(unavailable)?.1.value())?);
        }
        events.reverse();
        Ok(events)
    }

    async fn samples(&self, cluster: &str, span: Span) -> Result<Vec<Recorded>, LedgerError> {
        let transaction = self.reading()?;
        let Some(table) = found(transaction.open_table(SAMPLES))? else { return Ok(Vec::new()) };
        let Some(nanoseconds) = nanoseconds(span) else { return Ok(Vec::new()) };
        let range = (cluster, *nanoseconds.start())..=(cluster, *nanoseconds.end());
        let mut samples = Vec::new();
        for entry in table.range(range).map_err(unavailable)? {
            samples.push(decode("sample", entry.map_err(unavailable)?.1.value())?);
        }
        Ok(samples)
    }

    async fn ruleset(&self, cluster: &str, hash: &str) -> Result<Option<Arc<rules::Cluster>>, LedgerError> {
        let transaction = self.reading()?;
        let Some(table) = found(transaction.open_table(RULESETS))? else { return Ok(None) };
        table.get((cluster, hash)).map_err(unavailable)?.map(|bytes| decode("ruleset", bytes.value())).transpose()
    }
}

fn leased(transaction: &WriteTransaction, cluster: &str) -> Result<Leased, LedgerError> {
    let leases = transaction.open_table(LEASES).map_err(unavailable)?;
    let bytes = leases.get(cluster).map_err(unavailable)?;
    bytes.map_or_else(|| Ok(Leased::default()), |bytes| decode("lease", bytes.value()))
}

fn put_lease(transaction: &WriteTransaction, cluster: &str, leased: &Leased) -> Result<(), LedgerError> {
    let bytes = encode("lease", leased)?;
    transaction.open_table(LEASES).map_err(unavailable)?.insert(cluster, bytes.as_slice()).map_err(unavailable)?;
    Ok(())
}

/// A table that nothing was written to yet does not exist for readers.
fn found<T>(opened: Result<T, TableError>) -> Result<Option<T>, LedgerError> {
    match opened {
        Ok(table) => Ok(Some(table)),
        Err(TableError::TableDoesNotExist(_)) => Ok(None),
        Err(error) => Err(unavailable(error)),
    }
}

/// `None` for a span that ends before it starts.
fn nanoseconds(span: Span) -> Option<RangeInclusive<i128>> {
    (span.from <= span.to).then(|| span.from.as_nanosecond()..=span.to.as_nanosecond())
}

fn before(at: Timestamp, keep: SignedDuration) -> i128 {
    at.as_nanosecond().saturating_sub(keep.as_nanos())
}

fn refused(path: &Path, error: &DatabaseError) -> LedgerError {
    let path = path.display().to_string();
    match error {
        DatabaseError::DatabaseAlreadyOpen => LedgerError::Locked { path },
        error => LedgerError::Unavailable { reason: format!("`{path}`: {error}") },
    }
}

fn unavailable(error: impl Into<::redb::Error>) -> LedgerError {
    LedgerError::Unavailable { reason: error.into().to_string() }
}
