use jiff::SignedDuration;

use crate::observe::{Absence, Answer};
use crate::rules::{Metric, Number, Unit};
use crate::sandbox::Curve;

/// Traffic that comes again each day, and what it does to the figures that rules look at.
#[derive(Clone, Debug)]
pub struct Traffic {
    /// Work in nodes over one day, from the world's start.
    pub day: Curve,
}

const DAY: SignedDuration = SignedDuration::from_hours(24);

impl Traffic {
    /// Work in nodes that long after the start.
    #[must_use]
    pub fn load(&self, elapsed: SignedDuration) -> f64 {
        let of_day = SignedDuration::from_secs(elapsed.as_secs().rem_euclid(DAY.as_secs()));
        self.day.at(of_day).map_or(0.0, |load| load.to_f64())
    }

    /// What Prometheus would say of a metric: each by what it measures, so that rules of any names see something sensible.
    #[must_use]
    pub fn answer(&self, metric: &Metric, elapsed: SignedDuration, ready: u32) -> Answer {
        let load = self.load(elapsed);
        // With nobody there to serve it, all of it waits.
        let used = if ready == 0 { 2.0 } else { load / f64::from(ready) };
        let jitter = jitter(&metric.name, elapsed);
        let value = match (metric.of_capacity, metric.unit) {
            (true, _) if ready == 0 => return Answer::Missing(Absence::Empty),
            (true, _) if metric.name.contains("mem") => 22.0 + 30.0 * used.min(1.2),
            (true, _) | (false, Unit::Percent) => 100.0 * used,
            // Latency rises steeply as the machines fill up.
            (false, Unit::Duration) => 0.12 + 0.25 * used.min(1.5).powi(4),
            (false, Unit::Count) => 4000.0 * (used - 0.9).max(0.0) * load,
            (false, Unit::Rate) => 180.0 * load,
            (false, Unit::Bytes) => 1_500_000_000.0 * load,
            (false, Unit::Money | Unit::Number) => load,
        };
        let value = value * jitter;
        let value = if metric.of_capacity { value.min(100.0) } else { value };
        // Counts are whole; the rest shows as many digits as a page does.
        let shown = if metric.unit == Unit::Count { value.round() } else { (value * 100.0).round() / 100.0 };
        Number::from_f64(shown).map_or(Answer::Missing(Absence::NotANumber), Answer::Value)
    }
}

/// Within two percent of one, the same for the same minute.
fn jitter(name: &str, elapsed: SignedDuration) -> f64 {
    let seed = name.bytes().fold(elapsed.as_secs().unsigned_abs() / 60, |hash, byte| hash.wrapping_mul(31).wrapping_add(byte.into()));
    0.98 + crate::sandbox::Random::new(seed).below(1000) as f64 * 0.000_04
}
