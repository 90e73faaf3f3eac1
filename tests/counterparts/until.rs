//! Waiting for a real counterpart: ask again until it answers or the time is up.

use std::fmt::Debug;
use std::future::Future;
use std::time::{Duration, Instant};

/// How often a counterpart is asked.
const PAUSE: Duration = Duration::from_millis(50);
/// How long a test waits for what takes a second on an idle machine: two busy cores are slow.
const LIMIT: Duration = Duration::from_secs(120);

/// Ask until the answer is `Ok`; out of time, fail with what was awaited and the last answer.
pub async fn until<T, E: Debug, F: Future<Output = Result<T, E>>>(awaited: &str, mut ask: impl FnMut() -> F) -> T {
    let began = Instant::now();
    loop {
        match ask().await {
            Ok(answer) => return answer,
            Err(last) => assert!(began.elapsed() < LIMIT, "waited {LIMIT:?} for {awaited}; the last answer: {last:?}"),
        }
        tokio::time::sleep(PAUSE).await;
    }
}
