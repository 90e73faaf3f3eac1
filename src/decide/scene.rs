//! A cluster, what it sees and what it remembers, for the tests of decisions.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::decide::{Decision, Guard, Input, Memory, Observed, Waiting, decide, memory_after};
use crate::observe::{Absence, Answer, Counts, QueryAnswer, Sample, Series};
use crate::rules::{
    Action, Amount, Bounds, Cadence, Capacity, Cluster, Comparison, Condition, Cooldown, Drain, Expression, Fact, Metric, MetricId, Number,
    Rule, Source, Step, Unit, Veto, Zones,
};

pub(super) fn minutes(count: i64) -> SignedDuration {
    SignedDuration::from_mins(count)
}

pub(super) fn number(text: &str) -> Number {
    text.parse().unwrap()
}

/// 2026-11-25 12:00 UTC, a Wednesday, and so many seconds.
pub(super) fn at(seconds: i64) -> Timestamp {
    "2026-11-25T12:00:00Z".parse::<Timestamp>().unwrap() + SignedDuration::from_secs(seconds)
}

pub(super) fn metric(index: usize) -> Expression {
    Expression::Metric(MetricId::Declared(index))
}

pub(super) fn fact(fact: Fact) -> Expression {
    Expression::Metric(MetricId::Fact(fact))
}

pub(super) fn literal(text: &str) -> Expression {
    Expression::Literal(number(text))
}

/// `left operator right`, such as `compare(metric(0), ">", "70")`.
pub(super) fn compare(left: Expression, operator: &str, right: &str) -> Condition {
    let operator = match operator {
        ">" => Comparison::Greater,
        ">=" => Comparison::GreaterOrEqual,
        "<" => Comparison::Less,
        "<=" => Comparison::LessOrEqual,
        "==" => Comparison::Equal,
        "!=" => Comparison::NotEqual,
        other => panic!("{other}"),
    };
    Condition::Compare { operator, left, right: literal(right) }
}

pub(super) fn held(condition: Condition, over: SignedDuration) -> Condition {
    Condition::For { condition: Box::new(condition), over }
}

pub(super) fn rule(name: &str, when: Option<Condition>, action: Action) -> Rule {
    Rule { name: name.into(), urgent: false, note: None, during: Vec::new(), outside: Vec::new(), when, cooldown: None, action }
}

pub(super) fn add(count: &str) -> Action {
    Action::Add(Amount::Nodes(literal(count)))
}

pub(super) fn remove(count: &str) -> Action {
    Action::Remove(Amount::Nodes(literal(count)))
}

pub(super) fn keep(lower: u32, upper: u32) -> Action {
    Action::Keep(Bounds { lower, upper })
}

pub(super) fn set(count: &str) -> Action {
    Action::Set(literal(count))
}

pub(super) fn percent(adds: bool, of_nodes: &str) -> Action {
    let amount = Amount::Percent(number(of_nodes));
    if adds { Action::Add(amount) } else { Action::Remove(amount) }
}

pub(super) const fn hold(veto: Veto) -> Action {
    Action::Hold(veto)
}

pub(super) struct Scene {
    pub cluster: Cluster,
    pub observed: Observed,
    pub memory: Memory,
}

impl Scene {
    /// A cluster of `lower..upper`, with `nodes` ready workers and no rules; steps are wide and cooldowns the defaults.
    pub fn new(lower: u32, upper: u32, nodes: u32) -> Self {
        let cluster = Cluster {
            name: "prod".into(),
            timezone: TimeZone::UTC,
            nodes: Bounds { lower, upper },
            evaluate: Cadence { every: minutes(2), quicker: Vec::new() },
            cooldown: Cooldown { up: minutes(5), down: minutes(10) },
            step: Step { up: 100, down: 100 },
            budget: None,
            capacity: Capacity {
                instances: vec!["t3.small".into()],
                spot: Number::ZERO,
                max_price: None,
                zones: Zones::Balanced,
                join: minutes(5),
                unready: minutes(10),
            },
            drain: Drain { within: minutes(5), protect: Vec::new(), local_storage_allowed: false },
            notify: Vec::new(),
            metrics: Vec::new(),
            windows: Vec::new(),
            rules: Vec::new(),
            examples: Vec::new(),
        };
        let counts = Counts {
            ready: Some(nodes),
            launching: Some(0),
            unready: Some(0),
            draining: Some(0),
            pending_pods: Some(0),
            pending_nodes: Some(0),
        };
        let observed = Observed {
            now: at(0),
            counts,
            waiting: Waiting::default(),
            metrics: Vec::new(),
            launches_in_flight: 0,
            backoff: None,
            no_removal_before: None,
            prices: None,
        };
        Self { cluster, observed, memory: Memory::default() }
    }

    /// Declares a metric of Prometheus and answers it with samples so many seconds from now (`None`: an empty result).
    pub fn metric(mut self, name: &str, of_capacity: bool, samples: &[(i64, Option<&str>)]) -> Self {
        self.cluster.metrics.push(Metric {
            name: name.into(),
            unit: if of_capacity { Unit::Percent } else { Unit::Count },
            of_capacity,
            source: Source::Prometheus("x".into()),
            empty_is: None,
            missing_after: None,
        });
        self.observed.metrics.push(None);
        let index = self.cluster.metrics.len() - 1;
        self.answer(index, samples);
        self
    }

    pub fn answer(&mut self, index: usize, samples: &[(i64, Option<&str>)]) {
        let now = self.observed.now;
        let samples = samples.iter().map(|(seconds, value)| Sample {
            at: now + SignedDuration::from_secs(*seconds),
            answer: value.map_or(Answer::Missing(Absence::Empty), |value| Answer::Value(number(value))),
        });
        let series = Series { samples: samples.collect(), missing_after: minutes(2) };
        self.observed.metrics[index] = Some(QueryAnswer { series, instant_only: false });
    }

    /// A metric with this one value at every step of 15 s for the last hour.
    pub fn flat(self, name: &str, of_capacity: bool, value: &str) -> Self {
        let samples: Vec<(i64, Option<&str>)> = (-240..=0).map(|step| (step * 15, Some(value))).collect();
        self.metric(name, of_capacity, &samples)
    }

    pub fn rule(mut self, rule: Rule) -> Self {
        self.cluster.rules.push(rule);
        self.cluster.rules.sort_by(|one, other| one.name.cmp(&other.name));
        self
    }

    pub fn with(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }

    pub fn input(&self) -> Input<'_> {
        Input { cluster: &self.cluster, observed: &self.observed, memory: &self.memory }
    }

    pub fn decide(&self) -> Decision {
        decide(&self.input())
    }

    /// Decides, remembers, carries the decision out at once, and lets time pass.
    pub fn step(&mut self, passes: SignedDuration) -> Decision {
        let decision = self.decide();
        self.memory = memory_after(&self.input(), &decision);
        self.memory.take_effect(self.observed.now);
        if let Some(wanted) = decision.wanted {
            self.observed.counts.ready = Some(wanted);
        }
        self.observed.now += passes;
        decision
    }
}

/// The action in a few words, with the guards that cut it to nothing: `add 2`, `stay: cooldown, hold`.
pub(super) fn told(decision: &Decision) -> String {
    match decision.action {
        crate::decide::Action::Add(count) => format!("add {count}"),
        crate::decide::Action::Remove(count) => format!("remove {count}"),
        crate::decide::Action::Stay => {
            let guards: Vec<&str> =
                Guard::ALL.iter().filter(|guard| decision.because.cut_to_nothing_by(**guard)).map(|guard| guard.word()).collect();
            if guards.is_empty() { "stay".into() } else { format!("stay: {}", guards.join(", ")) }
        }
    }
}
