use crate::act::{Cluster, Fleet};
use crate::announce::Announcer;
use crate::ledger::Ledger;
use crate::observe::{Answer, Metrics};
use crate::runtime::Clock;

/// The world as a tick reaches it: one of each port, bound at compile time.
pub trait World: Send + Sync {
    type Metrics: Metrics;
    type Fleet: Fleet;
    type Cluster: Cluster;
    type Ledger: Ledger;
    type Announcer: Announcer;
    type Clock: Clock;

    fn metrics(&self) -> &Self::Metrics;
    fn fleet(&self) -> &Self::Fleet;
    fn cluster(&self) -> &Self::Cluster;
    fn ledger(&self) -> &Self::Ledger;
    fn announcer(&self) -> &Self::Announcer;
    fn clock(&self) -> &Self::Clock;

    /// What a simulation has a fact, or a metric of one, be now. The real world never says anything here.
    fn driven(&self, _name: &str) -> Option<Answer> {
        None
    }
}

/// One of each port, whatever they are.
#[derive(Clone, Debug)]
pub struct Ports<M, F, C, L, A, K> {
    pub metrics: M,
    pub fleet: F,
    pub cluster: C,
    pub ledger: L,
    pub announcer: A,
    pub clock: K,
}

impl<M: Metrics, F: Fleet, C: Cluster, L: Ledger, A: Announcer, K: Clock> World for Ports<M, F, C, L, A, K> {
    type Metrics = M;
    type Fleet = F;
    type Cluster = C;
    type Ledger = L;
    type Announcer = A;
    type Clock = K;

    fn metrics(&self) -> &M {
        &self.metrics
    }

    fn fleet(&self) -> &F {
        &self.fleet
    }

    fn cluster(&self) -> &C {
        &self.cluster
    }

    fn ledger(&self) -> &L {
        &self.ledger
    }

    fn announcer(&self) -> &A {
        &self.announcer
    }

    fn clock(&self) -> &K {
        &self.clock
    }
}
