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
        // Prometheus and the ledger know milliseconds: an instant that goes through them comes back as it was.
        let now = Timestamp::now();
        Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now)
    }

    async fn until(&self, at: Timestamp) {
        let left = at.duration_since(Timestamp::now());
        tokio::time::sleep(Duration::try_from(left).unwrap_or(Duration::ZERO)).await;
    }
}
