//! How long a decision takes once the series are in memory: `cargo bench --no-default-features --bench decide`.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a benchmark on data of its own")]

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use smartscale::decide::{Input, Memory, Observed, Waiting, action, decide};
use smartscale::observe::{Answer, Counts, QueryAnswer, Sample, Series};
use smartscale::rules::{
    Action, Aggregate, Amount, Bounds, Cadence, Capacity, Cluster, Comparison, Condition, Cooldown, Drain, Expression, Metric, MetricId,
    Number, Rule, Source, Step, Unit, Zones,
};

/// That of the program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    // First, before memory that was used is used again.
    memory();
    println!("{:>8} {:>8} {:>14} {:>14} {:>16}", "rules", "metrics", "action (best)", "action (mean)", "with because");
    for (rules, metrics) in [(10, 5), (100, 10), (1000, 100), (10_000, 100)] {
        let world = World::new(rules, metrics);
        let input = world.input();
        let (best, mean) = timed(if rules > 1000 { 200 } else { 1000 }, || action(&input));
        let (because, _) = timed(10, || decide(&input).action);
        println!("{rules:>8} {metrics:>8} {:>12.1}µs {:>12.1}µs {:>14.1}µs", micros(best), micros(mean), micros(because));
    }
    let fleet: Vec<World> = (0..1000).map(|_| World::new(10, 5)).collect();
    let started = Instant::now();
    let acted = fleet.iter().filter(|world| decide(&world.input()).action != smartscale::decide::Action::Stay).count();
    println!("1000 clusters of 10 rules, with because: {:.1} ms ({acted} changes)", micros(started.elapsed()) / 1000.0);
}

/// What clusters with their series, and their decisions with because, take in memory: it grows with their number.
fn memory() {
    let begun = resident();
    let mut held = Vec::new();
    for clusters in [500, 1000, 1500, 2000] {
        while held.len() < clusters {
            let world = World::new(10, 5);
            let decision = decide(&world.input());
            held.push((world, decision));
        }
        let Some(grown) = begun.zip(resident()).map(|(begun, now)| now.saturating_sub(begun)) else { return };
        println!("{clusters:>5} clusters in memory: {:>6.1} MiB, {:.0} KiB each", grown as f64 / 1024.0, grown as f64 / clusters as f64);
    }
}

/// In KiB, as Linux tells it; `None` elsewhere.
fn resident() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?.split_whitespace().next()?.parse().ok()
}

fn micros(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e6
}

fn timed(times: u32, run: impl Fn() -> smartscale::decide::Action) -> (Duration, Duration) {
    let (mut best, mut sum) = (Duration::MAX, Duration::ZERO);
    for _ in 0..times {
        let started = Instant::now();
        std::hint::black_box(run());
        let took = started.elapsed();
        best = best.min(took);
        sum += took;
    }
    (best, sum / times)
}

struct World {
    cluster: Cluster,
    observed: Observed,
    memory: Memory,
}

impl World {
    /// Rules over metrics of one hour in steps of 15 s, with windows of that hour: comparisons that hold for it, one alone
    /// (half of the rules) or two together (a quarter), and averages, minima and maxima over it (a quarter).
    fn new(rules: usize, metrics: usize) -> Self {
        let now = "2026-11-25T12:00:00Z".parse::<Timestamp>().unwrap();
        let series = |metric: usize| {
            let samples = (0..=240_i64).map(|back| Sample {
                at: now - SignedDuration::from_secs(15 * (240 - back)),
                // Floats as Prometheus writes them, of varying precision.
                answer: Answer::Value(Number::from_f64(50.0 + 30.0 * ((back * 7 + metric as i64 * 13) as f64 / 11.0).sin()).unwrap()),
            });
            QueryAnswer { series: Series { samples: samples.collect(), missing_after: SignedDuration::from_mins(1) }, instant_only: false }
        };
        let cluster = Cluster {
            name: "bench".into(),
            timezone: TimeZone::UTC,
            nodes: Bounds { lower: 2, upper: 100 },
            evaluate: Cadence { every: SignedDuration::from_mins(2), quicker: Vec::new() },
            cooldown: Cooldown { up: SignedDuration::from_mins(5), down: SignedDuration::from_mins(10) },
            step: Step { up: 2, down: 1 },
            budget: None,
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
            metrics: (0..metrics)
                .map(|index| Metric {
                    name: format!("m{index}"),
                    unit: Unit::Percent,
                    of_capacity: index % 2 == 0,
                    source: Source::Prometheus("x".into()),
                    empty_is: None,
                    missing_after: None,
                })
                .collect(),
            windows: Vec::new(),
            rules: (0..rules).map(|index| rule(index, metrics)).collect(),
            examples: Vec::new(),
        };
        let counts = Counts {
            ready: Some(10),
            launching: Some(0),
            unready: Some(0),
            draining: Some(0),
            pending_pods: Some(0),
            pending_nodes: Some(0),
        };
        let observed = Observed {
            now,
            counts,
            waiting: Waiting::default(),
            metrics: (0..metrics).map(|metric| Some(series(metric))).collect(),
            launches_in_flight: 0,
            backoff: None,
            no_removal_before: None,
            prices: None,
        };
        Self { cluster, observed, memory: Memory { histories: BTreeMap::new(), ..Memory::default() } }
    }

    fn input(&self) -> Input<'_> {
        Input { cluster: &self.cluster, observed: &self.observed, memory: &self.memory }
    }
}

fn rule(index: usize, metrics: usize) -> Rule {
    let metric = MetricId::Declared(index % metrics);
    let limit = |offset: usize| Expression::Literal(Number::from(81 + ((index + offset) % 17) as i64));
    let window = SignedDuration::from_mins(60);
    let above =
        |metric, offset| Condition::Compare { operator: Comparison::Greater, left: Expression::Metric(metric), right: limit(offset) };
    let held = |condition| Condition::For { condition: Box::new(condition), over: window };
    let when = match index % 4 {
        0 | 1 => held(above(metric, 0)),
        2 => held(Condition::And(vec![above(metric, 0), above(MetricId::Declared((index + 1) % metrics), 1)])),
        _ => {
            let function = [Aggregate::Average, Aggregate::Maximum, Aggregate::Minimum][index % 3];
            Condition::Compare {
                operator: Comparison::Greater,
                left: Expression::Aggregate { function, metric, over: window },
                right: limit(0),
            }
        }
    };
    Rule {
        name: format!("r{index:05}"),
        urgent: false,
        note: None,
        during: Vec::new(),
        outside: Vec::new(),
        when: Some(when),
        cooldown: None,
        action: if index.is_multiple_of(5) {
            Action::Remove(Amount::Nodes(Expression::Literal(Number::integer(1))))
        } else {
            Action::Add(Amount::Nodes(Expression::Literal(Number::integer(1))))
        },
    }
}
