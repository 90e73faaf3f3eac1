use std::time::Duration;

use aws_config::SdkConfig;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType, TableDescription, TableStatus,
    TimeToLiveSpecification, TimeToLiveStatus,
};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;

use crate::aws::Fault;
use crate::ledger::dynamodb::item::{CLUSTER, EXPIRES, ITEM};

/// How long a new table may take to be there; DynamoDB needs seconds.
const PATIENCE: Duration = Duration::from_secs(120);
const PAUSE: Duration = Duration::from_millis(500);

/// Why the table could not be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TableError {
    #[error("the table `{table}` exists with the key {found}, the ledger's is `cluster` (partition) and `item` (sort), both text")]
    OtherKey { table: String, found: String },
    #[error("the table `{table}` cannot be made: {reason}")]
    Failed { table: String, reason: String },
}

impl TableError {
    /// What a person can do about it.
    #[must_use]
    pub const fn help(&self) -> &'static str {
        match self {
            Self::OtherKey { .. } => "name another table under [ledger] in `smartscale.toml`",
            Self::Failed { .. } => {
                "whoever makes the table needs CreateTable, DescribeTable, UpdateTimeToLive and DescribeTimeToLive on it"
            }
        }
    }
}

/// Makes the ledger's table, paid by request, with its time to live, and waits until it is there. A table that is there
/// already is left as it is, but for its time to live. Answers whether it was made.
///
/// # Errors
/// [`TableError`].
pub async fn create_table(connection: &SdkConfig, table: &str) -> Result<bool, TableError> {
    let client = Client::new(connection);
    let made = create(&client, table).await?;
    let description = wait_until_active(&client, table).await?;
    check_key(table, &description)?;
    enable_time_to_live(&client, table).await?;
    Ok(made)
}

async fn create(client: &Client, table: &str) -> Result<bool, TableError> {
    let attribute = |name: &str| AttributeDefinition::builder().attribute_name(name).attribute_type(ScalarAttributeType::S).build();
    let element = |name: &str, kind| KeySchemaElement::builder().attribute_name(name).key_type(kind).build();
    let build = |error: &dyn std::error::Error| TableError::Failed { table: table.to_owned(), reason: error.to_string() };
    let sent = client
        .create_table()
        .table_name(table)
        .billing_mode(BillingMode::PayPerRequest)
        .attribute_definitions(attribute(CLUSTER).map_err(|error| build(&error))?)
        .attribute_definitions(attribute(ITEM).map_err(|error| build(&error))?)
        .key_schema(element(CLUSTER, KeyType::Hash).map_err(|error| build(&error))?)
        .key_schema(element(ITEM, KeyType::Range).map_err(|error| build(&error))?)
        .send()
        .await;
    match sent {
        Ok(_) => Ok(true),
        Err(error) if error.code() == Some("ResourceInUseException") => Ok(false),
        Err(error) => Err(failed(table, &error)),
    }
}

async fn wait_until_active(client: &Client, table: &str) -> Result<TableDescription, TableError> {
    let active = async {
        loop {
            let answer = client.describe_table().table_name(table).send().await;
            match answer.map(|answer| answer.table) {
                Ok(Some(description)) if description.table_status() == Some(&TableStatus::Active) => return Ok(description),
                Ok(_) => {}
                // Just made, and not seen everywhere yet.
                Err(error) if error.code() == Some("ResourceNotFoundException") => {}
                Err(error) => return Err(failed(table, &error)),
            }
            tokio::time::sleep(PAUSE).await;
        }
    };
    let late = TableError::Failed { table: table.to_owned(), reason: format!("it is not active after {} s", PATIENCE.as_secs()) };
    tokio::time::timeout(PATIENCE, active).await.unwrap_or(Err(late))
}

fn check_key(table: &str, description: &TableDescription) -> Result<(), TableError> {
    let key = |kind: &KeyType| {
        let name = description.key_schema().iter().find(|element| element.key_type() == kind)?.attribute_name();
        let attribute = description.attribute_definitions().iter().find(|attribute| attribute.attribute_name() == name)?;
        Some((name, attribute.attribute_type()))
    };
    let (partition, sort) = (key(&KeyType::Hash), key(&KeyType::Range));
    if partition == Some((CLUSTER, &ScalarAttributeType::S)) && sort == Some((ITEM, &ScalarAttributeType::S)) {
        return Ok(());
    }
    let words = |key: Option<(&str, &ScalarAttributeType)>| {
        key.map_or_else(|| "none".to_owned(), |(name, kind)| format!("`{name}` of type {}", kind.as_str()))
    };
    Err(TableError::OtherKey { table: table.to_owned(), found: format!("{} and {}", words(partition), words(sort)) })
}

async fn enable_time_to_live(client: &Client, table: &str) -> Result<(), TableError> {
    let answer = client.describe_time_to_live().table_name(table).send().await.map_err(|error| failed(table, &error))?;
    let found = answer.time_to_live_description();
    let status = found.and_then(|found| found.time_to_live_status());
    if matches!(status, Some(TimeToLiveStatus::Enabled | TimeToLiveStatus::Enabling)) {
        return match found.and_then(|found| found.attribute_name()) {
            Some(EXPIRES) => Ok(()),
            other => Err(TableError::Failed {
                table: table.to_owned(),
                reason: format!("its time to live is on the attribute `{}`, expected `{EXPIRES}`", other.unwrap_or_default()),
            }),
        };
    }
    let wanted = TimeToLiveSpecification::builder().attribute_name(EXPIRES).enabled(true).build();
    let wanted = wanted.map_err(|error| TableError::Failed { table: table.to_owned(), reason: error.to_string() })?;
    let sent = client.update_time_to_live().table_name(table).time_to_live_specification(wanted).send().await;
    sent.map(drop).map_err(|error| failed(table, &error))
}

fn failed<E>(table: &str, error: &SdkError<E, HttpResponse>) -> TableError
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    TableError::Failed { table: table.to_owned(), reason: Fault::of(error).to_string() }
}
