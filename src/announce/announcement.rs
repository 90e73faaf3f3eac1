use std::future::Future;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::rules::{Channel, Topic};

/// One committed event, as news. Delivered at least once: readers de-duplicate by `id` (invariant 9).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Announcement {
    /// `cluster/instant/number`: the same at each try.
    pub id: String,
    pub at: Timestamp,
    pub cluster: String,
    pub topic: Topic,
    /// One line: `add 2 nodes (3 → 5)`.
    pub title: String,
    /// The because, in plain text.
    pub text: String,
}

/// The port for news: one channel of one kind.
pub trait Announcer: Send + Sync {
    /// Sends one piece of news over a channel; an error is one line, and the next tick tries again.
    fn announce(&self, channel: Channel, announcement: &Announcement) -> impl Future<Output = Result<(), String>> + Send;
}
