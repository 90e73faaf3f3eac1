//! The ledger in one DynamoDB table.
//!
//! Partition key `cluster`, sort key `item`:
//!
//! | item | holds |
//! |---|---|
//! | `state` | lease, fence, schema and the state |
//! | `sample#<time>` | the answers of one evaluation |
//! | `event#<time>#<n>` | one event |
//! | `ruleset#<hash>` | rules that were in force once |
//! | `part#<hash>#<n>` | what does not fit the item that it belongs to |

mod batches;
mod body;
mod failure;
mod item;
mod keys;
mod ledger;
mod table;
mod write;

pub use ledger::DynamoDbLedger;
pub use table::{TableError, create_table};
