//! The semantics once more, written from the reference alone: plain rationals, recursion, no sharing, no shortcuts.

use jiff::{SignedDuration, Timestamp};
use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{Signed, ToPrimitive, Zero};
use smartscale::decide::Guard;
use smartscale::observe::Answer;
use smartscale::rules::{
    Action, Aggregate, Amount, Arithmetic, Cluster, Comparison, Condition, Expression, Fact, MetricId, Number, Rounding, Rule, Source,
    Stretch, Timing, Veto,
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
}

fn count_of(world: &World, fact: Fact, counts: &smartscale::observe::Counts) -> Value {
    let _ = world;
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
        if let Some(fact) = self.fact_of(metric) {
            let mut answers: Vec<Seen> =
                memory.records.iter().map(|record| Seen { at: record.at, value: count_of(self.world, fact, &record.counts) }).collect();
            answers.push(Seen { at: observed.now, value: count_of(self.world, fact, &observed.counts) });
            return Series { answers, missing_after: default, always_settled: fact != Fact::PendingPods };
        }
        let MetricId::Declared(index) = metric else { unreachable!() };
        let answer = observed.metrics[index].as_ref().unwrap();
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
        Series { answers, missing_after: answer.series.missing_after, always_settled: false }
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
            let nodes = count_of(self.world, Fact::Nodes, &self.world.observed.counts)?;
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
            Expression::Forecast { .. } => return None,
        })
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
        match condition {
            Condition::Compare { operator, left, right } => compare(operator, left, right),
            Condition::Within { value, low, high } => {
                and(&[compare(&Comparison::GreaterOrEqual, value, low), compare(&Comparison::LessOrEqual, value, high)])
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
        // All random windows are weekly and in UTC.
        let window = &self.cluster().windows[timing.window.0];
        let second = self.now.as_second();
        (-3..400).any(|days_on| {
            let day = second.div_euclid(86400) + days_on;
            // 1970-01-01 was a Thursday.
            let weekday = usize::try_from((day + 3).rem_euclid(7)).unwrap();
            window.stretches.iter().any(|stretch| {
                let Stretch::Weekly { days, start, end } = stretch else { panic!("{stretch:?}") };
                let on = days.contains(jiff::civil::Weekday::from_monday_zero_offset(i8::try_from(weekday).unwrap()).unwrap());
                let opens = day * 86400 + i64::from(start.minutes) * 60 - timing.early.as_secs();
                let closes = day * 86400 + i64::from(end.minutes) * 60 + if end.minutes <= start.minutes { 86400 } else { 0 };
                on && opens <= second && second < closes
            })
        })
    }
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
    let reach = mind.cluster().evaluate.every.max(SignedDuration::from_mins(2));
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

pub fn decide(world: &World) -> Naive {
    let World { cluster, observed, memory } = world;
    let now = observed.now;
    let all = Mind { world, now, settled_only: false, lasting: None };
    let settled = Mind { settled_only: true, ..Mind { world, now, settled_only: false, lasting: None } };
    let nodes = observed.counts.ready.and_then(|ready| Some(ready + observed.counts.unready? + observed.counts.launching?));
    let verdicts: Vec<Verdict> = cluster.rules.iter().map(|rule| verdict(&all, rule, nodes)).collect();
    let Some(nodes) = nodes else { return Naive { wanted: None, winners: Vec::new(), guards: Vec::new() } };

    // Bounds.
    let keeps: Vec<_> = cluster
        .rules
        .iter()
        .zip(&verdicts)
        .filter_map(|(rule, verdict)| match &rule.action {
            Action::Keep(keep) if matches!(verdict, Verdict::Fired(_)) => Some(*keep),
            _ => None,
        })
        .collect();
    let lower = keeps.iter().map(|keep| keep.lower).max().unwrap_or(0).max(cluster.nodes.lower).min(cluster.nodes.upper);
    let unbudgeted =
        keeps.iter().map(|keep| keep.upper).min().unwrap_or(u32::MAX).min(cluster.nodes.upper).max(cluster.nodes.lower).max(lower);
    let mut upper = unbudgeted;
    if let Some(budget) = &cluster.budget {
        let mut paid = nodes;
        if let Some(prices) = &observed.prices {
            let mut spent = big(&prices.running);
            for next in 0.. {
                spent += big(prices.next.get(next).or(prices.next.last()).unwrap());
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
    let own = |index: usize| {
        let rule = &cluster.rules[index];
        let mut guards = Vec::new();
        let cooldown = if up { cluster.cooldown.up } else { cluster.cooldown.down };
        let own_cooldown = rule.cooldown.is_some_and(|length| memory.won.get(&rule.name).is_some_and(|won| running(*won, length)));
        if (cluster_cooldown(cooldown) && !(up && rule.urgent)) || own_cooldown {
            guards.push(Guard::Cooldown);
        }
        if matches!(rule.action, Action::Add(_) | Action::Remove(_)) {
            let again = verdict(&settled, rule, Some(nodes));
            if !matches!(again, Verdict::Fired(Some(_))) {
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
    let unready = observed.counts.unready.unwrap();
    let outage = unready > 3 && f64::from(unready) > 0.45 * f64::from(nodes);
    let unknown = |matters: fn(&Action) -> bool| {
        cluster.rules.iter().zip(&verdicts).any(|(rule, verdict)| *verdict == Verdict::Unknown && matters(&rule.action))
    };

    let mut guards = Vec::new();
    let mut target = nodes;
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
            let left = (from..nodes).find(|left| !asks_for_more(world, &verdicts, *left)).unwrap_or(nodes);
            if left >= nodes {
                guards.push(Guard::Rebound);
            }
            if guards.is_empty() {
                target = left;
            }
        }
    }
    if nodes < lower {
        if backoff {
            guards.push(Guard::Backoff);
        } else {
            target = target.max(lower);
        }
    }
    if nodes > upper {
        let mut stopping = Vec::new();
        if cluster_cooldown(cluster.cooldown.down) {
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
        if stopping.is_empty() {
            target = target.min(upper.max(nodes.saturating_sub(cluster.step.down)));
        }
        guards.extend(stopping);
    }
    if target != nodes {
        guards.clear();
    }
    guards.sort();
    guards.dedup();
    Naive { wanted: Some(target), winners, guards }
}

/// Whether, with fewer nodes and everything else lasting, any rule that is known now would ask for more.
fn asks_for_more(world: &World, now: &[Verdict], left: u32) -> bool {
    let mind = Mind { world, now: world.observed.now, settled_only: false, lasting: Some(left) };
    world.cluster.rules.iter().zip(now).filter(|(_, now)| **now != Verdict::Unknown).any(|(rule, _)| {
        match verdict(&mind, rule, Some(left)) {
            Verdict::Idle => false,
            Verdict::Unknown => true,
            Verdict::Fired(count) => match &rule.action {
                Action::Keep(keep) => keep.lower.min(world.cluster.nodes.upper) > left,
                _ => count.is_some_and(|count| count > left),
            },
        }
    })
}
