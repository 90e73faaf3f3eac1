use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;

#[cfg(feature = "aws")]
use crate::ledger::dynamodb::DynamoDbLedger;
use crate::ledger::{
    AcquiredLease, Claim, Event, Lease, Ledger, LedgerError, Recorded, RedbLedger, Retention, Span, Standing, State, Write,
};
use crate::rules::Cluster;
use crate::runtime::configuration::Configuration;

/// The ledger that the configuration names.
#[derive(Debug)]
pub enum ConfiguredLedger {
    #[cfg(feature = "aws")]
    DynamoDb(DynamoDbLedger),
    Redb(RedbLedger),
}

/// What the ledger is opened for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Beside a daemon that writes it.
    Read,
    /// By this process alone.
    Write,
}

impl ConfiguredLedger {
    /// Opens the ledger to write, with a connection that is there already. A table is not asked for until it is used.
    ///
    /// # Errors
    ///
    /// Where the file is in use or cannot be opened.
    #[cfg(feature = "aws")]
    pub fn with_connection(configuration: &Configuration, connection: &aws_config::SdkConfig) -> Result<Self, LedgerError> {
        match &configuration.settings.ledger.table {
            Some(table) => Ok(Self::DynamoDb(DynamoDbLedger::new(connection, table, Retention::default()))),
            None => Self::in_file(&configuration.ledger_file(), Access::Write),
        }
    }

    /// Opens the ledger that `smartscale.toml` names.
    ///
    /// # Errors
    ///
    /// Where the file is in use or cannot be opened.
    pub async fn open(configuration: &Configuration, access: Access) -> Result<Self, LedgerError> {
        let Some(table) = &configuration.settings.ledger.table else { return Self::in_file(&configuration.ledger_file(), access) };
        in_table(configuration, table).await
    }

    /// Opens the ledger in a file.
    ///
    /// # Errors
    ///
    /// Where the file is in use, or cannot be opened.
    pub fn in_file(path: &Path, access: Access) -> Result<Self, LedgerError> {
        Ok(Self::Redb(match access {
            Access::Read => RedbLedger::open_to_read(path)?,
            Access::Write => RedbLedger::open(path, Retention::default())?,
        }))
    }

    /// The clusters of a ledger in a file; a table is not searched for them.
    ///
    /// # Errors
    ///
    /// Where the file cannot be read.
    pub fn clusters(&self) -> Result<Vec<String>, LedgerError> {
        match self {
            #[cfg(feature = "aws")]
            Self::DynamoDb(_) => Ok(Vec::new()),
            Self::Redb(ledger) => ledger.clusters(),
        }
    }
}

#[cfg(feature = "aws")]
async fn in_table(configuration: &Configuration, table: &str) -> Result<ConfiguredLedger, LedgerError> {
    let region = configuration.settings.aws.as_ref().and_then(|aws| aws.region.clone());
    let connection = crate::aws::connect(region, crate::aws::CallLimits::default()).await;
    Ok(ConfiguredLedger::DynamoDb(DynamoDbLedger::new(&connection, table, Retention::default())))
}

#[cfg(not(feature = "aws"))]
async fn in_table(_: &Configuration, table: &str) -> Result<ConfiguredLedger, LedgerError> {
    let reason = format!("the table `{table}` is in DynamoDB, which this build of smartscale leaves out (feature `aws`)");
    Err(LedgerError::Unavailable { reason })
}

impl Ledger for ConfiguredLedger {
    async fn acquire(&self, cluster: &str, claim: &Claim) -> Result<AcquiredLease, LedgerError> {
        match self {
            #[cfg(feature = "aws")]
            Self::DynamoDb(ledger) => ledger.acquire(cluster, claim).await,
            Self::Redb(ledger) => ledger.acquire(cluster, claim).await,
        }
    }

    async fn intend(&self, lease: &Lease, write: Write<'_>, until: Timestamp) -> Result<Lease, LedgerError> {
        match self {
            #[cfg(feature = "aws")]
            Self::DynamoDb(ledger) => ledger.intend(lease, write, until).await,
            Self::Redb(ledger) => ledger.intend(lease, write, until).await,
        }
    }

    async fn commit(&self, lease: &Lease, write: Write<'_>) -> Result<(), LedgerError> {
        match self {
            #[cfg(feature = "aws")]
            Self::DynamoDb(ledger) => ledger.commit(lease, write).await,
            Self::Redb(ledger) => ledger.commit(lease, write).await,
        }
    }

    async fn announced(&self, lease: &Lease, state: &State) -> Result<(), LedgerError> {
        match self {
            #[cfg(feature = "aws")]
            Self::DynamoDb(ledger) => ledger.announced(lease, state).await,
            Self::Redb(ledger) => ledger.announced(lease, state).await,
        }
    }

    async fn raise_fence(&self, lease: &Lease, to: u64) -> Result<Lease, LedgerError> {
        match self {
            #[cfg(feature = "aws")]
            Self::DynamoDb(ledger) => ledger.raise_fence(lease, to).await,
            Self::Redb(ledger) => ledger.raise_fence(lease, to).await,
        }
    }

    async fn release(&self, lease: &Lease) -> Result<(), LedgerError> {
        match self {
            #[cfg(feature = "aws")]
            Self::DynamoDb(ledger) => ledger.release(lease).await,
            Self::Redb(ledger) => ledger.release(lease).await,
        }
    }

    async fn read(&self, cluster: &str) -> Result<Option<Standing>, LedgerError> {
        match self {
            #[cfg(feature = "aws")]
            Self::DynamoDb(ledger) => ledger.read(cluster).await,
            Self::Redb(ledger) => ledger.read(cluster).await,
        }
    }

    async fn events(&self, cluster: &str, span: Span, at_most: usize) -> Result<Vec<Event>, LedgerError> {
        match self {
            #[cfg(feature = "aws")]
            Self::DynamoDb(ledger) => ledger.events(cluster, span, at_most).await,
            Self::Redb(ledger) => ledger.events(cluster, span, at_most).await,
        }
    }

    async fn samples(&self, cluster: &str, span: Span) -> Result<Vec<Recorded>, LedgerError> {
        match self {
            #[cfg(feature = "aws")]
            Self::DynamoDb(ledger) => ledger.samples(cluster, span).await,
            Self::Redb(ledger) => ledger.samples(cluster, span).await,
        }
    }

    async fn ruleset(&self, cluster: &str, hash: &str) -> Result<Option<Arc<Cluster>>, LedgerError> {
        match self {
            #[cfg(feature = "aws")]
            Self::DynamoDb(ledger) => ledger.ruleset(cluster, hash).await,
            Self::Redb(ledger) => ledger.ruleset(cluster, hash).await,
        }
    }
}
