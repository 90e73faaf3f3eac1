use std::sync::Arc;

use aws_config::SdkConfig;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{ReturnValue, ReturnValuesOnConditionCheckFailure};
use jiff::{SignedDuration, Timestamp};

use crate::ledger::dynamodb::body::{Body, unpack};
use crate::ledger::dynamodb::failure::{Place, Refusal, failed, of_update};
use crate::ledger::dynamodb::item::{
    self, BODY, FENCE, Item, OWNER, PARTS, PARTS_HASH, TEXT, UNTIL, key, number, read_bytes, read_fence, read_instant, read_number,
    read_text, text, with_body,
};
use crate::ledger::dynamodb::keys::{self, STATE};
use crate::ledger::dynamodb::write::{Change, StateItem, patiently};
use crate::ledger::stored::{decode, decode_state, encode};
use crate::ledger::{
    AcquiredLease, Claim, Event, Lease, Ledger, LedgerError, Recorded, Records, Retention, SCHEMA, Span, Standing, State, Write,
};
use crate::rules;

/// The ledger of any number of clusters in one table.
#[derive(Clone, Debug)]
pub struct DynamoDbLedger {
    pub(super) client: Client,
    pub(super) place: Place,
    keep: Retention,
}

impl DynamoDbLedger {
    /// Calls nothing.
    #[must_use]
    pub fn new(connection: &SdkConfig, table: &str, keep: Retention) -> Self {
        let region = connection.region().map_or("no region", |region| region.as_ref()).to_owned();
        Self { client: Client::new(connection), place: Place { table: table.to_owned(), region }, keep }
    }

    /// The items of a write's records, ready to be put.
    fn items(&self, cluster: &str, records: Records) -> Result<Vec<Item>, LedgerError> {
        let mut items = Vec::new();
        for event in &records.events {
            let body = Body::pack(&encode("event", event)?);
            let (mut first, rest) = with_body(cluster, &keys::event(event.at, event.n), body, Some(expiry(event.at, self.keep.events)));
            first.insert(TEXT.to_owned(), text(event.text.chars().take(1_000).collect::<String>()));
            items.push(first);
            items.extend(rest);
        }
        for recorded in records.samples {
            let body = Body::pack(&encode("sample", &recorded)?);
            let (first, rest) = with_body(cluster, &keys::sample(recorded.at), body, Some(expiry(recorded.at, self.keep.samples)));
            items.push(first);
            items.extend(rest);
        }
        if let Some(rules) = records.ruleset {
            let (first, rest) = with_body(cluster, &keys::ruleset(&rules.hash()), Body::pack(&encode("ruleset", rules.as_ref())?), None);
            items.push(first);
            items.extend(rest);
        }
        Ok(items)
    }

    /// Writes a state with its records under the fence, and what becomes of the lease.
    async fn under(&self, lease: &Lease, change: Change<'_>, state: Option<&State>, records: Records) -> Result<(), LedgerError> {
        let mut items = self.items(&lease.cluster, records)?;
        let state = match state {
            None => None,
            Some(state) => {
                let body = Body::pack(&encode("state", state)?);
                // Parts of a state that another has replaced are of no use: they age out like events.
                let expires = state.evaluated_at.map(|at| expiry(at, self.keep.events));
                let (first, rest) = with_body(&lease.cluster, STATE, body, expires);
                items.extend(rest);
                Some(StateItem { schema: state.schema, item: first })
            }
        };
        self.write(lease, change, state, items).await
    }

    async fn get(&self, cluster: &str, item: &str) -> Result<Option<Item>, LedgerError> {
        let asked = self.client.get_item().table_name(&self.place.table).set_key(Some(key(cluster, item))).consistent_read(true);
        let answer = asked.send().await.map_err(|error| failed(&self.place, &error))?;
        Ok(answer.item)
    }

    /// The JSON of an item's body; the further parts are looked up, if there are any.
    async fn json(&self, what: &str, cluster: &str, item: &Item) -> Result<Option<Vec<u8>>, LedgerError> {
        let Some(first) = read_bytes(item, BODY) else { return Ok(None) };
        let count: usize = read_number(item, PARTS).unwrap_or(1);
        if count <= 1 {
            return unpack(what, first).map(Some);
        }
        let hash = read_text(item, PARTS_HASH).ok_or_else(|| item::corrupt(what, "nothing names its parts"))?;
        let mut deflated = first.to_vec();
        for n in 1..count {
            let part = self.get(cluster, &keys::part(hash, n)).await?;
            let part = part.as_ref().and_then(|part| read_bytes(part, BODY));
            deflated.extend_from_slice(part.ok_or_else(|| item::corrupt(what, &format!("part {n} of {count} is missing")))?);
        }
        unpack(what, &deflated).map(Some)
    }

    async fn state_of(&self, cluster: &str, item: &Item) -> Result<Option<State>, LedgerError> {
        let json = self.json("state", cluster, item).await?;
        json.as_deref().map(decode_state).transpose()
    }

    /// Why the lease was not given, from the item as it stands.
    async fn refused(&self, cluster: &str, claim: &Claim, item: Option<Item>) -> Result<AcquiredLease, LedgerError> {
        let Some(item) = item else {
            return Err(LedgerError::Unavailable { reason: "the lease was refused without a reason".to_owned() });
        };
        if let Some(found) = read_number(&item, item::SCHEMA).filter(|schema| *schema > SCHEMA) {
            return Err(LedgerError::Newer { found, known: SCHEMA });
        }
        let by = read_text(&item, OWNER).unwrap_or("somebody").to_owned();
        let until = read_instant(&item, UNTIL)?.ok_or_else(|| item::corrupt("lease", "it is held without an end"))?;
        if by == claim.owner && until == claim.expiry() {
            // It is ours: a first try had its effect and its answer was lost.
            return self.acquired(cluster, claim, &item).await;
        }
        Err(LedgerError::Held { by, until })
    }

    async fn acquired(&self, cluster: &str, claim: &Claim, item: &Item) -> Result<AcquiredLease, LedgerError> {
        let fence = read_fence(item)?;
        let lease = Lease { cluster: cluster.to_owned(), owner: claim.owner.clone(), fence, expires_at: claim.expiry() };
        Ok(AcquiredLease { lease, state: self.state_of(cluster, item).await? })
    }

    /// Items between two keys, both included, each with its JSON; the newest `at_most`, the newest first.
    async fn between(&self, what: &str, cluster: &str, from: &str, to: &str, at_most: usize) -> Result<Vec<Vec<u8>>, LedgerError> {
        let mut found = Vec::new();
        let mut from_key = None;
        while found.len() < at_most {
            let limit = i32::try_from(at_most - found.len()).unwrap_or(i32::MAX);
            let asked = self
                .client
                .query()
                .table_name(&self.place.table)
                .consistent_read(true)
                .scan_index_forward(false)
                .key_condition_expression("#cluster = :cluster AND #item BETWEEN :from AND :to")
                .expression_attribute_names("#cluster", item::CLUSTER)
                .expression_attribute_names("#item", item::ITEM)
                .expression_attribute_values(":cluster", text(cluster))
                .expression_attribute_values(":from", text(from))
                .expression_attribute_values(":to", text(to))
                .set_exclusive_start_key(from_key)
                .limit(limit);
            let answer = asked.send().await.map_err(|error| failed(&self.place, &error))?;
            for item in answer.items() {
                found.extend(self.json(what, cluster, item).await?);
            }
            from_key = answer.last_evaluated_key;
            if from_key.is_none() {
                break;
            }
        }
        Ok(found)
    }
}

/// The second from which DynamoDB may delete a record of that instant.
fn expiry(at: Timestamp, keep: SignedDuration) -> i64 {
    at.saturating_add(keep).map_or(i64::MAX, |end| end.as_second().saturating_add(1))
}

impl Ledger for DynamoDbLedger {
    async fn acquire(&self, cluster: &str, claim: &Claim) -> Result<AcquiredLease, LedgerError> {
        // Free once `until` + skew < now, said of the stored instant.
        let free = claim.now.saturating_sub(claim.skew).unwrap_or(Timestamp::MIN);
        let asked = self
            .client
            .update_item()
            .table_name(&self.place.table)
            .set_key(Some(key(cluster, STATE)))
            .update_expression("SET #owner = :owner, #until = :until ADD #fence :one")
            .condition_expression(
                "(attribute_not_exists(#until) OR #until < :free) AND (attribute_not_exists(#schema) OR #schema <= :known)",
            )
            .expression_attribute_names("#owner", OWNER)
            .expression_attribute_names("#until", UNTIL)
            .expression_attribute_names("#fence", FENCE)
            .expression_attribute_names("#schema", item::SCHEMA)
            .expression_attribute_values(":owner", text(&claim.owner))
            .expression_attribute_values(":until", text(keys::instant(claim.expiry())))
            .expression_attribute_values(":free", text(keys::instant(free)))
            .expression_attribute_values(":known", number(SCHEMA))
            .expression_attribute_values(":one", number(1))
            .return_values(ReturnValue::AllNew)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        let taken = patiently(|| async { asked.clone().send().await.map_err(|error| of_update(&self.place, error)) }).await;
        match taken {
            Ok(answer) => self.acquired(cluster, claim, &answer.attributes.unwrap_or_default()).await,
            Err(Refusal::Condition(item)) => self.refused(cluster, claim, item).await,
            Err(Refusal::Conflict(error) | Refusal::Failed(error)) => Err(error),
        }
    }

    async fn intend(&self, lease: &Lease, write: Write<'_>, until: Timestamp) -> Result<Lease, LedgerError> {
        self.under(lease, Change::Renew { owner: &lease.owner, until }, Some(write.state), write.records).await?;
        Ok(Lease { expires_at: until, ..lease.clone() })
    }

    async fn commit(&self, lease: &Lease, write: Write<'_>) -> Result<(), LedgerError> {
        self.under(lease, Change::Release, Some(write.state), write.records).await
    }

    async fn announced(&self, lease: &Lease, state: &State) -> Result<(), LedgerError> {
        self.under(lease, Change::Keep, Some(state), Records::default()).await
    }

    async fn raise_fence(&self, lease: &Lease, to: u64) -> Result<Lease, LedgerError> {
        let fence = lease.fence.max(to);
        self.write_fence(lease, fence).await?;
        Ok(Lease { fence, ..lease.clone() })
    }

    async fn release(&self, lease: &Lease) -> Result<(), LedgerError> {
        self.under(lease, Change::Release, None, Records::default()).await
    }

    async fn read(&self, cluster: &str) -> Result<Option<Standing>, LedgerError> {
        let Some(item) = self.get(cluster, STATE).await? else { return Ok(None) };
        let fence = read_fence(&item)?;
        let owner = read_text(&item, OWNER);
        let lease = owner.zip(read_instant(&item, UNTIL)?).map(|(owner, expires_at)| Lease {
            cluster: cluster.to_owned(),
            owner: owner.to_owned(),
            fence,
            expires_at,
        });
        Ok(Some(Standing { state: self.state_of(cluster, &item).await?, lease, fence }))
    }

    async fn events(&self, cluster: &str, span: Span, at_most: usize) -> Result<Vec<Event>, LedgerError> {
        if span.from > span.to {
            return Ok(Vec::new());
        }
        let (from, to) = (keys::event(span.from, 0), keys::event(span.to, u32::MAX));
        let found = self.between("event", cluster, &from, &to, at_most).await?;
        found.iter().rev().map(|json| decode("event", json)).collect()
    }

    async fn samples(&self, cluster: &str, span: Span) -> Result<Vec<Recorded>, LedgerError> {
        if span.from > span.to {
            return Ok(Vec::new());
        }
        let found = self.between("sample", cluster, &keys::sample(span.from), &keys::sample(span.to), usize::MAX).await?;
        found.iter().rev().map(|json| decode("sample", json)).collect()
    }

    async fn ruleset(&self, cluster: &str, hash: &str) -> Result<Option<Arc<rules::Cluster>>, LedgerError> {
        let Some(item) = self.get(cluster, &keys::ruleset(hash)).await? else { return Ok(None) };
        let json = self.json("ruleset", cluster, &item).await?;
        json.map(|json| decode("ruleset", &json).map(Arc::new)).transpose()
    }
}
