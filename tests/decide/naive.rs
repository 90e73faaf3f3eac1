//! The semantics once more, written from the reference alone: plain rationals, recursion, no sharing, no shortcuts.
//!
//! What a forecast expects is no statement of the reference: its number is taken from the crate. Where it counts, and where
//! it does not, is written here once more.

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};
use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{Signed, ToPrimitive, Zero};
use smartscale::decide::{self, Change, Forecast, Guard, Memory, NoForecast, Record};
use smartscale::observe::Answer;
use smartscale::rules::{
    Action, Aggregate, Amount, Arithmetic, Bounds, Cluster, Comparison, Condition, Expression, Fact, MetricId, Number, Rounding, Rule,
    Source, Stretch, Timing, Veto, WallTime,
};

use crate::random::World;

type Value = Option<BigRational>;
type Truth = Option<bool>;

/// What came of it: the workers wanted, and the guards that cut to nothing where that is how it ended.
#[derive(Debug, PartialEq, Eq)]
pub struct Naive {
    pub wanted: Option<u32>,
    pub winners: Vec<String>,
    pub guards: Vec<Guard>,
    pub lower: u32,
    pub upper: u32,
    pub outage: bool,
    /// Where nodes were added or removed: the `keep` rules whose own number is the bound that was reached.
    pub reached: Vec<String>,
}

fn big(number: &Number) -> BigRational {
    let text = number.to_string();
    if let Some((above, below)) = text.split_once('/') {
        return BigRational::new(above.parse().unwrap(), below.parse().unwrap());
    }
    let (whole, part) = text.split_once('.').unwrap_or((&text, ""));
    BigRational::new(format!("{whole}{part}").parse().unwrap(), BigInt::from(10).pow(u32::try_from(part.len()).unwrap()))
}

fn int(value: i64) -> BigRational {
    BigRational::from_integer(value.into())
}

fn seconds(of: SignedDuration) -> BigRational {
    BigRational::new(of.as_nanos().into(), 1_000_000_000.into())
}

/// One answer of a source: when, and what.
#[derive(Clone)]
struct Seen {
    at: Timestamp,
    value: Value,
}

struct Series {
    answers: Vec<Seen>,
    missing_after: SignedDuration,
    always_settled: bool,
}

/// What a forecast counts as.
#[derive(Clone, Copy, PartialEq)]
enum Forecasts {
    Expected,
    /// "A forecast can add, never remove."
    Never,
    /// `blind`: "A comparison with a forecast that is not to be had yet counts as false here: it is no observation."
    FalseUntilKnown,
}

#[derive(Clone, Copy, PartialEq)]
enum When {
    Now,
    Inside(Timestamp),
}

struct Mind<'a> {
    world: &'a World,
    now: Timestamp,
    settled_only: bool,
    /// `rebound`: what every metric lasts at, instead of samples.
    lasting: Option<u32>,
    forecasts: Forecasts,
}

fn count_of(fact: Fact, counts: &smartscale::observe::Counts) -> Value {
    let sum = |parts: &[Option<u32>]| parts.iter().try_fold(0, |sum: i64, part| Some(sum + i64::from((*part)?)));
    Some(int(match fact {
        Fact::Nodes => sum(&[counts.ready, counts.unready, counts.launching])?,
        Fact::ReadyNodes => sum(&[counts.ready])?,
        Fact::LaunchingNodes => sum(&[counts.launching])?,
        Fact::UnreadyNodes => sum(&[counts.unready])?,
        Fact::DrainingNodes => sum(&[counts.draining])?,
        Fact::PendingPods => sum(&[counts.pending_pods])?,
        Fact::PendingNodes => sum(&[counts.pending_nodes])?,
    }))
}

impl<'a> Mind<'a> {
    fn cluster(&self) -> &'a Cluster {
        &self.world.cluster
    }

    fn fact_of(&self, metric: MetricId) -> Option<Fact> {
        match metric {
            MetricId::Fact(fact) => Some(fact),
            MetricId::Declared(index) => match self.cluster().metrics[index].source {
                Source::Kubernetes(fact) => Some(fact),
                Source::Prometheus(_) => None,
            },
        }
    }

    fn series(&self, metric: MetricId) -> Series {
        let World { observed, memory, cluster } = self.world;
        let mut longest = cluster.evaluate.every;
        for quicker in &cluster.evaluate.quicker {
            longest = longest.max(quicker.every);
        }
        let default = longest.max(SignedDuration::from_mins(2));
        let (driven, declared) = match metric {
            MetricId::Fact(_) => (None, None),
            MetricId::Declared(index) => (observed.metrics[index].as_ref(), cluster.metrics[index].missing_after),
        };
        let always_settled = self.fact_of(metric).is_some_and(|fact| fact != Fact::PendingPods);
        if let Some(fact) = self.fact_of(metric).filter(|_| driven.is_none()) {
            let mut answers: Vec<Seen> =
                memory.records.iter().map(|record| Seen { at: record.at, value: count_of(fact, &record.counts) }).collect();
            answers.push(Seen { at: observed.now, value: count_of(fact, &observed.counts) });
            return Series { answers, missing_after: declared.unwrap_or(default), always_settled };
        }
        let MetricId::Declared(index) = metric else { unreachable!() };
        let answer = driven.unwrap();
        let value = |answer: &Answer| match answer {
            Answer::Value(number) => Some(big(number)),
            Answer::Missing(_) => None,
        };
        let mut answers = Vec::new();
        if answer.instant_only {
            for record in &memory.records {
                if let Some(recorded) = record.answers.get(&cluster.metrics[index].name) {
                    answers.push(Seen { at: record.at, value: value(recorded) });
                }
            }
        }
        answers.extend(answer.series.samples.iter().map(|sample| Seen { at: sample.at, value: value(&sample.answer) }));
        Series { answers, missing_after: answer.series.missing_after, always_settled }
    }

    /// "those taken after the last change was decided and no earlier than the moment it took effect"
    fn is_settled(&self, at: Timestamp) -> bool {
        match &self.world.memory.last_change {
            None => true,
            Some(change) => change.took_effect.is_some_and(|effect| at > change.at && at >= effect),
        }
    }

    /// The samples that count: values only.
    fn samples(&self, metric: MetricId) -> Vec<(Timestamp, BigRational)> {
        let series = self.series(metric);
        let counts = |at| !self.settled_only || series.always_settled || self.is_settled(at);
        series.answers.iter().filter(|seen| counts(seen.at)).filter_map(|seen| Some((seen.at, seen.value.clone()?))).collect()
    }

    fn lasting_value(&self, metric: MetricId, fewer: u32) -> Value {
        if matches!(self.fact_of(metric), Some(Fact::Nodes | Fact::ReadyNodes)) {
            return Some(int(fewer.into()));
        }
        let value = self.value_now(metric)?;
        if let MetricId::Declared(index) = metric
            && self.cluster().metrics[index].of_capacity
        {
            let nodes = count_of(Fact::Nodes, &self.world.observed.counts)?;
            return if fewer == 0 { None } else { Some(value * nodes / int(fewer.into())) };
        }
        Some(value)
    }

    /// "A metric's value now is what its source answers for this instant."
    fn value_now(&self, metric: MetricId) -> Value {
        let series = self.series(metric);
        if self.settled_only && !series.always_settled && !self.is_settled(self.now) {
            return None;
        }
        series.answers.iter().find(|seen| seen.at == self.now)?.value.clone()
    }

    /// "a shorter hole, up to now included, is bridged by the sample before it"
    fn bridged(&self, metric: MetricId, at: Timestamp) -> Value {
        let before: Vec<_> = self.samples(metric).into_iter().filter(|(seen, _)| *seen <= at).collect();
        let (seen, value) = before.last()?.clone();
        (at.duration_since(seen) <= self.series(metric).missing_after).then_some(value)
    }

    /// Asked at every instant at which the answer can change: the start, the end, and just before each sample.
    fn covered(&self, metric: MetricId, from: Timestamp, to: Timestamp) -> bool {
        let samples = self.samples(metric);
        let missing_after = self.series(metric).missing_after;
        let young_enough = |at: Timestamp, included: bool| {
            let newest = samples.iter().filter(|(seen, _)| if included { *seen <= at } else { *seen < at }).map(|(seen, _)| *seen).max();
            newest.is_some_and(|seen| at.duration_since(seen) <= missing_after)
        };
        let inside = samples.iter().filter(|(seen, _)| *seen > from && *seen <= to);
        young_enough(from, true) && young_enough(to, true) && inside.clone().all(|(seen, _)| young_enough(*seen, false))
    }

    fn aggregate(&self, function: Aggregate, metric: MetricId, at: Timestamp, over: SignedDuration) -> Value {
        let from = at - over;
        if !self.covered(metric, from, at) {
            return None;
        }
        let inside: Vec<_> = self.samples(metric).into_iter().filter(|(seen, _)| *seen >= from && *seen <= at).collect();
        if inside.is_empty() {
            return None;
        }
        let mut values: Vec<BigRational> = inside.iter().map(|(_, value)| value.clone()).collect();
        let n = int(i64::try_from(values.len()).unwrap());
        let quantile = |values: &mut Vec<BigRational>, q: (i64, i64)| {
            values.sort();
            let rank = BigRational::new(q.0.into(), q.1.into()) * (n.clone() - int(1));
            let low = rank.floor().to_integer().to_usize().unwrap();
            let weight = rank.clone() - rank.floor();
            let high = (low + 1).min(values.len() - 1);
            Some(values[low].clone() * (int(1) - weight.clone()) + values[high].clone() * weight)
        };
        match function {
            Aggregate::Average => Some(values.iter().fold(int(0), |sum, value| sum + value) / n),
            Aggregate::Minimum => values.into_iter().min(),
            Aggregate::Maximum => values.into_iter().max(),
            Aggregate::P50 => quantile(&mut values, (50, 100)),
            Aggregate::P90 => quantile(&mut values, (90, 100)),
            Aggregate::P95 => quantile(&mut values, (95, 100)),
            Aggregate::P99 => quantile(&mut values, (99, 100)),
            Aggregate::Delta => Some(values.last()?.clone() - values.first()?.clone()),
            Aggregate::Slope => {
                if values.len() < 2 {
                    return None;
                }
                // Least squares around the means, x in minutes before the end.
                let x: Vec<BigRational> = inside.iter().map(|(seen, _)| -seconds(at.duration_since(*seen)) / int(60)).collect();
                let mean = |of: &[BigRational]| of.iter().fold(int(0), |sum, value| sum + value) / n.clone();
                let (mean_x, mean_y) = (mean(&x), mean(&values));
                let mut above = int(0);
                let mut below = int(0);
                for (x, y) in x.iter().zip(&values) {
                    above += (x - &mean_x) * (y - &mean_y);
                    below += (x - &mean_x) * (x - &mean_x);
                }
                Some(above / below)
            }
        }
    }

    fn value(&self, expression: &Expression, when: When) -> Value {
        let at = match when {
            When::Now => self.now,
            When::Inside(at) => at,
        };
        Some(match expression {
            Expression::Literal(number) => big(number),
            Expression::Metric(metric) => match (self.lasting, when) {
                (Some(fewer), _) => self.lasting_value(*metric, fewer)?,
                (None, When::Now) => self.value_now(*metric)?,
                (None, When::Inside(at)) => self.bridged(*metric, at)?,
            },
            Expression::Negate(inner) => -self.value(inner, when)?,
            Expression::Absolute(inner) => self.value(inner, when)?.abs(),
            Expression::Round { how, value } => {
                let value = self.value(value, when)?;
                match how {
                    Rounding::Ceil => value.ceil(),
                    Rounding::Floor => value.floor(),
                    // "halves away from zero"
                    Rounding::Round if value.is_negative() => -((-value + BigRational::new(1.into(), 2.into())).floor()),
                    Rounding::Round => (value + BigRational::new(1.into(), 2.into())).floor(),
                }
            }
            Expression::Binary { operator, left, right } => {
                let (left, right) = (self.value(left, when)?, self.value(right, when)?);
                match operator {
                    Arithmetic::Add => left + right,
                    Arithmetic::Subtract => left - right,
                    Arithmetic::Multiply => left * right,
                    Arithmetic::Divide if right.is_zero() => return None,
                    Arithmetic::Divide => left / right,
                }
            }
            Expression::Aggregate { function, metric, over } => match self.lasting {
                Some(fewer) => {
                    let value = self.lasting_value(*metric, fewer)?;
                    if matches!(function, Aggregate::Delta | Aggregate::Slope) { int(0) } else { value }
                }
                None => self.aggregate(*function, *metric, at, *over)?,
            },
            Expression::Ago { metric, by } => match self.lasting {
                Some(fewer) => self.lasting_value(*metric, fewer)?,
                None => self.bridged(*metric, at - *by)?,
            },
            Expression::Forecast { metric, ahead } => match self.lasting {
                Some(fewer) => self.lasting_value(*metric, fewer)?,
                None if self.forecasts == Forecasts::Never => return None,
                None => self.forecast(*metric, *ahead, at).ok()?,
            },
        })
    }

    /// Of an `of capacity` metric the work is forecast, value × ready workers, and shared out over `nodes`.
    fn forecast(&self, metric: MetricId, ahead: SignedDuration, at: Timestamp) -> Result<BigRational, NoForecast> {
        let (name, of_capacity) = match metric {
            MetricId::Fact(fact) => (fact.name(), false),
            MetricId::Declared(index) => (self.cluster().metrics[index].name.as_str(), self.cluster().metrics[index].of_capacity),
        };
        let history = self.world.memory.histories.get(name).ok_or(NoForecast::NotYet)?;
        // Whether two periods are known does not depend on the level.
        Forecast::make(history, 0.0, at, ahead)?;
        let level = |metric| self.bridged(metric, at).and_then(|value| value.to_f64()).ok_or(NoForecast::Missing);
        let work = if of_capacity { level(MetricId::Fact(Fact::ReadyNodes))? } else { 1.0 };
        let nodes = if of_capacity { level(MetricId::Fact(Fact::Nodes))? } else { 1.0 };
        let forecast = Forecast::make(history, level(metric)? * work, at, ahead)?.value;
        if nodes == 0.0 {
            return Err(NoForecast::Missing);
        }
        Number::from_f64(if of_capacity { forecast * (1.0 / nodes) } else { forecast })
            .map(|number| big(&number))
            .ok_or(NoForecast::Missing)
    }

    fn forecasts_in<'e>(expression: &'e Expression, found: &mut Vec<(&'e MetricId, &'e SignedDuration)>) {
        match expression {
            Expression::Forecast { metric, ahead } => found.push((metric, ahead)),
            Expression::Negate(inner) | Expression::Absolute(inner) | Expression::Round { value: inner, .. } => {
                Self::forecasts_in(inner, found);
            }
            Expression::Binary { left, right, .. } => {
                Self::forecasts_in(left, found);
                Self::forecasts_in(right, found);
            }
            Expression::Literal(_) | Expression::Metric(_) | Expression::Aggregate { .. } | Expression::Ago { .. } => {}
        }
    }

    /// What a comparison comes to that is not known.
    fn undecided(&self, terms: &[&Expression], at: Timestamp) -> Truth {
        let mut forecasts = Vec::new();
        terms.iter().for_each(|term| Self::forecasts_in(term, &mut forecasts));
        let not_yet = forecasts.iter().any(|(metric, ahead)| self.forecast(**metric, **ahead, at) == Err(NoForecast::NotYet));
        (self.lasting.is_none() && self.forecasts == Forecasts::FalseUntilKnown && not_yet).then_some(false)
    }

    fn names(condition: &Condition, named: &mut Vec<(MetricId, bool)>) {
        fn inside(expression: &Expression, named: &mut Vec<(MetricId, bool)>) {
            match expression {
                Expression::Literal(_) => {}
                Expression::Metric(metric)
                | Expression::Aggregate { metric, .. }
                | Expression::Ago { metric, .. }
                | Expression::Forecast { metric, .. } => named.push((*metric, true)),
                Expression::Negate(inner) | Expression::Absolute(inner) | Expression::Round { value: inner, .. } => inside(inner, named),
                Expression::Binary { left, right, .. } => {
                    inside(left, named);
                    inside(right, named);
                }
            }
        }
        match condition {
            Condition::Compare { left, right, .. } => {
                inside(left, named);
                inside(right, named);
            }
            Condition::Within { value, low, high } => {
                inside(value, named);
                inside(low, named);
                inside(high, named);
            }
            Condition::Not(inner) | Condition::For { condition: inner, .. } => Self::names(inner, named),
            Condition::And(parts) | Condition::Or(parts) => parts.iter().for_each(|part| Self::names(part, named)),
            Condition::Missing(metric) => named.push((*metric, false)),
        }
    }

    fn truth(&self, condition: &Condition, when: When) -> Truth {
        let compare = |operator: &Comparison, left: &Expression, right: &Expression| -> Truth {
            let (left, right) = (self.value(left, when)?, self.value(right, when)?);
            Some(match operator {
                Comparison::Greater => left > right,
                Comparison::GreaterOrEqual => left >= right,
                Comparison::Less => left < right,
                Comparison::LessOrEqual => left <= right,
                Comparison::Equal => left == right,
                Comparison::NotEqual => left != right,
            })
        };
        let at = match when {
            When::Now => self.now,
            When::Inside(at) => at,
        };
        match condition {
            Condition::Compare { operator, left, right } => compare(operator, left, right).or_else(|| self.undecided(&[left, right], at)),
            Condition::Within { value, low, high } => {
                and(&[compare(&Comparison::GreaterOrEqual, value, low), compare(&Comparison::LessOrEqual, value, high)])
                    .or_else(|| self.undecided(&[value, low, high], at))
            }
            Condition::Not(inner) => self.truth(inner, when).map(|truth| !truth),
            Condition::And(parts) => and(&parts.iter().map(|part| self.truth(part, when)).collect::<Vec<_>>()),
            Condition::Or(parts) => {
                let none: Vec<Truth> = parts.iter().map(|part| self.truth(part, when).map(|truth| !truth)).collect();
                and(&none).map(|truth| !truth)
            }
            Condition::For { condition, over } => {
                if self.lasting.is_some() {
                    return self.truth(condition, when);
                }
                let to = match when {
                    When::Now => self.now,
                    When::Inside(at) => at,
                };
                let from = to - *over;
                let mut named = Vec::new();
                Self::names(condition, &mut named);
                let mut instants = vec![to];
                for (metric, _) in &named {
                    instants.extend(self.series(*metric).answers.iter().map(|seen| seen.at).filter(|at| *at >= from && *at <= to));
                }
                let mut all: Vec<Truth> = instants.iter().map(|at| self.truth(condition, When::Inside(*at))).collect();
                if !named.iter().all(|(metric, by_value)| !by_value || self.covered(*metric, from, to)) {
                    all.push(None);
                }
                and(&all)
            }
            Condition::Missing(metric) => {
                if let Some(fewer) = self.lasting {
                    return Some(self.lasting_value(*metric, fewer).is_none());
                }
                let at = match when {
                    When::Now => self.now,
                    When::Inside(at) => at,
                };
                let series = self.series(*metric);
                if self.settled_only && !series.always_settled && !self.is_settled(at) {
                    return None;
                }
                let newest = series.answers.iter().filter(|seen| seen.at <= at).max_by_key(|seen| seen.at);
                match newest {
                    Some(seen) if seen.at == at => Some(seen.value.is_none()),
                    _ if at == self.now => Some(true),
                    Some(seen) => Some(seen.value.is_none() || self.bridged(*metric, at).is_none()),
                    None => None,
                }
            }
        }
    }

    fn is_open(&self, timing: &Timing) -> bool {
        let window = &self.cluster().windows[timing.window.0];
        let clock = Clock { zone: &self.cluster().timezone };
        let today = self.now.to_zoned(self.cluster().timezone.clone()).date();
        let mut spans = Vec::new();
        for stretch in &window.stretches {
            match *stretch {
                Stretch::Weekly { days, start, end } => {
                    for date in (-4..=4).map(|days_on: i32| today.saturating_add(days_on.days())) {
                        // "belongs to the day on which it starts"; `except` "drops the stretches that start on that day"
                        if days.contains(date.weekday()) && !window.except.contains(&date) {
                            let last = if end <= start { date.saturating_add(1.day()) } else { date };
                            spans.push((clock.first_shows(at_time(date, start)), clock.last_shows(at_time(last, end))));
                        }
                    }
                }
                Stretch::Dates { first, last } => {
                    spans.extend(clock.without(&window.except, midnight(first), midnight(last.saturating_add(1.day()))));
                }
                Stretch::Dated { start, end } => spans.extend(clock.without(&window.except, start, end)),
            }
        }
        // "Starts are inclusive, ends exclusive", and `early` opens a window sooner that opens at all.
        spans.iter().any(|(start, end)| start < end && *start - timing.early <= self.now && self.now < *end)
    }
}

/// Wall clocks of one zone, read every quarter of an hour: no zone of the random worlds is finer, nor is any of their windows.
struct Clock<'a> {
    zone: &'a TimeZone,
}

impl Clock<'_> {
    /// Every quarter of an hour around the time at which clocks may show this.
    fn quarters(wall: DateTime) -> impl Iterator<Item = Timestamp> {
        let middle = wall.to_zoned(TimeZone::UTC).unwrap().timestamp();
        (-60..=60).map(move |quarter| middle + SignedDuration::from_mins(15 * quarter))
    }

    fn shows(&self, at: Timestamp) -> DateTime {
        at.to_zoned(self.zone.clone()).datetime()
    }

    /// "When the clocks jump forward over a start, the window opens at the first instant after the jump"
    fn first_shows(&self, wall: DateTime) -> Timestamp {
        Self::quarters(wall).find(|at| self.shows(*at) >= wall).unwrap()
    }

    /// "to the last time its end shows"; "An end that the clocks skip is the jump itself"
    fn last_shows(&self, wall: DateTime) -> Timestamp {
        Self::quarters(wall).filter(|at| self.shows(*at) == wall).last().unwrap_or_else(|| self.first_shows(wall))
    }

    /// A dated stretch less the excepted days.
    fn without(&self, except: &[Date], start: DateTime, end: DateTime) -> Vec<(Timestamp, Timestamp)> {
        let mut pieces = vec![(self.first_shows(start), self.last_shows(end))];
        for day in except {
            let (from, to) = (self.first_shows(midnight(*day)), self.first_shows(midnight(day.saturating_add(1.day()))));
            pieces = pieces.into_iter().flat_map(|(start, end)| [(start, end.min(from)), (start.max(to), end)]).collect();
            pieces.retain(|(start, end)| start < end);
        }
        pieces
    }
}

fn midnight(date: Date) -> DateTime {
    date.to_datetime(Time::midnight())
}

fn at_time(date: Date, time: WallTime) -> DateTime {
    midnight(date) + i64::from(time.minutes).minutes()
}

/// Kleene's `and`: one false decides, else one unknown.
fn and(parts: &[Truth]) -> Truth {
    if parts.contains(&Some(false)) {
        Some(false)
    } else if parts.contains(&None) {
        None
    } else {
        Some(true)
    }
}

/// What one rule comes to.
#[derive(Clone, Debug, PartialEq)]
enum Verdict {
    Idle,
    Unknown,
    /// With the count it proposes; for a `keep` or `hold`, none.
    Fired(Option<u32>),
}

fn to_count(value: &BigRational) -> u32 {
    if value.is_negative() { 0 } else { value.to_integer().to_u32().unwrap_or(u32::MAX) }
}

fn verdict(mind: &Mind<'_>, rule: &Rule, nodes: Option<u32>) -> Verdict {
    if rule.during.iter().any(|timing| !mind.is_open(timing)) || rule.outside.iter().any(|timing| mind.is_open(timing)) {
        return Verdict::Idle;
    }
    match rule.when.as_ref().map_or(Some(true), |condition| mind.truth(condition, When::Now)) {
        Some(false) => return Verdict::Idle,
        None => return Verdict::Unknown,
        Some(true) => {}
    }
    let amount = |amount: &Amount, nodes: u32| match amount {
        Amount::Nodes(expression) => mind.value(expression, When::Now),
        Amount::Percent(percent) => Some(int(nodes.into()) * big(percent) / int(100)),
    };
    if matches!(rule.action, Action::Keep(_) | Action::Hold(_)) {
        return Verdict::Fired(None);
    }
    let proposal = || {
        let nodes = nodes?;
        match &rule.action {
            Action::Add(by) => Some(nodes.saturating_add(to_count(&amount(by, nodes)?.ceil()))),
            Action::Remove(by) => Some(nodes.saturating_sub(to_count(&amount(by, nodes)?.floor()))),
            Action::Set(to) => Some(to_count(&mind.value(to, When::Now)?.ceil())),
            Action::Track { metric, at, within } => {
                let wanted = track(mind, *metric, at, within, nodes)?;
                let down = || track_down(mind, rule, wanted).filter(|count| *count < nodes).unwrap_or(nodes);
                Some(if wanted < nodes { down() } else { wanted })
            }
            Action::Keep(_) | Action::Hold(_) => None,
        }
    };
    match (proposal(), nodes) {
        (Some(count), Some(nodes)) => Verdict::Fired(Some(count).filter(|count| *count != nodes)),
        _ => Verdict::Unknown,
    }
}

/// "`ceil(ready-nodes × METRIC / VALUE)` when off by more than P"
fn track(mind: &Mind<'_>, metric: MetricId, at: &Number, within: &Number, nodes: u32) -> Option<u32> {
    let ratio = mind.value(&Expression::Metric(metric), When::Now)? / big(at);
    let ready = mind.value(&Expression::Metric(MetricId::Fact(Fact::ReadyNodes)), When::Now)?;
    let off = (ratio.clone() - int(1)).abs() > big(within) / int(100);
    Some(if off { to_count(&(ready * ratio).ceil()) } else { nodes })
}

/// "Downwards it proposes only what it has proposed throughout `cooldown down`"
fn track_down(mind: &Mind<'_>, rule: &Rule, wanted: u32) -> Option<u32> {
    let from = mind.now - mind.cluster().cooldown.down;
    let quicker = mind.cluster().evaluate.quicker.iter().map(|quicker| quicker.every).max().unwrap_or_default();
    let reach = mind.cluster().evaluate.every.max(quicker).max(SignedDuration::from_mins(2));
    let records = &mind.world.memory.records;
    let before = records.iter().rev().find(|record| record.at <= from);
    let mut inside: Vec<(Timestamp, Option<u32>)> = records
        .iter()
        .filter(|record| record.at > from && record.at < mind.now)
        .map(|record| (record.at, record.tracked.get(&rule.name).copied()))
        .collect();
    inside.push((mind.now, Some(wanted)));
    let mut largest = 0;
    if mind.cluster().cooldown.down.is_zero() {
        return Some(wanted);
    }
    let before = before?;
    let mut newest = before.at;
    before.tracked.get(&rule.name)?;
    if before.at == from {
        largest = *before.tracked.get(&rule.name)?;
    }
    for (at, proposed) in inside {
        if at.duration_since(newest) > reach {
            return None;
        }
        newest = at;
        largest = largest.max(proposed?);
    }
    Some(largest)
}

/// What one rule comes to now, with what forecasts may and may not do.
fn verdict_now(world: &World, rule: &Rule, nodes: Option<u32>) -> Verdict {
    let mind = Mind { world, now: world.observed.now, settled_only: false, lasting: None, forecasts: Forecasts::Expected };
    let judged = verdict(&mind, rule, nodes);
    match (&judged, nodes) {
        // "A forecast can add, never remove."
        (Verdict::Fired(Some(count)), Some(nodes)) if *count < nodes => {
            match verdict(&Mind { forecasts: Forecasts::Never, ..mind }, rule, Some(nodes)) {
                Verdict::Fired(without) => Verdict::Fired(without.filter(|count| *count < nodes)),
                Verdict::Idle | Verdict::Unknown => Verdict::Fired(None),
            }
        }
        _ => judged,
    }
}

pub fn decide(world: &World) -> Naive {
    let World { cluster, observed, memory } = world;
    let now = observed.now;
    let all = Mind { world, now, settled_only: false, lasting: None, forecasts: Forecasts::Expected };
    let nodes = observed.counts.ready.and_then(|ready| Some(ready + observed.counts.unready? + observed.counts.launching?));
    let verdicts: Vec<Verdict> = cluster.rules.iter().map(|rule| verdict_now(world, rule, nodes)).collect();
    let blinds: Vec<bool> = cluster
        .rules
        .iter()
        .zip(&verdicts)
        .map(|(rule, now)| {
            let patient = Mind { world, forecasts: Forecasts::FalseUntilKnown, ..all };
            *now == Verdict::Unknown && verdict(&patient, rule, nodes) == Verdict::Unknown
        })
        .collect();

    // Bounds.
    let keeps: Vec<_> = cluster
        .rules
        .iter()
        .zip(&verdicts)
        .filter_map(|(rule, verdict)| match &rule.action {
            Action::Keep(keep) if matches!(verdict, Verdict::Fired(_)) => {
                // By a forecast alone it stops growth and removes nothing.
                let sure = self::verdict(&Mind { world, forecasts: Forecasts::Never, ..all }, rule, nodes) == Verdict::Fired(None);
                Some(Bounds { lower: keep.lower, upper: if sure { keep.upper } else { keep.upper.max(nodes.unwrap_or(0)) } })
            }
            _ => None,
        })
        .collect();
    let lower = keeps.iter().map(|keep| keep.lower).max().unwrap_or(0).max(cluster.nodes.lower).min(cluster.nodes.upper);
    let unbudgeted =
        keeps.iter().map(|keep| keep.upper).min().unwrap_or(u32::MAX).min(cluster.nodes.upper).max(cluster.nodes.lower).max(lower);
    let mut upper = unbudgeted;
    let Some(nodes) = nodes else {
        return Naive {
            wanted: None,
            winners: Vec::new(),
            guards: Vec::new(),
            lower,
            upper: unbudgeted,
            outage: false,
            reached: Vec::new(),
        };
    };
    if let Some(budget) = &cluster.budget {
        let mut paid = nodes;
        if let Some(prices) = &observed.prices {
            let mut spent = big(&prices.running);
            for next in 0.. {
                let Some(price) = prices.next.get(next).or(prices.next.last()) else { break };
                spent += big(price);
                if spent > big(budget) || paid > 1000 {
                    break;
                }
                paid += 1;
            }
        }
        upper = upper.min(paid.max(nodes).max(lower));
    }

    // Direction.
    let proposal = |index: usize| match &verdicts[index] {
        Verdict::Fired(count) => *count,
        _ => None,
    };
    let indices = 0..cluster.rules.len();
    let ups: Vec<usize> = indices.clone().filter(|index| proposal(*index).is_some_and(|count| count > nodes)).collect();
    let downs: Vec<usize> = indices.clone().filter(|index| proposal(*index).is_some_and(|count| count < nodes)).collect();
    let up = !ups.is_empty();
    let candidates = if up { &ups } else { &downs };

    let running = |since: Timestamp, length: SignedDuration| now.duration_since(since) < length;
    let cluster_cooldown = |length: SignedDuration| memory.last_change.as_ref().is_some_and(|change| running(change.at, length));
    // A new ledger: when the last change was is not known.
    let ledger_is_new = observed.no_removal_before.is_some_and(|until| now < until);
    let own = |index: usize| {
        let rule = &cluster.rules[index];
        let mut guards = Vec::new();
        let cooldown = if up { cluster.cooldown.up } else { cluster.cooldown.down };
        let own_cooldown = rule.cooldown.is_some_and(|length| memory.won.get(&rule.name).is_some_and(|won| running(*won, length)));
        if (cluster_cooldown(cooldown) && !(up && rule.urgent)) || own_cooldown || (!up && ledger_is_new) {
            guards.push(Guard::Cooldown);
        }
        if matches!(rule.action, Action::Add(_) | Action::Remove(_)) {
            let forecasts = if up { Forecasts::Expected } else { Forecasts::Never };
            let again = verdict(&Mind { world, settled_only: true, forecasts, ..all }, rule, Some(nodes));
            if memory.last_change.is_some() && !matches!(again, Verdict::Fired(Some(_))) {
                guards.push(Guard::Settling);
            }
        }
        guards
    };
    let free: Vec<usize> = candidates.iter().copied().filter(|index| own(*index).is_empty()).collect();
    let best = |of: &[usize]| of.iter().filter_map(|index| proposal(*index)).max();
    let winning = best(&free);
    let winners: Vec<String> =
        free.iter().filter(|index| proposal(**index) == winning).map(|index| cluster.rules[*index].name.clone()).collect();

    let fired_veto = |stops: fn(Veto) -> bool| {
        cluster
            .rules
            .iter()
            .zip(&verdicts)
            .any(|(rule, verdict)| matches!((&rule.action, verdict), (Action::Hold(veto), Verdict::Fired(_)) if stops(*veto)))
    };
    let backoff = observed.backoff.as_ref().is_some_and(|backoff| backoff.until.is_none_or(|until| until > now));
    let busy = observed.launches_in_flight > 0 || observed.counts.launching.is_some_and(|launching| launching > 0);
    let unready = observed.counts.unready.unwrap_or(0);
    let outage = unready > 3 && f64::from(unready) > 0.45 * f64::from(nodes);
    let unknown = |matters: fn(&Action) -> bool| cluster.rules.iter().zip(&blinds).any(|(rule, blinds)| *blinds && matters(&rule.action));

    let mut guards = Vec::new();
    let mut target = nodes;
    let keeps_with = |end: fn(&Bounds) -> u32, bound: u32| -> Vec<String> {
        let fired = cluster.rules.iter().zip(&verdicts).filter(|(_, verdict)| matches!(verdict, Verdict::Fired(_)));
        fired
            .filter(|(rule, _)| matches!(&rule.action, Action::Keep(keep) if end(keep) == bound))
            .map(|(rule, _)| rule.name.clone())
            .collect()
    };
    let at_lower = || keeps_with(|keep| keep.lower, lower);
    // "where they cross, the lower end wins": then it is the number of the lower end that is reached.
    let at_upper = || {
        let ends = keeps_with(|keep| keep.upper, upper);
        if ends.is_empty() && upper == lower { at_lower() } else { ends }
    };
    let mut reached = Vec::new();
    if !candidates.is_empty() {
        if winning.is_none() {
            guards.extend(candidates.iter().flat_map(|index| own(*index)));
        }
        let wanted = winning.or(best(candidates)).unwrap();
        if up {
            let stepped = wanted.min(nodes + cluster.step.up);
            if stepped.min(unbudgeted) <= nodes {
                guards.push(Guard::Bounds);
            }
            if upper < unbudgeted && stepped.min(upper) <= nodes {
                guards.push(Guard::Budget);
            }
            if fired_veto(|veto| veto != Veto::Removals) {
                guards.push(Guard::Hold);
            }
            if backoff {
                guards.push(Guard::Backoff);
            }
            if guards.is_empty() {
                target = stepped.min(upper).max(nodes);
                reached = if target == upper { at_upper() } else { Vec::new() };
            }
        } else {
            let stepped = wanted.max(nodes.saturating_sub(cluster.step.down));
            let bounded = stepped.max(lower);
            if bounded >= nodes {
                guards.push(Guard::Bounds);
            }
            if fired_veto(|veto| veto != Veto::Additions) {
                guards.push(Guard::Hold);
            }
            if unknown(|_| true) {
                guards.push(Guard::Blind);
            }
            if busy {
                guards.push(Guard::Busy);
            }
            if outage {
                guards.push(Guard::Outage);
            }
            let from = if bounded < nodes { bounded } else { stepped };
            let left = (from..nodes).find(|left| !asks_for_more(world, &blinds, *left)).unwrap_or(nodes);
            if left >= nodes {
                guards.push(Guard::Rebound);
            }
            if guards.is_empty() {
                target = left;
                reached = if bounded == lower { at_lower() } else { Vec::new() };
            }
        }
    }
    if nodes < lower {
        if backoff {
            guards.push(Guard::Backoff);
        } else {
            if target <= lower {
                reached = at_lower();
            }
            target = target.max(lower);
        }
    }
    if nodes > upper {
        let mut stopping = Vec::new();
        if cluster_cooldown(cluster.cooldown.down) || ledger_is_new {
            stopping.push(Guard::Cooldown);
        }
        if fired_veto(|veto| veto != Veto::Additions) {
            stopping.push(Guard::Hold);
        }
        if busy {
            stopping.push(Guard::Busy);
        }
        if unknown(|action| matches!(action, Action::Keep(_) | Action::Hold(_))) {
            stopping.push(Guard::Blind);
        }
        let stepped = upper.max(nodes.saturating_sub(cluster.step.down));
        if stopping.is_empty() && stepped <= target {
            target = stepped;
            reached = at_upper();
        }
        guards.extend(stopping);
    }
    if target != nodes {
        guards.clear();
    }
    guards.sort();
    guards.dedup();
    Naive { wanted: Some(target), winners, guards, lower, upper, outage, reached }
}

/// Whether, with fewer nodes and everything else lasting, any rule that is known now would ask for more.
fn asks_for_more(world: &World, blinds: &[bool], left: u32) -> bool {
    let mind = Mind { world, now: world.observed.now, settled_only: false, lasting: Some(left), forecasts: Forecasts::Expected };
    world.cluster.rules.iter().zip(blinds).filter(|(_, blinds)| !**blinds).any(|(rule, _)| match verdict(&mind, rule, Some(left)) {
        Verdict::Idle => false,
        Verdict::Unknown => true,
        Verdict::Fired(count) => match &rule.action {
            Action::Keep(keep) => keep.lower.min(world.cluster.nodes.upper) > left,
            _ => count.is_some_and(|count| count > left),
        },
    })
}

/// All that ever happened, nothing forgotten: what the next evaluation may look back at.
pub fn remember(world: &World, decided: &Naive) -> Memory {
    let World { cluster, observed, memory } = world;
    let mut memory = memory.clone();
    let nodes = observed.counts.ready.and_then(|ready| Some(ready + observed.counts.unready? + observed.counts.launching?));
    if let (Some(wanted), Some(nodes)) = (decided.wanted, nodes)
        && wanted != nodes
    {
        let up = wanted > nodes;
        // "the last change that this rule won": one that went the way of its proposal.
        let winners: Vec<String> = decided
            .winners
            .iter()
            .filter(|name| {
                let rule = cluster.rules.iter().find(|rule| rule.name == **name).unwrap();
                matches!(verdict_now(world, rule, Some(nodes)), Verdict::Fired(Some(count)) if (count > nodes) == up)
            })
            .cloned()
            .collect();
        for winner in &winners {
            memory.won.insert(winner.clone(), observed.now);
        }
        let action = if up { decide::Action::Add(wanted - nodes) } else { decide::Action::Remove(nodes - wanted) };
        memory.last_change = Some(Change { at: observed.now, action, winners, took_effect: None });
    }
    let answers = cluster.metrics.iter().zip(&observed.metrics).filter_map(|(metric, answer)| {
        let answer = answer.as_ref().filter(|answer| answer.instant_only)?;
        Some((metric.name.clone(), answer.series.samples.last()?.answer.clone()))
    });
    let mind = Mind { world, now: observed.now, settled_only: false, lasting: None, forecasts: Forecasts::Expected };
    let tracked = cluster.rules.iter().filter_map(|rule| {
        let Action::Track { metric, at, within } = &rule.action else { return None };
        // "or the rule was idle or unknown in it"
        matches!(verdict(&mind, rule, nodes), Verdict::Fired(_)).then_some(())?;
        Some((rule.name.clone(), track(&mind, *metric, at, within, nodes?)?))
    });
    memory.records.push(Record { at: observed.now, counts: observed.counts, answers: answers.collect(), tracked: tracked.collect() });
    memory
}
