use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::decide::forecast::Season;
use crate::rules::Number;

/// The length of a bucket: half an hour, in seconds.
pub const BUCKET_SECONDS: i64 = 1800;
/// Four weeks of them are kept.
const KEPT: usize = 4 * 7 * 48;
/// How many significant digits of a mean are kept.
const DIGITS: usize = 6;

/// The condensed history of one metric, from which it is forecast: the mean of each half hour of the last four weeks.
///
/// Of an `of capacity` metric it is the work that is recorded, value × ready workers, which does not change with their
/// number.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct History {
    /// The number of the first bucket: its start in Unix time, in half hours.
    first: i64,
    /// Without gaps in numbering; `None`: nothing was sampled in that half hour. The last one is the open bucket's, so far.
    means: Vec<Option<Number>>,
    /// The sum and the number of the samples in the last bucket.
    sum: Number,
    samples: u32,
    /// The sum of their squared deviations from their mean.
    #[serde(default)]
    scatter: Number,
    /// How far samples lie from the mean of their half hour: the mean square of late.
    #[serde(default)]
    noise: Number,
}

impl History {
    /// Takes one more sample. One that is older than the last bucket is left out: history is recorded as it happens.
    pub fn record(&mut self, at: Timestamp, value: &Number) {
        let bucket = number_of(at);
        if self.means.is_empty() {
            self.first = bucket;
        }
        let Some(index) = bucket.checked_sub(self.first).and_then(|index| usize::try_from(index).ok()) else { return };
        if index + 1 < self.means.len() {
            return;
        }
        if index >= self.means.len() {
            if index > self.means.len() + KEPT {
                // After so long a pause nothing of before is kept.
                *self = Self { first: bucket, ..Self::default() };
                return self.record(at, value);
            }
            self.close();
            self.means.resize(index + 1, None);
        }
        let before = self.mean();
        self.sum = self.sum.add(value);
        self.samples = self.samples.saturating_add(1);
        let mean = self.mean();
        let sample = value.to_f64();
        self.scatter = rounded(self.scatter.to_f64() + (sample - before) * (sample - mean)).unwrap_or_default();
        let mean = rounded(mean);
        if let Some(last) = self.means.last_mut() {
            *last = mean;
        }
        if self.means.len() > KEPT {
            let surplus = self.means.len() - KEPT;
            self.means.drain(..surplus);
            self.first = self.first.saturating_add(i64::try_from(surplus).unwrap_or(i64::MAX));
        }
    }

    /// The mean of the open bucket.
    fn mean(&self) -> f64 {
        self.sum.to_f64() / f64::from(self.samples.max(1))
    }

    /// Takes the scatter of the open bucket into the noise, which forgets within days, and begins the next one.
    fn close(&mut self) {
        if self.samples > 1 {
            let (noise, fresh) = (self.noise.to_f64(), self.scatter.to_f64() / f64::from(self.samples));
            let share = if self.noise.is_zero() { 1.0 } else { 1.0 / 96.0 };
            self.noise = rounded(noise + (fresh - noise) * share).unwrap_or_default();
        }
        (self.sum, self.samples, self.scatter) = (Number::ZERO, 0, Number::ZERO);
    }

    /// The mean square by which a sample lies off the mean of its half hour.
    pub(super) fn noise(&self) -> f64 {
        self.noise.to_f64()
    }

    /// The means as plain numbers, counted from the first bucket.
    pub(super) fn means(&self) -> Means<'_> {
        Means(&self.means)
    }

    /// The number of the first bucket; `None`: nothing was recorded yet.
    pub(super) fn first(&self) -> Option<i64> {
        (!self.means.is_empty()).then_some(self.first)
    }
}

/// The means of a history, counted from its first bucket.
#[derive(Clone, Copy)]
pub(super) struct Means<'a>(&'a [Option<Number>]);

impl Means<'_> {
    pub fn at(self, bucket: i64) -> Option<f64> {
        self.0.get(usize::try_from(bucket).ok()?)?.as_ref().map(Number::to_f64)
    }

    /// The mean of earlier seasons at this bucket, from what is known `back` buckets before it.
    pub fn profile(self, bucket: i64, season: Season, back: i64) -> Option<f64> {
        let (length, seasons) = season.buckets();
        // The first season that lies wholly before what is known.
        let skipped = back.max(0) / length + 1;
        let (mut sum, mut count) = (0.0, 0.0);
        for season in skipped..skipped + seasons {
            if let Some(value) = self.at(bucket.saturating_sub(season.saturating_mul(length))) {
                sum += value;
                count += 1.0;
            }
        }
        (count > 0.0).then(|| sum / count)
    }
}

/// The number of the bucket in which an instant lies.
pub(super) fn number_of(at: Timestamp) -> i64 {
    at.as_second().div_euclid(BUCKET_SECONDS)
}

fn rounded(mean: f64) -> Option<Number> {
    format!("{mean:.*e}", DIGITS - 1).parse().ok()
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use crate::decide::History;
    use crate::rules::Number;

    fn history(samples: &[(i64, i64)]) -> History {
        let mut history = History::default();
        for (minute, value) in samples {
            history.record(Timestamp::from_second(minute * 60).unwrap(), &(*value).into());
        }
        history
    }

    #[test]
    fn each_half_hour_has_the_mean_of_its_samples() {
        let history = history(&[(0, 10), (15, 20), (30, 7), (95, 1)]);
        assert_eq!(
            (history.means().at(0), history.means().at(1), history.means().at(2), history.means().at(3)),
            (Some(15.0), Some(7.0), None, Some(1.0))
        );
        assert_eq!(history.means().at(-1), None);
    }

    #[test]
    fn the_noise_is_how_far_samples_lie_from_their_mean() {
        // 10 and 20 lie 5 off their mean, whose square is 25; the open half hour does not count yet.
        assert!((history(&[(0, 10), (15, 20)]).noise()).abs() < 1e-9);
        assert!((history(&[(0, 10), (15, 20), (30, 7)]).noise() - 25.0).abs() < 1e-9);
        assert!((history(&[(0, 10), (15, 20), (30, 7), (45, 7), (60, 7)]).noise() - 25.0 * 95.0 / 96.0).abs() < 1e-3);
    }

    #[test]
    fn four_weeks_are_kept() {
        let mut long = History::default();
        for half_hour in 0..3000_i64 {
            long.record(Timestamp::from_second(half_hour * 1800).unwrap(), &half_hour.into());
        }
        assert_eq!(long.first(), Some(3000 - 4 * 7 * 48));
        assert_eq!(long.means().at(28 * 48 - 1), Some(2999.0));
        long.record(Timestamp::from_second(9_000 * 1800).unwrap(), &Number::integer(1));
        assert_eq!(long.first(), Some(9_000));
    }

    #[test]
    fn an_older_sample_is_left_out() {
        assert_eq!(history(&[(60, 10), (10, 99)]).means().at(0), Some(10.0));
        assert_eq!(history(&[(60, 10), (10, 99)]).first(), Some(2));
    }
}
