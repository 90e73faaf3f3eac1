use std::collections::BTreeMap;

use jiff::SignedDuration;

use crate::observe::{Absence, Answer};
use crate::rules::{LoadStretch, Metric, Number, SeriesStretch, Shape};
use crate::sandbox::traffic::Traffic;

/// What drives the metrics of a simulated cluster.
#[derive(Clone, Debug, Default)]
pub struct Drive {
    /// By the metric's name.
    pub series: BTreeMap<String, Curve>,
    /// Work in nodes; drives every `of capacity` metric that has no series.
    pub load: Option<Curve>,
    /// A whole day of traffic, where neither a series nor a load says anything.
    pub traffic: Option<Traffic>,
}

/// A value over time: it holds from the start of its stretch up to the start of the next, and the last one lasts.
#[derive(Clone, Debug, Default)]
pub struct Curve {
    stretches: Vec<(SignedDuration, SignedDuration, Option<Shape>)>,
}

impl Curve {
    #[must_use]
    pub fn of_series(stretches: &[SeriesStretch]) -> Self {
        Self::new(stretches.iter().map(|stretch| (stretch.length, stretch.shape.clone())))
    }

    #[must_use]
    pub fn of_load(stretches: &[LoadStretch]) -> Self {
        Self::new(stretches.iter().map(|stretch| (stretch.length, Some(stretch.shape.clone()))))
    }

    #[must_use]
    pub fn flat(value: Number) -> Self {
        Self { stretches: vec![(SignedDuration::ZERO, SignedDuration::ZERO, Some(Shape::Flat(value)))] }
    }

    pub fn new(stretches: impl Iterator<Item = (SignedDuration, Option<Shape>)>) -> Self {
        let mut start = SignedDuration::ZERO;
        let placed = stretches.map(|(length, shape)| {
            let placed = (start, length, shape);
            start = start.saturating_add(length);
            placed
        });
        Self { stretches: placed.collect() }
    }

    /// The value that long after the start; `None`: nothing is there.
    #[must_use]
    pub fn at(&self, elapsed: SignedDuration) -> Option<Number> {
        let index = self.stretches.partition_point(|(start, _, _)| *start <= elapsed).checked_sub(1)?;
        let (start, length, shape) = self.stretches.get(index)?;
        match shape.as_ref()? {
            Shape::Flat(value) => Some(value.clone()),
            Shape::Ramp { from, to } => {
                let passed = elapsed.saturating_sub(*start).min(*length);
                // A ramp without a length is at its end at once.
                let share = Number::fraction(passed.as_nanos(), length.as_nanos()).unwrap_or(Number::integer(1));
                Some(from.add(&to.subtract(from).multiply(&share)))
            }
        }
    }
}

impl Drive {
    /// What a source would answer for a metric that long after the start.
    #[must_use]
    pub fn answer(&self, metric: &Metric, elapsed: SignedDuration, ready: u32) -> Answer {
        let value = match self.series.get(&metric.name) {
            Some(series) => series.at(elapsed),
            None => match (&self.load, &self.traffic) {
                (None, Some(traffic)) => return traffic.answer(metric, elapsed, ready),
                _ if metric.of_capacity => self.of_capacity(elapsed, ready),
                _ => None,
            },
        };
        match value.or_else(|| metric.empty_is.clone()) {
            Some(value) => Answer::Value(value),
            None => Answer::Missing(Absence::Empty),
        }
    }

    /// 100% × load / ready nodes, at most 100%.
    fn of_capacity(&self, elapsed: SignedDuration, ready: u32) -> Option<Number> {
        let full = Number::integer(100);
        let used = self.load.as_ref()?.at(elapsed)?.multiply(&full).divide(&Number::from(ready))?;
        Some(used.min(full))
    }
}
