use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use crate::decide::forecast::{NoForecast, Season};
use crate::decide::history::number_of;
use crate::decide::tail::Tail;
use crate::decide::view::{Line, View};
use crate::decide::weights::Weights;
use crate::decide::{History, Input, Observed, Record};
use crate::observe::{Absence, Answer, Counts, QueryAnswer, Sample};
use crate::rules::{Aggregate, Cluster, Fact, Metric, MetricId, Number, Source, Timing};

/// What can be seen at one evaluation: every metric with its answers up to now, and which of them are settled.
pub(super) struct Seen<'a> {
    pub cluster: &'a Cluster,
    pub now: Timestamp,
    histories: &'a BTreeMap<String, History>,
    declared: Vec<Line<'a>>,
    facts: Vec<Line<'a>>,
    /// Samples are settled from here on; `None`: none is.
    settled_from: Option<Timestamp>,
    /// Whether each window that was asked for, so much sooner, is open now.
    windows: RefCell<Vec<(Timing, bool)>>,
    /// What the last week taught about each forecast that was asked for, by the half hour in which it is made.
    taught: RefCell<BTreeMap<(MetricId, SignedDuration, i64), Weights>>,
}

impl<'a> Seen<'a> {
    pub fn new(input: &Input<'a>) -> Self {
        let Input { cluster, observed, memory } = *input;
        let records = recorded_before(&memory.records, observed.now);
        let settled_from = match &memory.last_change {
            None => Some(Timestamp::MIN),
            // Taken after the change was decided, and no earlier than it took effect.
            Some(change) => change.took_effect.map(|effect| effect.max(just_after(change.at))),
        };
        let mut seen = Self {
            cluster,
            now: observed.now,
            histories: &memory.histories,
            declared: Vec::with_capacity(cluster.metrics.len()),
            facts: Vec::with_capacity(Fact::ALL.len()),
            settled_from,
            windows: RefCell::new(Vec::new()),
            taught: RefCell::new(BTreeMap::new()),
        };
        let by_evaluations = missing_after_by_evaluations(cluster);
        for fact in Fact::ALL {
            let answers = fact_answers(fact, records, observed);
            seen.facts.push(seen.line(Cow::Owned(answers), by_evaluations, is_always_settled(fact)));
        }
        for (index, metric) in cluster.metrics.iter().enumerate() {
            let answer = observed.metrics.get(index).and_then(Option::as_ref);
            let line = seen.declared_line(metric, answer, records, by_evaluations);
            seen.declared.push(line);
        }
        seen
    }

    fn declared_line(
        &self,
        metric: &Metric,
        answer: Option<&'a QueryAnswer>,
        records: &'a [Record],
        by_evaluations: SignedDuration,
    ) -> Line<'a> {
        match (answer, &metric.source) {
            (Some(answer), source) => {
                let always_settled = matches!(source, Source::Kubernetes(fact) if is_always_settled(*fact));
                let series = &answer.series;
                let until = series.samples.partition_point(|sample| sample.at <= self.now);
                let own = series.samples.get(..until).unwrap_or_default();
                let answers = if answer.instant_only { Cow::Owned(joined(records, &metric.name, own)) } else { Cow::Borrowed(own) };
                self.line(answers, series.missing_after, always_settled)
            }
            (None, Source::Kubernetes(fact)) => {
                let answers = self.facts.get(fact_index(*fact)).map_or_else(Vec::new, |line| line.answers().to_vec());
                self.line(Cow::Owned(answers), metric.missing_after.unwrap_or(by_evaluations), is_always_settled(*fact))
            }
            (None, Source::Prometheus(_)) => self.line(Cow::Owned(Vec::new()), by_evaluations, false),
        }
    }

    fn line(&self, answers: Cow<'a, [Sample]>, missing_after: SignedDuration, always_settled: bool) -> Line<'a> {
        let settled_from = if always_settled { 0 } else { answers.partition_point(|sample| !self.is_settled(sample.at)) };
        Line::new(answers, missing_after, settled_from)
    }

    pub fn is_settled(&self, at: Timestamp) -> bool {
        self.settled_from.is_some_and(|from| from <= at)
    }

    /// Whether a sample of this metric at that instant is settled.
    pub fn is_settled_for(&self, metric: MetricId, at: Timestamp) -> bool {
        fact_behind(self.cluster, metric).is_some_and(is_always_settled) || self.is_settled(at)
    }

    /// All answers of a metric, or its settled ones alone.
    pub fn view(&self, metric: MetricId, settled: bool) -> View<'_> {
        self.metric_line(metric).map_or_else(View::empty, |line| line.view(settled))
    }

    fn metric_line(&self, metric: MetricId) -> Option<&Line<'a>> {
        match metric {
            MetricId::Declared(index) => self.declared.get(index),
            MetricId::Fact(fact) => self.facts.get(fact_index(fact)),
        }
    }

    /// The windows of a metric that end now.
    pub fn tail(&self, metric: MetricId, settled: bool) -> Option<&Tail> {
        self.metric_line(metric)?.tail(settled, self.now)
    }

    /// A function over a window that ends now.
    pub fn aggregate(&self, function: Aggregate, metric: MetricId, settled: bool, over: SignedDuration) -> Option<Number> {
        self.metric_line(metric)?.aggregate(function, settled, self.now, over)
    }

    /// The first instant from then on at which the metric was answered; now at the latest.
    pub fn first_asked(&self, metric: MetricId, from: Timestamp) -> Timestamp {
        self.metric_line(metric).and_then(|line| line.first_answer(from)).unwrap_or(self.now)
    }

    /// What the source answers for now.
    pub fn value_now(&self, metric: MetricId) -> Option<&Number> {
        match &self.view(metric, false).exactly_at(self.now)?.answer {
            Answer::Value(number) => Some(number),
            Answer::Missing(_) => None,
        }
    }

    /// Whether the window is open now, when it opens that much sooner.
    pub fn is_open(&self, timing: Timing) -> bool {
        if let Some((_, open)) = self.windows.borrow().iter().find(|(asked, _)| *asked == timing) {
            return *open;
        }
        let window = self.cluster.windows.get(timing.window.0);
        let open = window.is_some_and(|window| window.is_open(&self.cluster.timezone, self.now, timing.early));
        self.windows.borrow_mut().push((timing, open));
        open
    }

    /// The recorded history of a metric that is forecast.
    pub fn history(&self, metric: MetricId) -> Option<&'a History> {
        self.histories.get(self.name(metric))
    }

    /// How far its profile is to be trusted; an error until two seasons are known.
    pub fn weights(&self, metric: MetricId, history: &History, at: Timestamp, ahead: SignedDuration) -> Result<Weights, NoForecast> {
        let season = Season::known(history, at)?;
        let key = (metric, ahead, number_of(at));
        if let Some(known) = self.taught.borrow().get(&key) {
            return Ok(*known);
        }
        let taught = Weights::taught(history, season, at.as_second(), ahead.as_secs());
        self.taught.borrow_mut().insert(key, taught);
        Ok(taught)
    }

    pub fn name(&self, metric: MetricId) -> &'a str {
        match metric {
            MetricId::Declared(index) => self.cluster.metrics.get(index).map_or("", |metric| &metric.name),
            MetricId::Fact(fact) => fact.name(),
        }
    }

    pub fn is_of_capacity(&self, metric: MetricId) -> bool {
        matches!(metric, MetricId::Declared(index) if self.cluster.metrics.get(index).is_some_and(|metric| metric.of_capacity))
    }
}

/// The fact that a metric is, by its own name or by that of a declaration.
pub(super) fn fact_behind(cluster: &Cluster, metric: MetricId) -> Option<Fact> {
    match metric {
        MetricId::Fact(fact) => Some(fact),
        MetricId::Declared(index) => match cluster.metrics.get(index)?.source {
            Source::Kubernetes(fact) => Some(fact),
            Source::Prometheus(_) => None,
        },
    }
}

/// `missing after` where the source reports no scrape interval: samples come at evaluations.
pub(super) fn missing_after_by_evaluations(cluster: &Cluster) -> SignedDuration {
    cluster.longest_interval().max(SignedDuration::from_mins(2))
}

/// The counts of nodes and `pending-nodes` know of launches by themselves: their samples are always settled.
const fn is_always_settled(fact: Fact) -> bool {
    !matches!(fact, Fact::PendingPods)
}

pub(super) const fn fact_index(fact: Fact) -> usize {
    match fact {
        Fact::Nodes => 0,
        Fact::ReadyNodes => 1,
        Fact::LaunchingNodes => 2,
        Fact::UnreadyNodes => 3,
        Fact::DrainingNodes => 4,
        Fact::PendingPods => 5,
        Fact::PendingNodes => 6,
    }
}

fn recorded_before(records: &[Record], now: Timestamp) -> &[Record] {
    records.get(..records.partition_point(|record| record.at < now)).unwrap_or_default()
}

fn fact_answers(fact: Fact, records: &[Record], observed: &Observed) -> Vec<Sample> {
    let answer = |at: Timestamp, counts: &Counts, reason: &str| Sample {
        at,
        answer: counts.of(fact).map_or_else(|| Answer::Missing(Absence::Failed(reason.to_owned())), |count| Answer::Value(count.into())),
    };
    let unseen = "EC2 and Kubernetes must both be seen";
    let now = observed.waiting.unknown.as_deref().filter(|_| fact == Fact::PendingNodes).unwrap_or(unseen);
    let before = records.iter().map(|record| answer(record.at, &record.counts, unseen));
    before.chain([answer(observed.now, &observed.counts, now)]).collect()
}

/// The recorded answers of a metric, and after them those that its source gave now.
fn joined(records: &[Record], name: &str, own: &[Sample]) -> Vec<Sample> {
    let first = own.first().map(|sample| sample.at);
    records
        .iter()
        .take_while(|record| first.is_none_or(|first| record.at < first))
        .filter_map(|record| Some(Sample { at: record.at, answer: record.answers.get(name)?.clone() }))
        .chain(own.iter().cloned())
        .collect()
}

fn just_after(at: Timestamp) -> Timestamp {
    at.saturating_add(SignedDuration::from_nanos(1)).unwrap_or(at)
}
