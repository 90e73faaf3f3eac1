use jiff::{SignedDuration, Timestamp};

use crate::decide::view::View;
use crate::rules::{Aggregate, Number};

const NANOSECONDS_PER_MINUTE: i64 = 60_000_000_000;

/// A function over the closed window of the last `over`; `None` where the window is not covered or holds too few samples.
pub(super) fn aggregate(function: Aggregate, view: View<'_>, at: Timestamp, over: SignedDuration) -> Option<Number> {
    let from = at.saturating_sub(over).unwrap_or(Timestamp::MIN);
    if view.uncovered(from, at).is_some() {
        return None;
    }
    let mut samples = view.samples_in(from, at);
    match function {
        Aggregate::Average => average(samples.map(|(_, value)| value)),
        Aggregate::Minimum => samples.map(|(_, value)| value).min().cloned(),
        Aggregate::Maximum => samples.map(|(_, value)| value).max().cloned(),
        Aggregate::P50 => percentile(samples.map(|(_, value)| value).collect(), 50),
        Aggregate::P90 => percentile(samples.map(|(_, value)| value).collect(), 90),
        Aggregate::P95 => percentile(samples.map(|(_, value)| value).collect(), 95),
        Aggregate::P99 => percentile(samples.map(|(_, value)| value).collect(), 99),
        Aggregate::Delta => {
            let (_, first) = samples.clone().next()?;
            let (_, last) = samples.next_back()?;
            Some(last.subtract(first))
        }
        Aggregate::Slope => slope(samples),
    }
}

fn average<'a>(values: impl Iterator<Item = &'a Number>) -> Option<Number> {
    let (mut sum, mut count) = (Number::ZERO, 0_i64);
    for value in values {
        sum = sum.add(value);
        count += 1;
    }
    sum.divide(&Number::integer(count))
}

/// Linear between samples, as Prometheus' `quantile_over_time`: rank = q × (n − 1).
fn percentile(mut values: Vec<&Number>, percent: i64) -> Option<Number> {
    values.sort_unstable();
    let last = i64::try_from(values.len()).ok()?.checked_sub(1)?;
    let (whole, part) = (percent * last / 100, percent * last % 100);
    let index = usize::try_from(whole).ok()?;
    let low = values.get(index)?;
    let high = values.get(index + 1).unwrap_or(low);
    let weight = Number::fraction(part.into(), 100)?;
    Some(low.add(&high.subtract(low).multiply(&weight)))
}

/// Least squares, per minute; nothing over fewer than two samples.
fn slope<'a>(samples: impl Iterator<Item = (Timestamp, &'a Number)> + Clone) -> Option<Number> {
    let (first, _) = samples.clone().next()?;
    let elapsed = |at: Timestamp| Number::fraction(at.duration_since(first).as_nanos(), NANOSECONDS_PER_MINUTE.into());
    let (mut count, mut sum_x, mut sum_y) = (0_i64, Number::ZERO, Number::ZERO);
    let (mut sum_xx, mut sum_xy) = (Number::ZERO, Number::ZERO);
    for (at, y) in samples {
        let x = elapsed(at)?;
        count += 1;
        sum_xx = sum_xx.add(&x.multiply(&x));
        sum_xy = sum_xy.add(&x.multiply(y));
        sum_x = sum_x.add(&x);
        sum_y = sum_y.add(y);
    }
    let count = Number::integer(count);
    let numerator = count.multiply(&sum_xy).subtract(&sum_x.multiply(&sum_y));
    numerator.divide(&count.multiply(&sum_xx).subtract(&sum_x.multiply(&sum_x)))
}
