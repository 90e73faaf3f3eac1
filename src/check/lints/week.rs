//! Weekly windows minute by minute: what they cover, and which can be open together. Dated stretches are treated as
//! open or closed on their own, and `early` and jumps of the clocks are left out: they move the edges alone.

use crate::rules::{Stretch, Window};

/// Minutes of a week, from Monday 00:00.
const WEEK: usize = 7 * 24 * 60;

/// A set of minutes of the week.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Minutes(Vec<u64>);

impl Minutes {
    pub fn none() -> Self {
        Self(vec![0; WEEK.div_ceil(64)])
    }

    /// The minutes in which the window is open in every week.
    pub fn of(window: &Window) -> Self {
        let mut minutes = Self::none();
        for stretch in &window.stretches {
            let Stretch::Weekly { days, start, end } = stretch else { continue };
            let (start, end) = (usize::from(start.minutes), usize::from(end.minutes));
            let length = if end > start { end - start } else { end + 1440 - start };
            for day in 0..7_i8 {
                let Ok(weekday) = jiff::civil::Weekday::from_monday_zero_offset(day) else { continue };
                if days.contains(weekday) {
                    minutes.open(usize::from(day.unsigned_abs()) * 1440 + start, length);
                }
            }
        }
        minutes
    }

    fn open(&mut self, start: usize, length: usize) {
        for minute in start..start + length {
            let minute = minute % WEEK;
            if let Some(word) = self.0.get_mut(minute / 64) {
                *word |= 1 << (minute % 64);
            }
        }
    }

    pub fn count(&self) -> usize {
        self.0.iter().map(|word| word.count_ones() as usize).sum()
    }

    pub fn is_full(&self) -> bool {
        self.count() == WEEK
    }

    fn holds(&self, minute: usize) -> bool {
        self.0.get(minute / 64).is_some_and(|word| word & (1 << (minute % 64)) != 0)
    }
}

/// Whether any of the window's stretches has a date.
pub(super) fn is_dated(window: &Window) -> bool {
    window.stretches.iter().any(|stretch| !matches!(stretch, Stretch::Weekly { .. }))
}

/// Every combination of open windows that some minute of the week shows, at most `most`: with all dated stretches
/// closed, and with all of them open.
pub(super) fn combinations(windows: &[Window], most: usize) -> Vec<Vec<bool>> {
    let weekly: Vec<Minutes> = windows.iter().map(Minutes::of).collect();
    let mut edges: Vec<usize> = vec![0];
    for window in windows {
        for stretch in &window.stretches {
            let Stretch::Weekly { start, end, .. } = stretch else { continue };
            for day in 0..7 {
                edges.push((day * 1440 + usize::from(start.minutes)) % WEEK);
                edges.push((day * 1440 + usize::from(end.minutes)) % WEEK);
            }
        }
        if edges.len() > 20 * most {
            break;
        }
    }
    edges.sort_unstable();
    edges.dedup();
    let mut found: Vec<Vec<bool>> = Vec::new();
    let dated: Vec<bool> = windows.iter().map(is_dated).collect();
    for special in [false, true] {
        if special && !dated.contains(&true) {
            break;
        }
        for edge in &edges {
            let open: Vec<bool> = weekly.iter().zip(&dated).map(|(minutes, dated)| minutes.holds(*edge) || (special && *dated)).collect();
            if found.len() < most && !found.contains(&open) {
                found.push(open);
            }
        }
    }
    found
}
