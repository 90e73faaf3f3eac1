use std::future::Future;
use std::time::Duration;

use jiff::Timestamp;

/// The one source of time; everything further in gets instants as arguments.
pub trait Clock: Send + Sync {
    fn now(&self) -> Timestamp;

    /// Ends at that instant, or at once where it has passed.
    fn until(&self, at: Timestamp) -> impl Future<Output = ()> + Send;
}

/// The machine's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    async fn until(&self, at: Timestamp) {
        let left = at.duration_since(Timestamp::now());
        tokio::time::sleep(Duration::try_from(left).unwrap_or(Duration::ZERO)).await;
    }
}
