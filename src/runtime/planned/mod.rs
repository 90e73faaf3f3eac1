//! A plan in a file: what one look ahead would do, to be read by people and carried out by `smartscale apply`, exactly or
//! not at all.

mod file;
#[cfg(test)]
mod planned_tests;
mod rests_on;
pub mod stale;

pub use file::{NoPlan, PLAN_VERSION, PlanFile, PlanFileError};
pub use rests_on::{RestsOn, SeenMetric, SeenWorker};
pub use stale::Stale;
