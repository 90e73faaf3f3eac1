use jiff::{SignedDuration, Timestamp};

use crate::decide::history::{BUCKET_SECONDS, History};

const DAY: i64 = 24 * 3600;
const WEEK: i64 = 7 * DAY;
/// How many past days stand for a day, and how many past weeks for a week.
const DAYS: i64 = 5;
const WEEKS: i64 = 4;
/// How long the deviation of the level from its profile is expected to last, fading evenly: in seconds.
const FADING: f64 = 12.0 * 3600.0;
/// How far back past errors are measured for the interval, in buckets.
const MEASURED: i64 = 48;
/// Half of a two-sided 80% interval of a normal distribution, in standard deviations.
const EIGHTY_PERCENT: f64 = 1.2816;

/// The profile that a forecast rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Season {
    Day,
    Week,
}

impl Season {
    /// The longest period of which two are known.
    ///
    /// # Errors
    /// [`NoForecast::NotYet`] where not even two days are.
    pub fn known(history: &History, at: Timestamp) -> Result<Self, NoForecast> {
        let first = history.first().ok_or(NoForecast::NotYet)? * BUCKET_SECONDS;
        match at.as_second().saturating_sub(first) {
            known if known >= 2 * WEEK => Ok(Self::Week),
            known if known >= 2 * DAY => Ok(Self::Day),
            _ => Err(NoForecast::NotYet),
        }
    }
}

/// Why there is no forecast.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoForecast {
    /// Two periods are not known yet.
    NotYet,
    /// The metric itself is missing.
    Missing,
}

/// A forecast of one metric, made at one instant for another.
pub struct Forecast<'a> {
    model: Model<'a>,
    /// The expected value.
    pub value: f64,
    now: i64,
    ahead: i64,
}

impl<'a> Forecast<'a> {
    /// What is expected `ahead` of `at`: the profile of the week, or of the day while two weeks are not known, corrected
    /// by how far the level now is from it.
    ///
    /// # Errors
    /// [`NoForecast::NotYet`] until two periods are known.
    pub fn make(history: &'a History, level: f64, at: Timestamp, ahead: SignedDuration) -> Result<Self, NoForecast> {
        let season = Season::known(history, at)?;
        let (now, ahead) = (at.as_second(), ahead.as_secs());
        let model = Model { history, season };
        let value = model.corrected(level, now, ahead).ok_or(NoForecast::NotYet)?;
        Ok(Self { model, value, now, ahead })
    }

    pub fn season(&self) -> Season {
        self.model.season
    }

    /// How far from the expected value four of five lie, by the errors that the same forecasts made over the last day;
    /// `None`: there were none yet.
    pub fn spread(&self) -> Option<f64> {
        Some(self.model.deviation(self.now, self.ahead)? * EIGHTY_PERCENT)
    }
}

struct Model<'a> {
    history: &'a History,
    season: Season,
}

impl Model<'_> {
    /// The expectation made at `now`, from what was known by then.
    fn corrected(&self, level: f64, now: i64, ahead: i64) -> Option<f64> {
        let fading = (1.0 - ahead as f64 / FADING).max(0.0);
        Some(self.profile(now.checked_add(ahead)?, now)? + fading * (level - self.profile(now, now)?))
    }

    /// The mean of earlier periods at this time of the day or of the week, from what was known by `known`.
    fn profile(&self, at: i64, known: i64) -> Option<f64> {
        let (period, periods) = match self.season {
            Season::Day => (DAY, DAYS),
            Season::Week => (WEEK, WEEKS),
        };
        // The first period that lies wholly before what is known.
        let skipped = at.saturating_sub(known).max(0) / period + 1;
        let (mut sum, mut count) = (0.0, 0.0);
        for back in skipped..skipped + periods {
            if let Some(value) = self.between(at.saturating_sub(back * period)) {
                sum += value;
                count += 1.0;
            }
        }
        (count > 0.0).then(|| sum / count)
    }

    /// Linear between the middles of two buckets; one alone where the other is empty.
    fn between(&self, at: i64) -> Option<f64> {
        let shifted = at - BUCKET_SECONDS / 2;
        let (bucket, part) = (shifted.div_euclid(BUCKET_SECONDS), shifted.rem_euclid(BUCKET_SECONDS) as f64 / BUCKET_SECONDS as f64);
        match (self.history.mean(bucket), self.history.mean(bucket + 1)) {
            (Some(low), Some(high)) => Some(low + (high - low) * part),
            (one, other) => one.or(other),
        }
    }

    /// The root mean square of the errors that the same forecasts made over the last day.
    fn deviation(&self, now: i64, ahead: i64) -> Option<f64> {
        let last = now.div_euclid(BUCKET_SECONDS);
        let (mut squares, mut count) = (0.0, 0.0);
        for bucket in last - MEASURED..last {
            let made = bucket * BUCKET_SECONDS + BUCKET_SECONDS / 2 - ahead;
            let expected = self.between(made).and_then(|level| self.corrected(level, made, ahead));
            if let (Some(expected), Some(came)) = (expected, self.history.mean(bucket)) {
                squares += (came - expected) * (came - expected);
                count += 1.0;
            }
        }
        (count > 0.0).then(|| f64::sqrt(squares / count))
    }
}
