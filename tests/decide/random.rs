use std::collections::BTreeMap;

use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};
use smartscale::decide::{self, BUCKET_SECONDS, Backoff, Change, History, Input, Memory, Observed, Prices, Record, Waiting};
use smartscale::observe::{Absence, Answer, Counts, QueryAnswer, Sample, Series};
use smartscale::rules::{
    Action, Aggregate, Amount, Arithmetic, Bounds, Cadence, Capacity, Cluster, Comparison, Condition, Cooldown, Days, Drain, Expression,
    Fact, Metric, MetricId, Number, QuickerCadence, Rounding, Rule, Source, Step, Stretch, Timing, Unit, Veto, WallTime, Window, WindowId,
    Zones,
};

use crate::dice::Dice;

/// Everything that one decision depends on.
#[derive(Debug, Clone)]
pub struct World {
    pub cluster: Cluster,
    pub observed: Observed,
    pub memory: Memory,
}

impl World {
    pub fn input(&self) -> Input<'_> {
        Input { cluster: &self.cluster, observed: &self.observed, memory: &self.memory }
    }

    pub fn decide(&self) -> decide::Decision {
        decide::decide(&self.input())
    }
}

const SPANS: [i64; 8] = [0, 15, 60, 100, 120, 180, 300, 600];
const VALUES: [&str; 10] = ["0", "10", "29.9", "30", "50", "70", "70.5", "85", "100", "-5"];

/// Zones whose clocks change in spring and autumn, north and south, by an hour and by half of one; and two without.
const ZONES: [&str; 6] = ["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Dhaka", "America/St_Johns"];
/// Days around which clocks change in some of them, and one without a change.
const DAYS: [&str; 6] = ["2026-11-25", "2026-10-25", "2027-03-28", "2026-11-01", "2027-03-14", "2026-10-04"];

pub fn world(dice: &mut Dice) -> World {
    let zone = TimeZone::get(dice.pick(&ZONES)).unwrap();
    let day: Date = dice.pick(&DAYS).parse().unwrap();
    // From noon of the day before to noon of the day after, by the minute, mostly at full quarters.
    let minutes = i64::try_from(dice.roll(2880)).unwrap();
    let minutes = if dice.one_in(3) { minutes } else { minutes / 15 * 15 };
    let now = day.to_zoned(TimeZone::UTC).unwrap().timestamp() + SignedDuration::from_mins(minutes - 720);
    let records = records(dice, now);
    let metrics = vec![
        metric("cpu", Unit::Percent, true, Source::Prometheus("cpu".into())),
        metric("queue", Unit::Count, false, Source::Prometheus("queue".into())),
        metric("slow", Unit::Count, false, Source::Prometheus("slow".into())),
        metric("waiting", Unit::Count, false, Source::Kubernetes(Fact::PendingPods)),
    ];
    let answers = vec![
        Some(range(dice, now)),
        Some(range(dice, now)),
        Some(QueryAnswer {
            series: Series { samples: vec![Sample { at: now, answer: answer(dice) }], missing_after: dice.seconds(&[120, 240, 60]) },
            instant_only: true,
        }),
        // Mostly what the cluster counts; now and then driven by a series.
        dice.one_in(4).then(|| QueryAnswer {
            series: Series { samples: vec![Sample { at: now, answer: answer(dice) }], missing_after: dice.seconds(&[120, 240]) },
            instant_only: true,
        }),
    ];
    let lower = dice.roll(4) as u32;
    let upper = lower + dice.roll(12) as u32;
    let rules = (0..1 + dice.roll(6)).map(|index| rule(dice, index)).collect();
    let windows = vec![window(dice, "some", day), window(dice, "other", day), window(dice, "third", day)];
    let counts = counts(dice);
    let change = (!dice.one_in(3)).then(|| {
        let at = now - dice.seconds(&[60, 120, 240, 290, 300, 301, 590, 600, 900, 30]);
        let effect = at + dice.seconds(&[0, 60, 120, 150, 300]);
        Change {
            at,
            action: decide::Action::Add(1),
            winners: Vec::new(),
            took_effect: (!dice.one_in(4) && effect <= now).then_some(effect),
        }
    });
    let mut won = BTreeMap::new();
    for index in 0..3 {
        if dice.one_in(3) {
            won.insert(format!("r{index}"), now - dice.seconds(&[60, 300, 600]));
        }
    }
    let cluster = Cluster {
        name: "prod".into(),
        timezone: zone,
        nodes: Bounds { lower, upper },
        evaluate: Cadence {
            every: dice.seconds(&[120, 120, 60, 300]),
            quicker: if dice.one_in(4) {
                vec![QuickerCadence { every: dice.seconds(&[60, 180]), during: WindowId(dice.roll(3)) }]
            } else {
                Vec::new()
            },
        },
        cooldown: Cooldown { up: dice.seconds(&[300, 0, 120]), down: dice.seconds(&[600, 300, 120, 250]) },
        step: Step { up: 1 + dice.roll(5) as u32, down: 1 + dice.roll(4) as u32 },
        budget: dice.one_in(3).then(|| dice.pick(&["0.5", "0.18", "0.6", "1.2"]).parse().unwrap()),
        capacity: Capacity {
            instances: vec!["t3.small".into()],
            spot: Number::ZERO,
            max_price: None,
            zones: Zones::Balanced,
            join: SignedDuration::from_mins(5),
            unready: SignedDuration::from_mins(10),
        },
        drain: Drain { within: SignedDuration::from_mins(5), protect: Vec::new(), local_storage_allowed: false },
        notify: Vec::new(),
        metrics,
        windows,
        rules,
        examples: Vec::new(),
    };
    let observed = Observed {
        now,
        counts,
        waiting: Waiting::default(),
        metrics: answers,
        launches_in_flight: u32::from(dice.one_in(8)),
        backoff: dice
            .one_in(8)
            .then(|| Backoff { until: Some(now + dice.seconds(&[0, 60, -60])), reason: "no capacity in eu-central-1a".into() }),
        no_removal_before: dice.one_in(10).then(|| now + dice.seconds(&[60, 0, -60])),
        prices: (!dice.one_in(4)).then(|| Prices {
            running: Number::from(counts.nodes().unwrap_or(0)).multiply(&"0.06".parse().unwrap()),
            next: match dice.roll(4) {
                0 => vec!["0.06".parse().unwrap()],
                1 => Vec::new(),
                2 => vec!["0.02".parse().unwrap(), Number::ZERO],
                _ => vec!["0.06".parse().unwrap(), "0.1".parse().unwrap()],
            },
        }),
    };
    let mut histories = BTreeMap::new();
    for name in ["cpu", "queue", "pending-pods"] {
        if let Some(history) = history(dice, now) {
            histories.insert(name.to_owned(), history);
        }
    }
    World { cluster, observed, memory: Memory { last_change: change, won, records, histories } }
}

/// The next evaluation of the same cluster: later, with new counts and figures.
pub fn next_evaluation(world: &mut World, dice: &mut Dice) {
    let later = dice.seconds(&[120, 60, 120, 240, 600]);
    let observed = &mut world.observed;
    observed.now += later;
    observed.counts = counts(dice);
    for answer in observed.metrics.iter_mut().flatten() {
        if answer.instant_only {
            answer.series.samples = vec![Sample { at: observed.now, answer: self::answer(dice) }];
        } else {
            let missing_after = answer.series.missing_after;
            *answer = QueryAnswer { series: Series { missing_after, ..range(dice, observed.now).series }, instant_only: false };
        }
    }
}

fn metric(name: &str, unit: Unit, of_capacity: bool, source: Source) -> Metric {
    Metric { name: name.into(), unit, of_capacity, source, empty_is: None, missing_after: None }
}

/// One to three stretches around a day, with times around those at which clocks change, and now and then an excepted day.
fn window(dice: &mut Dice, name: &str, day: Date) -> Window {
    let stretches = (0..1 + dice.roll(2)).map(|_| stretch(dice, day)).collect();
    let except = if dice.one_in(4) { vec![near(dice, day), near(dice, day)] } else { Vec::new() };
    Window { name: name.into(), stretches, except }
}

fn near(dice: &mut Dice, day: Date) -> Date {
    day + (i64::try_from(dice.roll(5)).unwrap() - 2).days()
}

fn stretch(dice: &mut Dice, day: Date) -> Stretch {
    let time = |dice: &mut Dice| {
        let minutes = [0, 30, 60, 75, 120, 135, 150, 165, 180, 210, 240, 480, 720, 1080, 1320, 1425];
        WallTime { minutes: dice.pick(&minutes) }
    };
    let at = |date: Date, time: WallTime| date.at(0, 0, 0, 0) + i64::from(time.minutes).minutes();
    match dice.roll(6) {
        0..=3 => {
            let days =
                (0..7).filter(|_| !dice.one_in(3)).fold(Days::NONE, |days, day| days.with(Weekday::from_monday_zero_offset(day).unwrap()));
            let end = if dice.one_in(6) { WallTime { minutes: 1440 } } else { time(dice) };
            Stretch::Weekly { days, start: time(dice), end }
        }
        4 => {
            let first = near(dice, day);
            Stretch::Dates { first, last: first + i64::try_from(dice.roll(4)).unwrap().days() }
        }
        _ => {
            let start = at(near(dice, day), time(dice));
            let end = at(near(dice, day), time(dice));
            if start < end { Stretch::Dated { start, end } } else { Stretch::Dated { start, end: start + 1.day() } }
        }
    }
}

/// Half hours of a day that repeats: none, too few for a forecast, two days of them, or two weeks.
fn history(dice: &mut Dice, now: Timestamp) -> Option<History> {
    let kept = dice.pick(&[0, 0, 20, 98, 700]);
    let busy: i64 = dice.pick(&[10, 30, 90, 200]);
    let mut history = History::default();
    for back in (0..kept).rev() {
        let at = now - SignedDuration::from_secs(back * BUCKET_SECONDS);
        let hour = at.as_second().div_euclid(3600).rem_euclid(24);
        history.record(at, &Number::from(if (8..20).contains(&hour) { busy } else { busy / 3 }));
    }
    (kept > 0).then_some(history)
}

fn answer(dice: &mut Dice) -> Answer {
    if dice.one_in(9) { Answer::Missing(Absence::Empty) } else { Answer::Value(dice.pick(&VALUES).parse().unwrap()) }
}

/// A range with steps of 15 or 60 s; values last for a while, so that windows hold now and then.
fn range(dice: &mut Dice, now: Timestamp) -> QueryAnswer {
    let step = dice.pick(&[60, 15]);
    let steps = dice.roll(20) as i64;
    let mut current = answer(dice);
    let samples = (0..=steps).rev().map(|back| {
        if dice.one_in(6) {
            current = answer(dice);
        }
        let answer = if dice.one_in(12) { Answer::Missing(Absence::NotANumber) } else { current.clone() };
        Sample { at: now - SignedDuration::from_secs(back * step), answer }
    });
    let samples: Vec<Sample> = samples.collect();
    QueryAnswer { series: Series { samples, missing_after: dice.seconds(&[60, 120, 30, 300]) }, instant_only: false }
}

fn records(dice: &mut Dice, now: Timestamp) -> Vec<Record> {
    let mut records: Vec<Record> = Vec::new();
    let every = dice.pick(&[120, 60]);
    for back in (1..=dice.roll(12) as i64).rev() {
        if dice.one_in(10) {
            continue;
        }
        let mut tracked = BTreeMap::new();
        for index in 0..5 {
            if !dice.one_in(8) {
                tracked.insert(format!("r{index}"), 1 + dice.roll(6) as u32);
            }
        }
        let answers = BTreeMap::from([("slow".to_owned(), answer(dice))]);
        records.push(Record { at: now - SignedDuration::from_secs(back * every), counts: counts(dice), answers, tracked });
    }
    records
}

fn counts(dice: &mut Dice) -> Counts {
    let mut count = |usual: &[u32]| if dice.one_in(30) { None } else { Some(dice.pick(usual)) };
    Counts {
        ready: count(&[3, 4, 5, 1, 2, 8, 0]),
        launching: count(&[0, 0, 0, 0, 1]),
        unready: count(&[0, 0, 0, 0, 1, 4]),
        draining: count(&[0, 1]),
        pending_pods: count(&[0, 0, 3, 30]),
        pending_nodes: count(&[0, 0, 1, 2]),
    }
}

fn a_metric(dice: &mut Dice) -> MetricId {
    match dice.roll(7) {
        0 | 1 => MetricId::Declared(0),
        2 => MetricId::Declared(1),
        3 => MetricId::Declared(2),
        4 => MetricId::Declared(3),
        5 => MetricId::Fact(Fact::PendingNodes),
        _ => MetricId::Fact(dice.pick(&Fact::ALL)),
    }
}

fn literal(dice: &mut Dice) -> Expression {
    Expression::Literal(dice.pick(&VALUES).parse().unwrap())
}

fn expression(dice: &mut Dice, depth: usize) -> Expression {
    let metric = a_metric(dice);
    match if depth == 0 { dice.roll(6) } else { dice.roll(10) } {
        0..=2 => Expression::Metric(metric),
        3 => Expression::Aggregate {
            function: dice.pick(&[
                Aggregate::Average,
                Aggregate::Minimum,
                Aggregate::Maximum,
                Aggregate::P50,
                Aggregate::P90,
                Aggregate::P95,
                Aggregate::P99,
                Aggregate::Delta,
                Aggregate::Slope,
            ]),
            metric,
            over: dice.seconds(&SPANS),
        },
        4 if dice.one_in(3) => Expression::Forecast { metric, ahead: dice.seconds(&[600, 60, 3600]) },
        4 => Expression::Ago { metric, by: dice.seconds(&SPANS) },
        5 => literal(dice),
        6 => Expression::Negate(Box::new(expression(dice, depth - 1))),
        7 => Expression::Absolute(Box::new(expression(dice, depth - 1))),
        8 => Expression::Round {
            how: dice.pick(&[Rounding::Ceil, Rounding::Floor, Rounding::Round]),
            value: Box::new(expression(dice, depth - 1)),
        },
        _ => Expression::Binary {
            operator: dice.pick(&[Arithmetic::Divide, Arithmetic::Add, Arithmetic::Subtract, Arithmetic::Multiply]),
            left: Box::new(expression(dice, depth - 1)),
            right: Box::new(expression(dice, depth - 1)),
        },
    }
}

fn condition(dice: &mut Dice, depth: usize) -> Condition {
    let operators = [
        Comparison::Greater,
        Comparison::Less,
        Comparison::GreaterOrEqual,
        Comparison::LessOrEqual,
        Comparison::Equal,
        Comparison::NotEqual,
    ];
    match if depth == 0 { dice.roll(5) } else { dice.roll(12) } {
        0..=2 => Condition::Compare { operator: dice.pick(&operators), left: expression(dice, 1), right: literal(dice) },
        3 => Condition::Within { value: expression(dice, 1), low: Box::new(literal(dice)), high: Box::new(literal(dice)) },
        4 => Condition::Missing(a_metric(dice)),
        5 => Condition::Not(Box::new(condition(dice, depth - 1))),
        6 => Condition::And((0..2 + dice.roll(2)).map(|_| condition(dice, depth - 1)).collect()),
        7 => Condition::Or((0..2 + dice.roll(2)).map(|_| condition(dice, depth - 1)).collect()),
        8 => Condition::Compare { operator: dice.pick(&operators), left: expression(dice, 2), right: expression(dice, 1) },
        _ => Condition::For { condition: Box::new(condition(dice, depth - 1)), over: dice.seconds(&SPANS) },
    }
}

fn amount(dice: &mut Dice) -> Amount {
    match dice.roll(4) {
        0 | 1 => Amount::Nodes(Expression::Literal(dice.pick(&["1", "2", "1.5", "0", "-1", "4"]).parse().unwrap())),
        2 => Amount::Percent(dice.pick(&["10", "20", "50", "33"]).parse().unwrap()),
        _ => Amount::Nodes(expression(dice, 1)),
    }
}

fn rule(dice: &mut Dice, index: usize) -> Rule {
    let timing = |dice: &mut Dice| Timing { window: WindowId(dice.roll(3)), early: dice.seconds(&[0, 0, 900, 7200, 93_600]) };
    let action = match dice.roll(10) {
        0..=2 => Action::Add(amount(dice)),
        3..=5 => Action::Remove(amount(dice)),
        6 => Action::Set(expression(dice, 1)),
        7 => Action::Track {
            metric: MetricId::Declared(0),
            at: Box::new(dice.pick(&["70", "50", "85"]).parse().unwrap()),
            within: Box::new(dice.pick(&["10", "0", "40"]).parse().unwrap()),
        },
        8 => {
            let lower = dice.roll(8) as u32;
            Action::Keep(Bounds { lower, upper: lower + dice.roll(5) as u32 })
        }
        _ => Action::Hold(dice.pick(&[Veto::Everything, Veto::Removals, Veto::Additions])),
    };
    Rule {
        name: format!("r{index}"),
        urgent: dice.one_in(5),
        note: None,
        during: (0..dice.pick(&[0, 0, 0, 0, 1, 2])).map(|_| timing(dice)).collect(),
        outside: (0..dice.pick(&[0, 0, 0, 0, 1, 2])).map(|_| timing(dice)).collect(),
        when: if dice.one_in(5) { None } else { Some(condition(dice, 2)) },
        cooldown: dice.one_in(4).then(|| dice.seconds(&[300, 600, 1200])),
        action,
    }
}
