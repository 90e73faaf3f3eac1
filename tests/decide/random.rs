use std::collections::BTreeMap;

use jiff::civil::Weekday;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use smartscale::decide::{self, Backoff, Change, Input, Memory, Observed, Prices, Record};
use smartscale::observe::{Absence, Answer, Counts, QueryAnswer, Sample, Series};
use smartscale::rules::{
    Action, Aggregate, Amount, Arithmetic, Bounds, Cadence, Capacity, Cluster, Comparison, Condition, Cooldown, Days, Drain, Expression,
    Fact, Metric, MetricId, Number, Rounding, Rule, Source, Step, Stretch, Timing, Unit, Veto, WallTime, Window, WindowId, Zones,
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

pub fn world(dice: &mut Dice) -> World {
    let now =
        "2026-11-25T12:00:00Z".parse::<Timestamp>().unwrap() + SignedDuration::from_secs(60 * i64::try_from(dice.roll(2000)).unwrap());
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
        None,
    ];
    let lower = dice.roll(4) as u32;
    let upper = lower + dice.roll(12) as u32;
    let rules = (0..1 + dice.roll(5)).map(|index| rule(dice, index)).collect();
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
        timezone: TimeZone::UTC,
        nodes: Bounds { lower, upper },
        evaluate: Cadence { every: SignedDuration::from_mins(2), quicker: Vec::new() },
        cooldown: Cooldown { up: dice.seconds(&[300, 0, 120]), down: dice.seconds(&[600, 300, 120, 250]) },
        step: Step { up: 1 + dice.roll(5) as u32, down: 1 + dice.roll(4) as u32 },
        budget: dice.one_in(3).then(|| "0.5".parse().unwrap()),
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
        windows: vec![window("day", 9 * 60, 21 * 60), window("night", 22 * 60, 6 * 60)],
        rules,
        examples: Vec::new(),
    };
    let observed = Observed {
        now,
        counts,
        metrics: answers,
        launches_in_flight: u32::from(dice.one_in(8)),
        backoff: dice
            .one_in(8)
            .then(|| Backoff { until: Some(now + dice.seconds(&[0, 60, -60])), reason: "no capacity in eu-central-1a".into() }),
        no_removal_before: None,
        prices: (!dice.one_in(4)).then(|| Prices {
            running: Number::from(counts.nodes().unwrap_or(0)).multiply(&"0.06".parse().unwrap()),
            next: vec!["0.06".parse().unwrap(), "0.1".parse().unwrap()],
        }),
    };
    World { cluster, observed, memory: Memory { last_change: change, won, records, histories: BTreeMap::new() } }
}

fn metric(name: &str, unit: Unit, of_capacity: bool, source: Source) -> Metric {
    Metric { name: name.into(), unit, of_capacity, source, empty_is: None, missing_after: None }
}

fn window(name: &str, start: u16, end: u16) -> Window {
    let days = [Weekday::Monday, Weekday::Wednesday, Weekday::Thursday].iter().fold(Days::NONE, |days, day| days.with(*day));
    let stretch = Stretch::Weekly { days, start: WallTime { minutes: start }, end: WallTime { minutes: end } };
    Window { name: name.into(), stretches: vec![stretch], except: Vec::new() }
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
        3 => Condition::Within { value: expression(dice, 1), low: literal(dice), high: literal(dice) },
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
    let timing = |dice: &mut Dice| Timing { window: WindowId(dice.roll(2)), early: dice.seconds(&[0, 600, 7200]) };
    let action = match dice.roll(10) {
        0..=2 => Action::Add(amount(dice)),
        3..=5 => Action::Remove(amount(dice)),
        6 => Action::Set(expression(dice, 1)),
        7 => Action::Track {
            metric: MetricId::Declared(0),
            at: dice.pick(&["70", "50", "85"]).parse().unwrap(),
            within: dice.pick(&["10", "0", "40"]).parse().unwrap(),
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
        during: if dice.one_in(6) { vec![timing(dice)] } else { Vec::new() },
        outside: if dice.one_in(6) { vec![timing(dice)] } else { Vec::new() },
        when: if dice.one_in(5) { None } else { Some(condition(dice, 2)) },
        cooldown: dice.one_in(4).then(|| dice.seconds(&[300, 600, 1200])),
        action,
    }
}
