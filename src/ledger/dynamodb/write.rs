use std::collections::HashMap;
use std::time::Duration;

use aws_sdk_dynamodb::types::{ConditionCheck, Put, TransactWriteItem, Update};
use backon::{ExponentialBuilder, Retryable};
use jiff::Timestamp;

use crate::ledger::dynamodb::batches::batches;
use crate::ledger::dynamodb::failure::{Refusal, of_transaction, of_update};
use crate::ledger::dynamodb::item::{BODY, FENCE, Item, OWNER, PARTS, PARTS_HASH, SCHEMA, UNTIL, key, number, text};
use crate::ledger::dynamodb::keys::{self, STATE};
use crate::ledger::dynamodb::ledger::DynamoDbLedger;
use crate::ledger::{Lease, LedgerError};

/// What becomes of the lease with a write.
#[derive(Clone, Copy, Debug)]
pub enum Change<'a> {
    Keep,
    Renew { owner: &'a str, until: Timestamp },
    Release,
}

/// The state's item as it is to be.
#[derive(Debug)]
pub struct StateItem {
    pub schema: u32,
    pub item: Item,
}

impl DynamoDbLedger {
    /// Writes the records and then, in one transaction with the last of them, the state and the lease; each write is
    /// conditional on the fence. What fits one transaction is written in one.
    pub(super) async fn write(
        &self,
        lease: &Lease,
        change: Change<'_>,
        state: Option<StateItem>,
        records: Vec<Item>,
    ) -> Result<(), LedgerError> {
        let fenced = |refusal| match refusal {
            Refusal::Condition(_) => LedgerError::Fenced { ours: lease.fence },
            Refusal::Conflict(error) | Refusal::Failed(error) => error,
        };
        let mut batches = batches(records);
        let last = batches.pop();
        for batch in batches {
            let check = TransactWriteItem::builder().condition_check(self.fence_check(lease)?).build();
            self.transact(check, batch).await.map_err(fenced)?;
        }
        let update = StateUpdate::new(lease, change, state);
        match last {
            None => self.update(update).await.map_err(fenced),
            Some(batch) => {
                let update = TransactWriteItem::builder().update(self.as_part(update)?).build();
                self.transact(update, batch).await.map_err(fenced)
            }
        }
    }

    async fn update(&self, update: StateUpdate) -> Result<(), Refusal> {
        let asked = self
            .client
            .update_item()
            .table_name(&self.place.table)
            .set_key(Some(update.key))
            .update_expression(update.expression)
            .condition_expression(CONDITION)
            .set_expression_attribute_names(Some(update.names))
            .set_expression_attribute_values(Some(update.values));
        patiently(|| async { asked.clone().send().await.map(drop).map_err(|error| of_update(&self.place, error)) }).await
    }

    /// Puts another fence in the place of the lease's own.
    pub(super) async fn write_fence(&self, lease: &Lease, fence: u64) -> Result<(), LedgerError> {
        let asked = self
            .client
            .update_item()
            .table_name(&self.place.table)
            .set_key(Some(key(&lease.cluster, STATE)))
            .update_expression("SET #fence = :raised")
            .condition_expression(CONDITION)
            .expression_attribute_names("#fence", FENCE)
            .expression_attribute_values(":fence", number(lease.fence))
            .expression_attribute_values(":raised", number(fence));
        let sent = patiently(|| async { asked.clone().send().await.map(drop).map_err(|error| of_update(&self.place, error)) }).await;
        sent.map_err(|refusal| match refusal {
            Refusal::Condition(_) => LedgerError::Fenced { ours: lease.fence },
            Refusal::Conflict(error) | Refusal::Failed(error) => error,
        })
    }

    async fn transact(&self, state: TransactWriteItem, records: Vec<Item>) -> Result<(), Refusal> {
        let mut asked = self.client.transact_write_items().transact_items(state);
        for item in records {
            let put = Put::builder().table_name(&self.place.table).set_item(Some(item)).build().map_err(|error| unbuilt(&error));
            asked = asked.transact_items(TransactWriteItem::builder().put(put.map_err(Refusal::Failed)?).build());
        }
        patiently(|| async { asked.clone().send().await.map(drop).map_err(|error| of_transaction(&self.place, &error)) }).await
    }

    fn fence_check(&self, lease: &Lease) -> Result<ConditionCheck, LedgerError> {
        ConditionCheck::builder()
            .table_name(&self.place.table)
            .set_key(Some(key(&lease.cluster, STATE)))
            .condition_expression(CONDITION)
            .expression_attribute_names("#fence", FENCE)
            .expression_attribute_values(":fence", number(lease.fence))
            .build()
            .map_err(|error| unbuilt(&error))
    }

    fn as_part(&self, update: StateUpdate) -> Result<Update, LedgerError> {
        Update::builder()
            .table_name(&self.place.table)
            .set_key(Some(update.key))
            .update_expression(update.expression)
            .condition_expression(CONDITION)
            .set_expression_attribute_names(Some(update.names))
            .set_expression_attribute_values(Some(update.values))
            .build()
            .map_err(|error| unbuilt(&error))
    }
}

/// EC2 cannot check a fence, the ledger must: whoever took the lease since has raised it.
const CONDITION: &str = "#fence = :fence";

/// One UpdateItem of the state's item.
struct StateUpdate {
    key: Item,
    expression: String,
    names: HashMap<String, String>,
    values: Item,
}

impl StateUpdate {
    fn new(lease: &Lease, change: Change<'_>, state: Option<StateItem>) -> Self {
        let mut set: Vec<(&str, _)> = Vec::new();
        let mut remove: Vec<&str> = Vec::new();
        match change {
            Change::Keep => {}
            Change::Renew { owner, until } => set.extend([(OWNER, text(owner)), (UNTIL, text(keys::instant(until)))]),
            Change::Release => remove.extend([OWNER, UNTIL]),
        }
        if let Some(StateItem { schema, mut item }) = state {
            set.push((SCHEMA, number(schema)));
            for name in [BODY, PARTS, PARTS_HASH] {
                match item.remove(name) {
                    Some(value) => set.push((name, value)),
                    None => remove.push(name),
                }
            }
        }
        let mut update = Self {
            key: key(&lease.cluster, STATE),
            expression: String::new(),
            names: HashMap::from([("#fence".to_owned(), FENCE.to_owned())]),
            values: HashMap::from([(":fence".to_owned(), number(lease.fence))]),
        };
        let sets: Vec<String> = set.iter().map(|(name, _)| format!("#{name} = :{name}")).collect();
        let removes: Vec<String> = remove.iter().map(|name| format!("#{name}")).collect();
        for name in set.iter().map(|(name, _)| *name).chain(remove) {
            update.names.insert(format!("#{name}"), name.to_owned());
        }
        update.values.extend(set.into_iter().map(|(name, value)| (format!(":{name}"), value)));
        for (word, clauses) in [("SET", sets), ("REMOVE", removes)] {
            if !clauses.is_empty() {
                update.expression.push_str(&format!("{word} {} ", clauses.join(", ")));
            }
        }
        update
    }
}

/// Tries again, for a fraction of a second, while another request has hold of the item.
pub async fn patiently<T, F: Future<Output = Result<T, Refusal>>>(attempt: impl FnMut() -> F) -> Result<T, Refusal> {
    let pauses = ExponentialBuilder::default()
        .with_min_delay(Duration::from_millis(20))
        .with_max_delay(Duration::from_millis(200))
        .with_max_times(4)
        .with_jitter();
    attempt.retry(pauses).when(|refusal| matches!(refusal, Refusal::Conflict(_))).await
}

fn unbuilt(error: &dyn std::error::Error) -> LedgerError {
    LedgerError::Unavailable { reason: format!("the request could not be built: {error}") }
}
