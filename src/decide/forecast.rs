use jiff::{SignedDuration, Timestamp};

use crate::decide::history::{BUCKET_SECONDS, History};
use crate::decide::weights::Weights;

const DAY: i64 = 24 * 3600;
const WEEK: i64 = 7 * DAY;
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
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Forecast {
    /// The expected value.
    pub value: f64,
    season: Season,
    spread: Option<f64>,
}

impl Forecast {
    /// What is expected `ahead` of `at`: the level now, changed as the profile of the week changes by then, or of the day
    /// while two weeks are not known, and drawn towards that profile; each as far as the last week taught to.
    ///
    /// # Errors
    /// [`NoForecast::NotYet`] until two periods are known.
    pub fn make(history: &History, level: f64, at: Timestamp, ahead: SignedDuration) -> Result<Self, NoForecast> {
        let season = Season::known(history, at)?;
        Self::with(Weights::taught(history, season, at.as_second(), ahead.as_secs()), history, level, at, ahead)
    }

    /// The same with weights that are known already.
    pub(super) fn with(weights: Weights, history: &History, level: f64, at: Timestamp, ahead: SignedDuration) -> Result<Self, NoForecast> {
        let season = Season::known(history, at)?;
        let (now, ahead) = (at.as_second(), ahead.as_secs());
        let profile = |ahead: i64| profile(history, season, now, ahead).ok_or(NoForecast::NotYet);
        let (here, there) = (profile(0)?, profile(ahead)?);
        let value = level + weights.shape * (there - here) + weights.pull * (here - level);
        Ok(Self { value, season, spread: weights.spread })
    }

    #[must_use]
    pub const fn season(&self) -> Season {
        self.season
    }

    /// How far from the expected value four of five lie, by the errors that the same forecasts would have made in the last
    /// week; `None`: there were too few.
    #[must_use]
    pub const fn spread(&self) -> Option<f64> {
        self.spread
    }
}

impl Season {
    /// Its length, and how many past ones stand for it, in buckets.
    pub(super) const fn buckets(self) -> (i64, i64) {
        match self {
            Self::Day => (DAY / BUCKET_SECONDS, 5),
            Self::Week => (WEEK / BUCKET_SECONDS, 4),
        }
    }
}

/// The profile `ahead` seconds from now, from what is known now: linear between the middles of two buckets, one alone where
/// the other is empty.
fn profile(history: &History, season: Season, now: i64, ahead: i64) -> Option<f64> {
    let shifted = now.checked_add(ahead)?.checked_sub(BUCKET_SECONDS / 2)?;
    let (bucket, part) = (shifted.div_euclid(BUCKET_SECONDS), shifted.rem_euclid(BUCKET_SECONDS) as f64 / BUCKET_SECONDS as f64);
    let first = history.first()?;
    let back = ahead.div_euclid(BUCKET_SECONDS) + 1;
    let means = history.means();
    let of = |bucket: i64| means.profile(bucket - first, season, back);
    match (of(bucket), of(bucket + 1)) {
        (Some(low), Some(high)) => Some(low + (high - low) * part),
        (one, other) => one.or(other),
    }
}
