//! Decisions against a second implementation, written from the reference alone with plain exact arithmetic, and the
//! properties that hold for every ruleset.

mod agreement;
mod dice;
mod naive;
mod properties;
mod random;
