use jiff::SignedDuration;

use crate::runtime::tick::{Ended, Order, TickReport, tick};
use crate::runtime::{Clock as _, World};

/// Between two tries: another tick seldom holds the lease for long.
const PAUSE: SignedDuration = SignedDuration::from_secs(1);

/// Runs a tick; one that brings notices is tried again, within its budget, while it finds the lease held or loses it. AWS
/// tells a notice once, and a spot instance has two minutes: it must not be lost to a tick that happens to run.
pub async fn tick_with_notices<W: World>(world: &W, order: &Order) -> TickReport {
    loop {
        let report = tick(world, order).await;
        let heard = order.notices.is_empty() || matches!(report.ended, Ended::Committed);
        let next = world.clock().now().saturating_add(PAUSE);
        match next {
            Ok(next) if !heard && next < order.cutoff() => world.clock().until(next).await,
            _ => return report,
        }
    }
}
