//! Quantities that are linear in one metric, at a given count of nodes.

use crate::check::lints::Subject;
use crate::rules::{Aggregate, Arithmetic, Expression, Fact, MetricId, Number, Source};

/// `slope × metric + rest`; without a metric just `rest`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Linear {
    /// The metric's index, and its factor, which is not zero.
    pub slope: Option<(usize, Number)>,
    pub rest: Number,
}

impl Linear {
    const fn constant(rest: Number) -> Self {
        Self { slope: None, rest }
    }

    fn scaled(self, factor: &Number) -> Self {
        let slope = self.slope.map(|(metric, slope)| (metric, slope.multiply(factor))).filter(|(_, slope)| !slope.is_zero());
        Self { slope, rest: self.rest.multiply(factor) }
    }

    fn plus(self, other: Self) -> Option<Self> {
        let slope = match (self.slope, other.slope) {
            (Some((one, a)), Some((two, b))) if one == two => Some((one, a.add(&b))).filter(|(_, slope)| !slope.is_zero()),
            (Some(_), Some(_)) => return None,
            (one, two) => one.or(two),
        };
        Some(Self { slope, rest: self.rest.add(&other.rest) })
    }

    /// The value of the metric at which it is `level`; `None` without a metric.
    pub fn root(&self, level: &Number) -> Option<Number> {
        let (_, slope) = self.slope.as_ref()?;
        level.subtract(&self.rest).divide(slope)
    }

    /// `self - other`.
    pub fn minus(self, other: Self) -> Option<Self> {
        self.plus(other.scaled(&Number::integer(-1)))
    }
}

/// The expression, where everything has lasted for ever; `None` where it is not linear in one metric.
pub(super) fn linear(subject: &Subject<'_>, expression: &Expression, nodes: u32) -> Option<Linear> {
    match expression {
        Expression::Literal(value) => Some(Linear::constant(value.clone())),
        Expression::Metric(metric) | Expression::Ago { metric, .. } | Expression::Forecast { metric, .. } => {
            of_metric(subject, *metric, nodes)
        }
        Expression::Aggregate { function: Aggregate::Delta | Aggregate::Slope, .. } => Some(Linear::constant(Number::ZERO)),
        Expression::Aggregate { metric, .. } => of_metric(subject, *metric, nodes),
        Expression::Negate(inner) => Some(linear(subject, inner, nodes)?.scaled(&Number::integer(-1))),
        Expression::Round { how, value } => Some(Linear::constant(how.apply(&known(linear(subject, value, nodes)?)?))),
        Expression::Absolute(value) => Some(Linear::constant(known(linear(subject, value, nodes)?)?.absolute())),
        Expression::Binary { operator, left, right } => {
            let (left, right) = (linear(subject, left, nodes)?, linear(subject, right, nodes)?);
            match operator {
                Arithmetic::Add => left.plus(right),
                Arithmetic::Subtract => left.minus(right),
                Arithmetic::Multiply if right.slope.is_none() => Some(left.scaled(&right.rest)),
                Arithmetic::Multiply => Some(right.scaled(&known(left)?)),
                Arithmetic::Divide => Some(left.scaled(&Number::integer(1).divide(&known(right)?)?)),
            }
        }
    }
}

fn known(value: Linear) -> Option<Number> {
    if value.slope.is_none() { Some(value.rest) } else { None }
}

fn of_metric(subject: &Subject<'_>, metric: MetricId, nodes: u32) -> Option<Linear> {
    Some(match source(subject, metric)? {
        Measured::Declared(index) => Linear { slope: Some((index, Number::integer(1))), rest: Number::ZERO },
        Measured::Fact(fact) => Linear::constant(lasting(fact, nodes)),
    })
}

/// What a name stands for in the end.
pub(super) enum Measured {
    /// A query, by the index of its metric.
    Declared(usize),
    Fact(Fact),
}

pub(super) fn source(subject: &Subject<'_>, metric: MetricId) -> Option<Measured> {
    Some(match metric {
        MetricId::Fact(fact) => Measured::Fact(fact),
        MetricId::Declared(index) => match subject.cluster.metrics.get(index)?.source {
            Source::Kubernetes(fact) => Measured::Fact(fact),
            Source::Prometheus(_) => Measured::Declared(index),
        },
    })
}

/// Every node is ready, and no pod waits.
pub(super) fn lasting(fact: Fact, nodes: u32) -> Number {
    if matches!(fact, Fact::Nodes | Fact::ReadyNodes) { Number::from(nodes) } else { Number::ZERO }
}
