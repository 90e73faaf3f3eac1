use std::collections::HashMap;

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;

use crate::ledger::LedgerError;
use crate::ledger::dynamodb::body::Body;
use crate::ledger::dynamodb::keys;

/// An item as the SDK has it.
pub type Item = HashMap<String, AttributeValue>;

pub const CLUSTER: &str = "cluster";
pub const ITEM: &str = "item";
pub const BODY: &str = "body";
/// How many parts the body has, and what names those that stand in items of their own.
pub const PARTS: &str = "parts";
pub const PARTS_HASH: &str = "parts_hash";
pub const FENCE: &str = "fence";
pub const SCHEMA: &str = "schema";
pub const OWNER: &str = "lease_owner";
pub const UNTIL: &str = "lease_until";
/// Second of the epoch from which DynamoDB may delete the item (TTL).
pub const EXPIRES: &str = "expires";
/// For whoever looks at the table itself.
pub const TEXT: &str = "text";

pub fn text(value: impl Into<String>) -> AttributeValue {
    AttributeValue::S(value.into())
}

pub fn number(value: impl ToString) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

pub fn bytes(value: Vec<u8>) -> AttributeValue {
    AttributeValue::B(Blob::new(value))
}

pub fn key(cluster: &str, item: &str) -> Item {
    HashMap::from([(CLUSTER.to_owned(), text(cluster)), (ITEM.to_owned(), text(item))])
}

/// An item with a body, and the items of its further parts.
pub fn with_body(cluster: &str, item: &str, body: Body, expires: Option<i64>) -> (Item, Vec<Item>) {
    let mut first = key(cluster, item);
    if !body.rest.is_empty() {
        first.insert(PARTS_HASH.to_owned(), text(&body.hash));
    }
    first.insert(PARTS.to_owned(), number(body.rest.len() + 1));
    first.insert(BODY.to_owned(), bytes(body.first));
    let mut items = vec![first];
    for (n, part) in (1..).zip(body.rest) {
        let mut item = key(cluster, &keys::part(&body.hash, n));
        item.insert(BODY.to_owned(), bytes(part));
        items.push(item);
    }
    if let Some(expires) = expires {
        for item in &mut items {
            item.insert(EXPIRES.to_owned(), number(expires));
        }
    }
    let rest = items.split_off(1);
    (items.remove(0), rest)
}

pub fn read_text<'a>(item: &'a Item, name: &str) -> Option<&'a str> {
    item.get(name)?.as_s().ok().map(String::as_str)
}

pub fn read_number<T: std::str::FromStr>(item: &Item, name: &str) -> Option<T> {
    item.get(name)?.as_n().ok()?.parse().ok()
}

pub fn read_bytes<'a>(item: &'a Item, name: &str) -> Option<&'a [u8]> {
    item.get(name)?.as_b().ok().map(AsRef::as_ref)
}

pub fn read_instant(item: &Item, name: &str) -> Result<Option<Timestamp>, LedgerError> {
    let Some(found) = read_text(item, name) else { return Ok(None) };
    found.parse().map(Some).map_err(|_| corrupt("lease", &format!("`{name}` is `{found}`, no instant")))
}

pub fn read_fence(item: &Item) -> Result<u64, LedgerError> {
    read_number(item, FENCE).ok_or_else(|| corrupt("lease", "it has no `fence`"))
}

pub fn corrupt(what: &str, reason: &str) -> LedgerError {
    LedgerError::Corrupt { what: what.to_owned(), reason: reason.to_owned() }
}
