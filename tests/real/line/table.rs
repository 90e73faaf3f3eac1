//! The ledger's table as it is, past the ledger's own code.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use miniz_oxide::inflate::decompress_to_vec_zlib;

use crate::counterparts::aws;

/// Every item as text, in no order: bodies unpacked.
pub async fn texts(url: &str, table: &str) -> Vec<String> {
    let client = Client::new(&aws::config(url));
    let pages = client.scan().table_name(table).consistent_read(true).into_paginator().items().send();
    let items = pages.collect::<Result<Vec<_>, _>>().await.expect("the table can be read");
    items
        .into_iter()
        .map(|item| {
            let mut attributes: Vec<String> = item.iter().map(|(name, value)| format!("{name}={}", text(value))).collect();
            attributes.sort();
            attributes.join("\n")
        })
        .collect()
}

fn text(value: &AttributeValue) -> String {
    match value {
        AttributeValue::B(bytes) => {
            let bytes = decompress_to_vec_zlib(bytes.as_ref()).unwrap_or_else(|_| bytes.as_ref().to_vec());
            String::from_utf8_lossy(&bytes).into_owned()
        }
        other => format!("{other:?}"),
    }
}
