use std::future::Future;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::observe::Series;
use crate::rules::Metric;

/// The port to a source of metrics: Prometheus, or the sandbox.
pub trait Metrics: Send + Sync {
    /// Answers all queries, concurrently, each for `at`. Never fails as a whole: what is missing says why in its series.
    fn read<'a>(&'a self, queries: &'a [Query<'a>], at: Timestamp) -> impl Future<Output = Vec<QueryAnswer>> + Send;

    /// Asks for what seldom changes and every tick needs, before the first tick and between ticks: no tick has to.
    fn prepare(&self, _at: Timestamp) -> impl Future<Output = ()> + Send {
        std::future::ready(())
    }
}

/// One metric to be read: its value at an instant and, where a rule looks back, its history.
#[derive(Clone, Debug)]
pub struct Query<'a> {
    pub metric: &'a Metric,
    /// The longest window that any rule needs; zero where only the value now is needed.
    pub over: SignedDuration,
    /// The longest interval between evaluations: `missing after` by default where the source reports no scrape interval.
    pub longest_interval: SignedDuration,
}

/// The answer to one [`Query`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueryAnswer {
    /// The last sample is that of the instant asked for, with its value or the reason why there is none.
    pub series: Series,
    /// The source keeps no history of its own: earlier samples are the ledger's.
    pub instant_only: bool,
}
