use jiff::{SignedDuration, Timestamp};
use smartscale::decide::{Forecast, History};
use smartscale::rules::Number;

use crate::baselines::{Expected, at, augurs, holt_winters, last_value, seasonal_naive};
use crate::trace::{DAY, HALF_HOUR, Trace, WEEK};

/// What is compared.
#[derive(Clone, Copy)]
pub enum Method {
    Ours,
    LastValue,
    SeasonalNaive,
    HoltWinters,
    Augurs,
}

impl Method {
    pub const ALL: [Self; 5] = [Self::Ours, Self::LastValue, Self::SeasonalNaive, Self::HoltWinters, Self::Augurs];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Ours => "**forecast**",
            Self::LastValue => "last value",
            Self::SeasonalNaive => "seasonal naive",
            Self::HoltWinters => "Holt-Winters",
            Self::Augurs => "augurs: MSTL and AutoETS",
        }
    }
}

/// The errors of one method at one horizon.
#[derive(Default)]
pub struct Errors {
    errors: Vec<f64>,
    /// The half widths of the intervals that were given.
    widths: Vec<Option<f64>>,
}

impl Errors {
    fn take(&mut self, expected: f64, width: Option<f64>, came: f64) {
        self.errors.push(came - expected);
        self.widths.push(width);
    }

    pub fn mean_absolute(&self) -> f64 {
        self.errors.iter().map(|error| error.abs()).sum::<f64>() / self.errors.len() as f64
    }

    pub fn root_mean_square(&self) -> f64 {
        (self.errors.iter().map(|error| error * error).sum::<f64>() / self.errors.len() as f64).sqrt()
    }

    /// How many of a hundred values came within their interval, and its mean half width.
    pub fn interval(&self) -> Option<(f64, f64)> {
        let given: Vec<(f64, f64)> = self.errors.iter().zip(&self.widths).filter_map(|(error, width)| Some((*error, (*width)?))).collect();
        let within = given.iter().filter(|(error, width)| error.abs() <= *width).count();
        let widths: f64 = given.iter().map(|(_, width)| width).sum();
        (!given.is_empty()).then(|| (100.0 * within as f64 / given.len() as f64, widths / given.len() as f64))
    }
}

pub struct Scores {
    pub origins: usize,
    /// The mean absolute error of "as one day ago" before the first origin: what MASE divides by.
    pub scale: f64,
    /// By horizon, in minutes; the errors in the order of [`Method::ALL`].
    pub by_horizon: Vec<(i64, Vec<Errors>)>,
}

/// Makes every forecast from what was known by then, and compares with what came.
pub fn score(trace: &Trace, horizons: &[i64]) -> Scores {
    let mut by_horizon: Vec<(i64, Vec<Errors>)> =
        horizons.iter().map(|minutes| (*minutes, Method::ALL.iter().map(|_| Errors::default()).collect())).collect();
    let longest = horizons.iter().max().copied().unwrap_or_default() * 60;
    let steps = usize::try_from(longest / HALF_HOUR).unwrap_or(1) + 1;
    let mut history = History::default();
    let mut recorded = trace.begin() - 1;
    let mut origins = 0;
    for now in trace.origins() {
        for (seen, value) in trace.evaluations(recorded + 1, now) {
            if let (Ok(seen), Some(value)) = (Timestamp::from_second(seen), Number::from_f64(value)) {
                history.record(seen, &value);
            }
        }
        recorded = now;
        let Some(level) = trace.values.get(&now).copied() else { continue };
        let half_hours = trace.half_hours(now);
        let by_steps: [Option<Expected>; 3] =
            [Some(last_value(&half_hours, steps)), Some(holt_winters(&half_hours, steps)), augurs(&half_hours, steps)];
        let [last, smoothed, decomposed] = by_steps;
        origins += 1;
        for (minutes, errors) in &mut by_horizon {
            let ahead = *minutes * 60;
            let Some(came) = trace.values.get(&(now + ahead)).copied() else { continue };
            let ours = Timestamp::from_second(now)
                .ok()
                .and_then(|now| Forecast::make(&history, level, now, SignedDuration::from_secs(ahead)).ok())
                .map(|forecast| (forecast.value, forecast.spread()));
            let of_steps = |expected: &Option<Expected>| expected.as_ref().and_then(|expected| at(expected, ahead));
            let all = [
                ours,
                of_steps(&last),
                seasonal_naive(trace, now, ahead).map(|value| (value, None)),
                of_steps(&smoothed),
                of_steps(&decomposed),
            ];
            // Only instants that every method speaks of are compared.
            if all.iter().all(Option::is_some) {
                for (errors, (expected, width)) in errors.iter_mut().zip(all.into_iter().flatten()) {
                    errors.take(expected, width, came);
                }
            }
        }
    }
    Scores { origins, scale: scale(trace), by_horizon }
}

fn scale(trace: &Trace) -> f64 {
    let until = trace.begin() + 2 * WEEK;
    let known = trace.values.range(trace.begin() + DAY..until);
    let errors: Vec<f64> = known.filter_map(|(at, value)| Some((value - trace.values.get(&(at - DAY))?).abs())).collect();
    errors.iter().sum::<f64>() / errors.len().max(1) as f64
}
