use jiff::{SignedDuration, Timestamp};

use crate::observe::prometheus::Prometheus;
use crate::observe::{Absence, Answer, Metrics, Query, QueryAnswer, Sample, Series};

/// Prometheus, where one is configured; without one every metric is missing, and says why.
#[derive(Clone, Debug)]
pub struct ConfiguredMetrics {
    pub prometheus: Option<Prometheus>,
}

impl Metrics for ConfiguredMetrics {
    async fn read<'a>(&'a self, queries: &'a [Query<'a>], at: Timestamp) -> Vec<QueryAnswer> {
        if let Some(prometheus) = &self.prometheus {
            return prometheus.read(queries, at).await;
        }
        let why = Absence::Failed("no Prometheus is configured: set `url` under [prometheus] in `smartscale.toml`".to_owned());
        let answer = QueryAnswer {
            series: Series { samples: vec![Sample { at, answer: Answer::Missing(why) }], missing_after: SignedDuration::from_mins(2) },
            instant_only: false,
        };
        vec![answer; queries.len()]
    }

    async fn prepare(&self, at: Timestamp) {
        if let Some(prometheus) = &self.prometheus {
            prometheus.prepare(at).await;
        }
    }
}
