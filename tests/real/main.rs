//! Tests against the real counterparts. They need what `./test.sh setup` installs, and all features.
#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test that fails says so by a panic, in its helpers too"
)]

#[path = "../counterparts/mod.rs"]
mod counterparts;
#[path = "../../src/ledger/contract_tests.rs"]
mod ledger_contract;

mod connection;
mod drains;
mod dynamodb;
mod ec2;
mod idle;
mod line;
mod pending;
mod prometheus;
mod secrets;
mod sns;
mod starters;
mod ticks;

// What the ledger's contract names by `crate::`.
use smartscale::{ledger, observe, plan, rules};
