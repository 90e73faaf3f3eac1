use std::sync::{Arc, Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;

use crate::observe::prometheus::Prometheus;

/// The longest interval at which the server scrapes its targets, remembered so that an idle tick need not ask.
#[derive(Clone, Debug, Default)]
pub struct ScrapeInterval {
    known: Arc<Mutex<Option<Known>>>,
}

#[derive(Clone, Copy, Debug)]
struct Known {
    at: Timestamp,
    /// `None`: the server reports none.
    interval: Option<SignedDuration>,
}

/// Intervals change with the server's configuration, which is seldom.
const FRESH: SignedDuration = SignedDuration::from_mins(30);

#[derive(Deserialize)]
struct Envelope {
    data: Targets,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Targets {
    active_targets: Vec<Target>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Target {
    scrape_interval: Option<String>,
}

impl Prometheus {
    /// The age above which a sample is missing, where the metric does not say: the longer of 1 min and two scrape
    /// intervals, as the server reports them; else the longer of 2 min and the longest evaluation interval (language.md).
    pub(crate) async fn default_missing_after(&self, longest_interval: SignedDuration, now: Timestamp) -> SignedDuration {
        match self.scrape_interval(now).await {
            Some(interval) => interval.saturating_mul(2).max(SignedDuration::from_mins(1)),
            None => longest_interval.max(SignedDuration::from_mins(2)),
        }
    }

    /// As it is known; asked for only where nobody has yet.
    async fn scrape_interval(&self, now: Timestamp) -> Option<SignedDuration> {
        if self.known_interval().is_none() {
            self.refresh_scrape_interval(now).await;
        }
        self.known_interval().and_then(|known| known.interval)
    }

    /// Asks, unless it was asked lately.
    pub(crate) async fn refresh_scrape_interval(&self, now: Timestamp) {
        if self.known_interval().is_some_and(|known| now.duration_since(known.at).abs() < FRESH) {
            return;
        }
        // Where it is not to be had now, what was known before still says more than nothing.
        if let Some(interval) = self.ask_scrape_interval().await {
            *self.scrape_interval.known.lock().unwrap_or_else(PoisonError::into_inner) = Some(Known { at: now, interval });
        }
    }

    fn known_interval(&self) -> Option<Known> {
        *self.scrape_interval.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// `None`: no answer; `Some(None)`: a server that does not report intervals, such as Thanos or VictoriaMetrics.
    async fn ask_scrape_interval(&self) -> Option<Option<SignedDuration>> {
        let response = self.get("targets").ok()?.query(&[("state", "active")]).send().await.ok()?;
        if response.status().is_client_error() {
            return Some(None);
        }
        let envelope: Envelope = response.json().await.ok()?;
        Some(envelope.data.active_targets.iter().filter_map(|target| target.scrape_interval.as_deref()?.parse().ok()).max())
    }
}
