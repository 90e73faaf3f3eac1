//! One tick: acquire and observe, decide, plan, intend, act, commit, announce (architecture.md, "One tick").

mod act;
mod announce;
mod conditions;
mod evaluate;
mod hash;
mod journal;
mod look;
mod order;
mod removal;
mod report;
mod run;
#[cfg(test)]
mod scenarios;
#[cfg(test)]
pub(crate) mod scene;
#[cfg(test)]
mod tick_tests;

pub use order::Order;
pub use report::{Ended, TickReport};

use jiff::SignedDuration;

use crate::ledger::{AcquiredLease, Claim, LedgerError};
use crate::runtime::tick::look::{FirstLook, first_look};
use crate::runtime::tick::run::Run;
use crate::runtime::{Clock, World};

/// Runs one tick. It never fails: whatever could not be done is in the report and, where the ledger could be reached, in its
/// events; the next tick carries on from what was written.
pub async fn tick<W: World>(world: &W, order: &Order) -> TickReport {
    let now = world.clock().now();
    // The lease outlasts the tick by a little, so that nobody else acts while its last calls are under way.
    let lasts = order.deadline.duration_since(now).max(SignedDuration::ZERO);
    let claim = Claim { owner: order.owner.clone(), now, lasts, skew: order::SKEW };
    let FirstLook { acquired, snapshot, metrics } = first_look(world, &order.cluster, &claim, order.cutoff()).await;
    let AcquiredLease { lease, state } = match acquired {
        Ok(acquired) => acquired,
        Err(error) => return TickReport::new(&order.cluster.name, now, ended_by(error)),
    };
    let mut run = Run::new(world, order, now, lease, state, snapshot);
    match run.whole(&metrics).await {
        Ok(()) => run.into_report(Ended::Committed),
        Err(error) => run.into_report(ended_by(error)),
    }
}

fn ended_by(error: LedgerError) -> Ended {
    match error {
        LedgerError::Held { by, until } => Ended::Held { by, until },
        LedgerError::Fenced { .. } => Ended::LostLease,
        error => Ended::NoLedger { help: error.help(), reason: error.to_string() },
    }
}
