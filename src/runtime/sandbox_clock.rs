use jiff::Timestamp;

use crate::observe::Answer;
use crate::runtime::{Clock, World};
use crate::sandbox::Sandbox;

impl Clock for Sandbox {
    fn now(&self) -> Timestamp {
        Self::now(self)
    }

    async fn until(&self, at: Timestamp) {
        Self::until(self, at).await;
    }
}

/// One sandbox is every port.
impl World for Sandbox {
    type Metrics = Self;
    type Fleet = Self;
    type Cluster = Self;
    type Ledger = Self;
    type Announcer = Self;
    type Clock = Self;

    fn metrics(&self) -> &Self {
        self
    }

    fn fleet(&self) -> &Self {
        self
    }

    fn cluster(&self) -> &Self {
        self
    }

    fn ledger(&self) -> &Self {
        self
    }

    fn announcer(&self) -> &Self {
        self
    }

    fn clock(&self) -> &Self {
        self
    }

    fn driven(&self, name: &str) -> Option<Answer> {
        Self::driven(self, name)
    }
}
