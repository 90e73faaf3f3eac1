use std::collections::BTreeMap;
use std::path::Path;

use jiff::Timestamp;

pub const DAY: i64 = 24 * 3600;
pub const WEEK: i64 = 7 * DAY;
pub const HALF_HOUR: i64 = 1800;

/// One recorded metric, as a rule would see it: values finer than five minutes are averaged over the last five, as `rate(…[5m])`
/// does.
pub struct Trace {
    /// By Unix time, in seconds.
    pub values: BTreeMap<i64, f64>,
}

impl Trace {
    pub fn read(path: &Path) -> Result<Self, String> {
        let text = std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
        let mut values = BTreeMap::new();
        for (number, line) in text.lines().enumerate().skip(1) {
            let read = line.split_once(',').and_then(|(at, value)| {
                let at: Timestamp = format!("{}Z", at.trim_end_matches('Z').replace(' ', "T")).parse().ok()?;
                Some((at.as_second(), value.parse().ok()?))
            });
            let (at, value) = read.ok_or_else(|| format!("{}:{}: `{line}` is no time and value", path.display(), number + 1))?;
            values.insert(at, value);
        }
        Ok(Self { values }.by_five_minutes())
    }

    fn by_five_minutes(self) -> Self {
        let finer = self.values.keys().zip(self.values.keys().skip(1)).take(10).all(|(one, next)| next - one < 300);
        if !finer {
            return self;
        }
        let mean = |at: i64| {
            let last: Vec<f64> = self.values.range(at - 299..=at).map(|(_, value)| *value).collect();
            (!last.is_empty()).then(|| last.iter().sum::<f64>() / last.len() as f64)
        };
        let times = self.values.keys().filter(|at| **at % 300 == 0);
        Self { values: times.filter_map(|at| Some((*at, mean(*at)?))).collect() }
    }

    pub fn begin(&self) -> i64 {
        self.values.keys().next().copied().unwrap_or_default()
    }

    /// Two weeks are known by then; of a trace that is hardly longer, two days.
    pub fn first_origin_at(&self) -> i64 {
        let length = self.values.keys().next_back().map_or(0, |last| last - self.begin());
        self.begin() + if length > 3 * WEEK { 2 * WEEK } else { 2 * DAY }
    }

    pub fn first_origin(&self) -> String {
        Timestamp::from_second(self.first_origin_at()).map_or_else(|_| "?".to_owned(), |at| at.strftime("%Y-%m-%d").to_string())
    }

    /// About 240 full half hours, spread evenly over weekdays and times of day.
    pub fn origins(&self) -> Vec<i64> {
        let all: Vec<i64> = self.values.range(self.first_origin_at()..).map(|(at, _)| *at).filter(|at| at % HALF_HOUR == 0).collect();
        // Odd, so that every time of day has its turn.
        let stride = (all.len() / 240).max(1) | 1;
        all.into_iter().step_by(stride).collect()
    }

    /// The values that evaluations every five minutes would have seen: between two that are half an hour apart, linear.
    pub fn evaluations(&self, from: i64, to: i64) -> Vec<(i64, f64)> {
        let first = from + (300 - from.rem_euclid(300)) % 300;
        (first..=to)
            .step_by(300)
            .filter_map(|at| {
                let (before, low) = self.values.range(..=at).next_back()?;
                let (after, high) = self.values.range(at..).next()?;
                match after - before {
                    0 => Some((at, *low)),
                    apart if apart <= HALF_HOUR => Some((at, low + (high - low) * (at - before) as f64 / apart as f64)),
                    _ => None,
                }
            })
            .collect()
    }

    /// The values at the full half hours of the last four weeks up to then, holes filled with the one before.
    pub fn half_hours(&self, to: i64) -> Vec<f64> {
        let from = (to - 4 * WEEK).max(self.begin());
        let mut last = 0.0;
        (from / HALF_HOUR..=to / HALF_HOUR)
            .map(|number| {
                last = self.values.get(&(number * HALF_HOUR)).copied().unwrap_or(last);
                last
            })
            .collect()
    }
}
