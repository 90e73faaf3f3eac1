//! One tick: acquire and observe, decide, plan, intend, act, commit, announce (architecture.md, "One tick").

mod act;
mod announce;
mod apply;
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

pub(in crate::runtime) use evaluate::absence_in_words;
pub use order::{Apply, Order};
pub use report::{Ended, TickReport};

use jiff::SignedDuration;

use crate::ledger::{Claim, LedgerError};
use crate::runtime::tick::look::{FirstLook, first_look};
use crate::runtime::tick::run::Run;
use crate::runtime::{Clock, World};

/// Runs one tick. It never fails: whatever could not be done is in the report and, where the ledger could be reached, in its
/// events; the next tick carries on from what was written.
pub async fn tick<W: World>(world: &W, order: &Order) -> TickReport {
    run(world, order, None).await
}

/// Runs one tick that carries out a plan, exactly or not at all: where the cluster, the rules or the ledger have moved on
/// since it was made, nothing is done and the reasons are told.
pub async fn apply<W: World>(world: &W, order: &Order, apply: &Apply<'_>) -> TickReport {
    run(world, order, Some(apply)).await
}

async fn run<W: World>(world: &W, order: &Order, apply: Option<&Apply<'_>>) -> TickReport {
    let now = world.clock().now();
    // The lease outlasts the tick by a little, so that nobody else acts while its last calls are under way.
    let lasts = order.deadline.duration_since(now).max(SignedDuration::ZERO);
    let claim = Claim { owner: order.owner.clone(), now, lasts, skew: order::SKEW };
    let FirstLook { acquired, snapshot, metrics } = first_look(world, &order.cluster, &claim, order.cutoff()).await;
    let acquired = match acquired {
        Ok(acquired) => acquired,
        Err(error) => return TickReport::new(&order.cluster.name, now, ended_by(error)),
    };
    let mut run = Run::new(world, order, now, acquired, snapshot);
    run.apply = apply;
    match run.whole(&metrics).await {
        Ok(()) if !run.stale.is_empty() => {
            let reasons = std::mem::take(&mut run.stale.0);
            run.into_report(Ended::Stale { reasons })
        }
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
