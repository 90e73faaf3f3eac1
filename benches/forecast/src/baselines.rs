use augurs::ets::{AutoETS, trend::AutoETSTrendModel};
use augurs::mstl::MSTLModel;
use augurs::prelude::*;

use crate::trace::{DAY, HALF_HOUR, Trace, WEEK};

/// Half hours of a day and of a week.
const PERIODS: [usize; 2] = [48, 336];

/// What is expected at each full half hour from now (index 0) on, with the half width of an 80% interval where there is one.
pub type Expected = Vec<(f64, Option<f64>)>;

pub fn last_value(half_hours: &[f64], steps: usize) -> Expected {
    vec![(half_hours.last().copied().unwrap_or_default(), None); steps + 1]
}

/// The value one week ago, or one day ago where two weeks are not known.
pub fn seasonal_naive(trace: &Trace, now: i64, ahead: i64) -> Option<f64> {
    let period = if now - trace.begin() >= 2 * WEEK { WEEK } else { DAY };
    trace.values.get(&(now + ahead - period)).copied()
}

/// Additive Holt-Winters of the season (day or week) and the weights that foretold the next half hour best.
pub fn holt_winters(half_hours: &[f64], steps: usize) -> Expected {
    let now = half_hours.last().copied().unwrap_or_default();
    let seasons = PERIODS.into_iter().filter(|period| half_hours.len() >= 2 * period);
    let fits = seasons.flat_map(|period| {
        [0.1, 0.3, 0.5, 0.7, 0.9].into_iter().flat_map(move |alpha| {
            [0.0, 0.01].into_iter().flat_map(move |beta| [0.05, 0.2, 0.5].into_iter().map(move |gamma| (period, alpha, beta, gamma)))
        })
    });
    let best = fits.map(|fit| smooth(half_hours, fit, steps)).min_by(|one, other| one.0.total_cmp(&other.0));
    let ahead = best.map_or_else(|| vec![now; steps], |(_, ahead)| ahead);
    [now].into_iter().chain(ahead).map(|value| (value, None)).collect()
}

/// The mean squared error of the next half hour, and the expectations.
fn smooth(values: &[f64], (period, alpha, beta, gamma): (usize, f64, f64, f64), steps: usize) -> (f64, Vec<f64>) {
    let first = &values[..period];
    let mut level = first.iter().sum::<f64>() / period as f64;
    let mut trend = 0.0;
    let mut season: Vec<f64> = first.iter().map(|value| value - level).collect();
    let mut squares = 0.0;
    for (index, value) in values.iter().enumerate().skip(period) {
        let slot = index % period;
        let error = value - (level + trend + season[slot]);
        squares += error * error;
        let before = level;
        level = alpha * (value - season[slot]) + (1.0 - alpha) * (level + trend);
        trend = beta * (level - before) + (1.0 - beta) * trend;
        season[slot] = gamma * (value - level) + (1.0 - gamma) * season[slot];
    }
    let ahead = (1..=steps).map(|step| level + trend * step as f64 + season[(values.len() - 1 + step) % period]);
    (squares / (values.len() - period).max(1) as f64, ahead.collect())
}

/// augurs: seasons of the day and of the week by MSTL, the rest by AutoETS. Its ETS itself knows no season.
pub fn augurs(half_hours: &[f64], steps: usize) -> Option<Expected> {
    let now = *half_hours.last()?;
    let periods: Vec<usize> = PERIODS.into_iter().filter(|period| half_hours.len() >= 2 * period + 1).collect();
    let model = MSTLModel::new(periods, AutoETSTrendModel::from(AutoETS::non_seasonal()));
    let forecast = model.fit(half_hours).ok()?.predict(steps, 0.8).ok()?;
    let widths = forecast
        .intervals
        .map(|intervals| intervals.upper.iter().zip(&intervals.lower).map(|(upper, lower)| (upper - lower) / 2.0).collect::<Vec<f64>>());
    let width = |step: usize| widths.as_ref().and_then(|widths| widths.get(step).copied());
    let ahead = forecast.point.iter().enumerate().map(|(step, value)| (*value, width(step)));
    Some([(now, Some(0.0))].into_iter().chain(ahead).collect())
}

/// Between two half hours, linear.
pub fn at(expected: &Expected, ahead: i64) -> Option<(f64, Option<f64>)> {
    let step = usize::try_from(ahead / HALF_HOUR).ok()?;
    let part = (ahead % HALF_HOUR) as f64 / HALF_HOUR as f64;
    let (low, low_width) = *expected.get(step)?;
    if part == 0.0 {
        return Some((low, low_width));
    }
    let (high, high_width) = *expected.get(step + 1)?;
    let width = low_width.zip(high_width).map(|(low, high)| low + (high - low) * part);
    Some((low + (high - low) * part, width))
}
