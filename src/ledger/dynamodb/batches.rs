use aws_sdk_dynamodb::types::AttributeValue;

use crate::ledger::dynamodb::item::Item;

/// DynamoDB takes 100 items in one transaction; one of them is the state.
pub const MOST_ITEMS: usize = 99;
/// DynamoDB takes 4 MB in one transaction; the state's first part and the requests' own words have room beside this.
const MOST_BYTES: usize = 3_400_000;

/// What is written in one go, in batches that each fit a transaction. All but the last go before the state is written; they
/// are of use to nobody until then, and harmless if it never is.
pub fn batches(items: Vec<Item>) -> Vec<Vec<Item>> {
    let mut batches: Vec<Vec<Item>> = Vec::new();
    let mut size = 0;
    for item in items {
        let bytes = weight(&item);
        match batches.last_mut() {
            Some(batch) if batch.len() < MOST_ITEMS && size + bytes <= MOST_BYTES => {
                size += bytes;
                batch.push(item);
            }
            _ => {
                size = bytes;
                batches.push(vec![item]);
            }
        }
    }
    batches
}

/// As DynamoDB counts: names and values.
fn weight(item: &Item) -> usize {
    let of = |value: &AttributeValue| match value {
        AttributeValue::S(text) | AttributeValue::N(text) => text.len(),
        AttributeValue::B(bytes) => bytes.as_ref().len(),
        _ => 0,
    };
    item.iter().map(|(name, value)| name.len() + of(value)).sum()
}

#[cfg(test)]
mod tests {
    use crate::ledger::dynamodb::batches::batches;
    use crate::ledger::dynamodb::item::{Item, bytes, key};

    fn item(n: usize, weight: usize) -> Item {
        let mut item = key("c", &n.to_string());
        item.insert("body".to_owned(), bytes(vec![0; weight]));
        item
    }

    fn lengths(items: usize, weight: usize) -> Vec<usize> {
        batches((0..items).map(|n| item(n, weight)).collect()).iter().map(Vec::len).collect()
    }

    #[test]
    fn a_batch_holds_what_one_transaction_takes() {
        assert_eq!(lengths(0, 0), [] as [usize; 0]);
        assert_eq!(lengths(99, 10), [99]);
        assert_eq!(lengths(250, 10), [99, 99, 52]);
        assert_eq!(lengths(20, 350_000), [9, 9, 2]);
    }
}
