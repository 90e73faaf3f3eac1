//! Answers out of the ledger's record: what was decided and why, and what happened.

mod answer;
#[cfg(test)]
mod answers_tests;
mod find;
mod history;
mod replay;
mod today;

pub use answer::{Answer, NoAnswer, why};
pub(in crate::runtime) use find::backwards;
pub use history::{Chronicle, Wanted, history};
pub use replay::Replay;
pub use today::Today;
