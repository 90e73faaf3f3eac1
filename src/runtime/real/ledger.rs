use std::sync::Arc;

use aws_config::SdkConfig;
use jiff::Timestamp;

use crate::ledger::dynamodb::DynamoDbLedger;
use crate::ledger::{
    AcquiredLease, Claim, Event, Lease, Ledger, LedgerError, Recorded, RedbLedger, Retention, Span, Standing, State, Write,
};
use crate::rules::Cluster;
use crate::runtime::configuration::Configuration;

/// The ledger that the configuration names.
#[derive(Debug)]
pub enum RealLedger {
    DynamoDb(DynamoDbLedger),
    Redb(RedbLedger),
}

impl RealLedger {
    /// Opens the ledger to write.
    ///
    /// # Errors
    ///
    /// Where the file is in use or cannot be opened. A table is not asked for until it is used.
    pub fn open(configuration: &Configuration, connection: &SdkConfig) -> Result<Self, LedgerError> {
        match &configuration.settings.ledger.table {
            Some(table) => Ok(Self::DynamoDb(DynamoDbLedger::new(connection, table, Retention::default()))),
            None => Ok(Self::Redb(RedbLedger::open(&configuration.ledger_file(), Retention::default())?)),
        }
    }
}

/// Opens the ledger to read, beside a daemon that writes it.
///
/// # Errors
///
/// Where the file cannot be opened.
pub async fn open_ledger_to_read(configuration: &Configuration) -> Result<RealLedger, LedgerError> {
    match &configuration.settings.ledger.table {
        Some(table) => {
            let region = configuration.settings.aws.as_ref().and_then(|aws| aws.region.clone());
            let connection = crate::aws::connect(region, crate::aws::CallLimits::default()).await;
            Ok(RealLedger::DynamoDb(DynamoDbLedger::new(&connection, table, Retention::default())))
        }
        None => Ok(RealLedger::Redb(RedbLedger::open_to_read(&configuration.ledger_file())?)),
    }
}

impl Ledger for RealLedger {
    async fn acquire(&self, cluster: &str, claim: &Claim) -> Result<AcquiredLease, LedgerError> {
        match self {
            Self::DynamoDb(ledger) => ledger.acquire(cluster, claim).await,
            Self::Redb(ledger) => ledger.acquire(cluster, claim).await,
        }
    }

    async fn intend(&self, lease: &Lease, write: Write<'_>, until: Timestamp) -> Result<Lease, LedgerError> {
        match self {
            Self::DynamoDb(ledger) => ledger.intend(lease, write, until).await,
            Self::Redb(ledger) => ledger.intend(lease, write, until).await,
        }
    }

    async fn commit(&self, lease: &Lease, write: Write<'_>) -> Result<(), LedgerError> {
        match self {
            Self::DynamoDb(ledger) => ledger.commit(lease, write).await,
            Self::Redb(ledger) => ledger.commit(lease, write).await,
        }
    }

    async fn announced(&self, lease: &Lease, state: &State) -> Result<(), LedgerError> {
        match self {
            Self::DynamoDb(ledger) => ledger.announced(lease, state).await,
            Self::Redb(ledger) => ledger.announced(lease, state).await,
        }
    }

    async fn release(&self, lease: &Lease) -> Result<(), LedgerError> {
        match self {
            Self::DynamoDb(ledger) => ledger.release(lease).await,
            Self::Redb(ledger) => ledger.release(lease).await,
        }
    }

    async fn read(&self, cluster: &str) -> Result<Option<Standing>, LedgerError> {
        match self {
            Self::DynamoDb(ledger) => ledger.read(cluster).await,
            Self::Redb(ledger) => ledger.read(cluster).await,
        }
    }

    async fn events(&self, cluster: &str, span: Span, at_most: usize) -> Result<Vec<Event>, LedgerError> {
        match self {
            Self::DynamoDb(ledger) => ledger.events(cluster, span, at_most).await,
            Self::Redb(ledger) => ledger.events(cluster, span, at_most).await,
        }
    }

    async fn samples(&self, cluster: &str, span: Span) -> Result<Vec<Recorded>, LedgerError> {
        match self {
            Self::DynamoDb(ledger) => ledger.samples(cluster, span).await,
            Self::Redb(ledger) => ledger.samples(cluster, span).await,
        }
    }

    async fn ruleset(&self, cluster: &str, hash: &str) -> Result<Option<Arc<Cluster>>, LedgerError> {
        match self {
            Self::DynamoDb(ledger) => ledger.ruleset(cluster, hash).await,
            Self::Redb(ledger) => ledger.ruleset(cluster, hash).await,
        }
    }
}
