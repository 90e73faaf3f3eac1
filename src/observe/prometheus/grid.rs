use jiff::{SignedDuration, Timestamp};

/// The instants of a range: `steps` steps of `step` before `end`, and `end` itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grid {
    pub end: Timestamp,
    pub step: SignedDuration,
    pub steps: u32,
}

/// Ranges are read with a step of 15 s (language.md, "Items") …
const STEP: i64 = 15;
/// … coarser where a window would hold more than this many samples.
const MOST_SAMPLES: i64 = 500;

impl Grid {
    /// The grid that covers the closed window of the last `over`, and `before` more, so that a sample stands at its start
    /// or shortly before.
    #[must_use]
    pub fn covering(over: SignedDuration, before: SignedDuration, end: Timestamp) -> Self {
        if over.is_zero() {
            return Self { end, step: SignedDuration::from_secs(STEP), steps: 0 };
        }
        let window = over.as_secs().saturating_add(i64::from(over.subsec_nanos() > 0));
        // `n` steps make n + 1 samples of a closed window.
        let step = STEP.max(ceil(window, MOST_SAMPLES - 1));
        let steps = ceil(window, step).saturating_add(ceil(before.as_secs(), step));
        Self { end, step: SignedDuration::from_secs(step), steps: u32::try_from(steps).unwrap_or(u32::MAX) }
    }

    /// The age above which a sample of this grid is missing: no less than a step, or no window of a coarse grid were ever
    /// covered.
    #[must_use]
    pub fn missing_after(&self, asked: SignedDuration) -> SignedDuration {
        if self.steps == 0 { asked } else { asked.max(self.step) }
    }

    #[must_use]
    pub fn start(&self) -> Timestamp {
        self.end.saturating_sub(self.step * i32::try_from(self.steps).unwrap_or(i32::MAX)).unwrap_or(Timestamp::MIN)
    }

    /// In order of time.
    pub fn instants(&self) -> impl Iterator<Item = Timestamp> + '_ {
        (0..=self.steps).rev().filter_map(|back| self.end.checked_sub(self.step.checked_mul(i32::try_from(back).ok()?)?).ok())
    }
}

const fn ceil(value: i64, by: i64) -> i64 {
    value.div_euclid(by) + (value.rem_euclid(by) > 0) as i64
}

#[cfg(test)]
mod tests {
    use jiff::{SignedDuration, Timestamp};

    use crate::observe::prometheus::grid::Grid;

    #[test]
    fn a_step_is_15_seconds_and_coarser_beyond_500_samples() {
        let end: Timestamp = "2026-11-25T12:00:07Z".parse().unwrap();
        let of = |minutes| Grid::covering(SignedDuration::from_mins(minutes), SignedDuration::ZERO, end);
        assert_eq!((of(3).step, of(3).steps), (SignedDuration::from_secs(15), 12));
        assert_eq!(of(3).start(), end - SignedDuration::from_mins(3));
        assert_eq!(of(3).instants().last(), Some(end));
        let day = of(24 * 60);
        assert!(day.steps < 500 && day.step > SignedDuration::from_secs(15), "{day:?}");
        assert!(day.start() <= end - SignedDuration::from_hours(24));
        assert_eq!(of(0).instants().count(), 1);
    }

    #[test]
    fn a_sample_stands_for_its_step_at_least() {
        let end: Timestamp = "2026-11-25T12:00:07Z".parse().unwrap();
        let (day, minute) = (SignedDuration::from_hours(24), SignedDuration::from_mins(1));
        let coarse = Grid::covering(day, minute, end);
        assert!(coarse.step > minute);
        assert_eq!(coarse.missing_after(minute), coarse.step);
        assert_eq!(Grid::covering(minute, minute, end).missing_after(minute), minute);
        let quick = SignedDuration::from_secs(10);
        assert_eq!(Grid::covering(minute, quick, end).missing_after(quick), SignedDuration::from_secs(15));
        assert_eq!(Grid::covering(SignedDuration::ZERO, quick, end).missing_after(quick), quick);
    }
}
