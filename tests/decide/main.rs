//! Decisions against a second implementation, written from the reference alone with plain exact arithmetic, and the
//! properties that hold for every ruleset.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that fails this way has failed")]

mod acceptance;
mod agreement;
mod dice;
mod naive;
mod properties;
mod random;
mod statements;
