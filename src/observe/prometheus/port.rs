use jiff::{SignedDuration, Timestamp};
use tokio::task::JoinSet;

use crate::observe::prometheus::Prometheus;
use crate::observe::prometheus::answer::{Data, Envelope, all_missing, read_samples};
use crate::observe::prometheus::grid::Grid;
use crate::observe::{Absence, Metrics, Query, QueryAnswer, Sample, Series};
use crate::rules::{Metric, Source};

impl Metrics for Prometheus {
    async fn read<'a>(&'a self, queries: &'a [Query<'a>], at: Timestamp) -> Vec<QueryAnswer> {
        let mut asked = JoinSet::new();
        // Prometheus knows milliseconds: the answers' instants are matched by them.
        let at = Timestamp::from_millisecond(at.as_millisecond()).unwrap_or(at);
        let default_missing_after = match queries.iter().find(|query| query.metric.missing_after.is_none()) {
            Some(query) => self.default_missing_after(query.longest_interval, at).await,
            None => SignedDuration::from_mins(2),
        };
        for (index, query) in queries.iter().enumerate() {
            let prometheus = self.clone();
            let metric = query.metric.clone();
            let missing_after = metric.missing_after.unwrap_or(default_missing_after);
            let grid = Grid::covering(query.over, missing_after, at);
            asked.spawn(async move { (index, prometheus.ask(&metric, &grid, missing_after).await, grid.missing_after(missing_after)) });
        }
        let mut answers: Vec<Option<QueryAnswer>> = vec![None; queries.len()];
        while let Some(answered) = asked.join_next().await {
            if let Ok((index, samples, missing_after)) = answered
                && let Some(answer) = answers.get_mut(index)
            {
                *answer = Some(QueryAnswer { series: Series { samples, missing_after }, instant_only: false });
            }
        }
        answers.into_iter().map(|answer| answer.unwrap_or_else(|| unanswered(at, default_missing_after))).collect()
    }

    async fn prepare(&self, at: Timestamp) {
        self.refresh_scrape_interval(at).await;
    }
}

/// A query whose task ended without an answer.
fn unanswered(at: Timestamp, missing_after: SignedDuration) -> QueryAnswer {
    let answer = crate::observe::Answer::Missing(Absence::Failed("the query ended without an answer".to_owned()));
    QueryAnswer { series: Series { samples: vec![Sample { at, answer }], missing_after }, instant_only: false }
}

impl Prometheus {
    /// One query for a metric: of an instant where only the value now is needed, else of a range that ends now.
    async fn ask(&self, metric: &Metric, grid: &Grid, missing_after: SignedDuration) -> Vec<Sample> {
        let Source::Prometheus(query) = &metric.source else {
            return all_missing(grid, &Absence::NeverSeen);
        };
        let mut form = vec![
            ("query", query.clone()),
            // Without it a sample stays "now" for five minutes after its target's last answer.
            ("lookback_delta", format!("{}s", missing_after.as_secs().max(1))),
        ];
        let seconds = |instant: Timestamp| format!("{}.{:03}", instant.as_second(), instant.as_millisecond().rem_euclid(1000));
        let endpoint = if grid.steps == 0 {
            form.push(("time", seconds(grid.end)));
            "query"
        } else {
            form.push(("start", seconds(grid.start())));
            form.push(("end", seconds(grid.end)));
            form.push(("step", grid.step.as_secs().to_string()));
            "query_range"
        };
        match self.fetch(endpoint, &form).await {
            Ok(data) => read_samples(&data, grid, metric.empty_is.as_ref()),
            Err(reason) => all_missing(grid, &Absence::Failed(reason)),
        }
    }

    async fn fetch(&self, endpoint: &str, form: &[(&str, String)]) -> Result<Data, String> {
        let response = self.post(endpoint, form)?.send().await.map_err(describe)?;
        let status = response.status();
        if matches!(status.as_u16(), 401 | 403) {
            return Err(format!("Prometheus refuses the credentials ({status}): see `[prometheus]` in smartscale.toml"));
        }
        let body = response.bytes().await.map_err(describe)?;
        let envelope: Envelope = serde_json::from_slice(&body)
            .map_err(|_| format!("the answer ({status}) is none of Prometheus: is the address right, and does it allow the query"))?;
        match envelope {
            Envelope { status, data: Some(data), .. } if status == "success" => Ok(data),
            Envelope { error, .. } if error.is_empty() => Err(format!("Prometheus answered {status} without a result")),
            Envelope { error, .. } => Err(error),
        }
    }
}

/// The whole chain of causes without the address, which may carry a password.
fn describe(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut text = if error.is_timeout() { "no answer in time".to_owned() } else { error.to_string() };
    let mut cause = std::error::Error::source(&error);
    while let Some(inner) = cause {
        let words = inner.to_string();
        if !text.contains(&words) {
            text = format!("{text}: {words}");
        }
        cause = inner.source();
    }
    text
}
