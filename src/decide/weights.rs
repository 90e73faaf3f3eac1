use crate::decide::BUCKET_SECONDS;
use crate::decide::forecast::Season;
use crate::decide::history::History;

/// How far back past errors teach, in buckets: one week.
const TAUGHT: i64 = 7 * 48;
/// Fewer past forecasts teach nothing.
const LEAST: usize = 24;
/// Half of a two-sided 80% interval of a normal distribution, in standard deviations.
const EIGHTY_PERCENT: f64 = 1.2816;
/// The share of past values that lay within the interval.
const WITHIN: f64 = 0.8;

/// How much the profile is to be trusted at one distance, as the last week teaches: a metric without seasons is best
/// expected to stay as it is, one that keeps to its profile to return to it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Weights {
    /// How much of the profile's change from now to then is taken over: 0 to 1.
    pub shape: f64,
    /// How much of the deviation from the profile is gone by then: 0 to 1.
    pub pull: f64,
    /// Four of five past forecasts were no further off; `None`: too few were made.
    pub spread: Option<f64>,
}

/// A forecast that would have been made, against what came.
#[derive(Clone, Copy)]
struct Past {
    /// The profile's change.
    change: f64,
    /// The profile less the value.
    deviation: f64,
    /// How the value changed.
    came: f64,
}

impl Past {
    fn error(self, shape: f64, pull: f64) -> f64 {
        self.came - shape * self.change - pull * self.deviation
    }
}

impl Weights {
    /// The least squares of the forecasts that could have been made in the week before `now`, `ahead` seconds far, each from
    /// what was known by then.
    pub fn taught(history: &History, season: Season, now: i64, ahead: i64) -> Self {
        let means = history.means();
        // Half hours are the finest that is recorded: a shorter distance is told from one of them.
        let distance = ((ahead + BUCKET_SECONDS / 2) / BUCKET_SECONDS).max(1);
        let part = (ahead as f64 / (distance * BUCKET_SECONDS) as f64).clamp(0.0, 1.0);
        let complete = now.div_euclid(BUCKET_SECONDS) - history.first().unwrap_or(0);
        let profile = |bucket: i64, back: i64| means.profile(bucket, season, back);
        let past: Vec<Past> = (complete - TAUGHT..complete)
            .filter_map(|then| {
                let (value, made) = (means.at(then)?, then - distance);
                let (expected, known) = (profile(then, distance), profile(made, 0));
                let (before, known) = (means.at(made)?, known?);
                Some(Past { change: expected? - known, deviation: known - before, came: value - before })
            })
            .collect();
        if past.len() < LEAST {
            return Self { shape: 1.0, pull: 0.0, spread: None };
        }
        let (shape, pull) = least_squares(&past);
        let mut errors: Vec<f64> = past.iter().map(|past| past.error(shape, pull).abs()).collect();
        errors.sort_unstable_by(f64::total_cmp);
        let within = (errors.len() as f64 * WITHIN).ceil();
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of a length")]
        let of_means = errors.get((within as usize).saturating_sub(1)).copied();
        // Those are errors of means; single samples scatter around theirs, at both ends.
        let kept = 1.0 - pull;
        let scatter = EIGHTY_PERCENT * EIGHTY_PERCENT * history.noise() * (1.0 + kept * kept);
        let spread = of_means.map(|error| (error * error + scatter).sqrt());
        // Over a shorter distance less of a deviation is gone.
        Self { shape, pull: 1.0 - (1.0 - pull).powf(part), spread }
    }
}

/// The two weights, each from 0 to 1, with the least sum of squared errors.
fn least_squares(past: &[Past]) -> (f64, f64) {
    let sum = |of: fn(Past) -> f64| past.iter().map(|past| of(*past)).sum::<f64>();
    let (change2, deviation2) = (sum(|past| past.change * past.change), sum(|past| past.deviation * past.deviation));
    let both = sum(|past| past.change * past.deviation);
    let (change_came, deviation_came) = (sum(|past| past.change * past.came), sum(|past| past.deviation * past.came));
    let determinant = change2 * deviation2 - both * both;
    if determinant > 1e-9 * change2 * deviation2 {
        let shape = (change_came * deviation2 - deviation_came * both) / determinant;
        let pull = (deviation_came * change2 - change_came * both) / determinant;
        if (0.0..=1.0).contains(&shape) && (0.0..=1.0).contains(&pull) {
            return (shape, pull);
        }
    }
    // Else the best lies on an edge.
    let along = |above: f64, below: f64| if below > 0.0 { (above / below).clamp(0.0, 1.0) } else { 0.0 };
    let edges = [
        (along(change_came, change2), 0.0),
        (along(change_came - both, change2), 1.0),
        (0.0, along(deviation_came, deviation2)),
        (1.0, along(deviation_came - both, deviation2)),
    ];
    let squares = |(shape, pull): (f64, f64)| past.iter().map(|past| past.error(shape, pull)).map(|error| error * error).sum::<f64>();
    edges.into_iter().min_by(|one, other| squares(*one).total_cmp(&squares(*other))).unwrap_or((1.0, 0.0))
}
