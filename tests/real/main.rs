//! Tests against the real counterparts. They need what `./test.sh setup` installs, and all features.
#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that fails says so by a panic, in its helpers too"
)]

#[path = "../counterparts/mod.rs"]
mod counterparts;
mod starters;
