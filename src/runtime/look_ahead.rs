use jiff::SignedDuration;

use crate::announce::{Announcement, Announcer};
use crate::ledger::{Claim, Ledger as _, LedgerError, MemoryLedger, Records, State, Write};
use crate::rules::Channel;
use crate::runtime::tick::{Order, TickReport, tick};
use crate::runtime::{Clock as _, DryRun, World};

/// Runs the very tick that would come next, on the state as the ledger has it, and changes nothing: neither the world nor
/// the ledger. Steps stand in the report with the code [`PLANNED_ONLY`](crate::runtime::PLANNED_ONLY).
///
/// # Errors
///
/// Where the ledger cannot be read.
pub async fn look_ahead<W: World>(world: &W, order: &Order) -> Result<LookAhead, LedgerError> {
    let cluster = &order.cluster.name;
    let ledger = MemoryLedger::new();
    let before = world.ledger().read(cluster).await?.and_then(|standing| standing.state);
    if let Some(state) = &before {
        let copy = Claim { owner: "copy".to_owned(), now: world.clock().now(), lasts: SignedDuration::ZERO, skew: SignedDuration::ZERO };
        let lease = ledger.acquire(cluster, &copy).await?.lease;
        ledger.commit(&lease, Write { state, records: Records::default() }).await?;
    }
    let dry = DryWorld { world, fleet: DryRun(world.fleet()), cluster: DryRun(world.cluster()), ledger, announcer: Silence };
    Ok(LookAhead { report: tick(&dry, order).await, before })
}

/// What the next tick would do.
#[derive(Clone, Debug)]
pub struct LookAhead {
    pub report: TickReport,
    /// The state that it would begin with; `None`: the ledger knows none.
    pub before: Option<State>,
}

struct DryWorld<'a, W: World> {
    world: &'a W,
    fleet: DryRun<'a, W::Fleet>,
    cluster: DryRun<'a, W::Cluster>,
    ledger: MemoryLedger,
    announcer: Silence,
}

impl<'a, W: World> World for DryWorld<'a, W> {
    type Metrics = W::Metrics;
    type Fleet = DryRun<'a, W::Fleet>;
    type Cluster = DryRun<'a, W::Cluster>;
    type Ledger = MemoryLedger;
    type Announcer = Silence;
    type Clock = W::Clock;

    fn metrics(&self) -> &Self::Metrics {
        self.world.metrics()
    }

    fn fleet(&self) -> &Self::Fleet {
        &self.fleet
    }

    fn cluster(&self) -> &Self::Cluster {
        &self.cluster
    }

    fn ledger(&self) -> &Self::Ledger {
        &self.ledger
    }

    fn announcer(&self) -> &Self::Announcer {
        &self.announcer
    }

    fn clock(&self) -> &Self::Clock {
        self.world.clock()
    }
}

/// What was only planned is no news.
struct Silence;

impl Announcer for Silence {
    async fn announce(&self, _: Channel, _: &Announcement) -> Result<(), String> {
        Ok(())
    }
}
