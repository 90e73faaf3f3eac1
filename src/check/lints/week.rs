//! Windows minute by minute: what they cover, and which can be open together. `early` and jumps of the clocks are left
//! out: they move the edges alone.

use jiff::ToSpan;
use jiff::civil::{Date, DateTime};

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

/// Every combination of open windows that some minute shows, at most `most`: those of an ordinary week, and those of
/// the days that have dates of their own.
pub(super) fn combinations(windows: &[Window], most: usize) -> Vec<Vec<bool>> {
    let edges = edges(windows, 20 * most);
    let mut found: Vec<Vec<bool>> = Vec::new();
    let mut add = |open: Vec<bool>| {
        if found.len() < most && !found.contains(&open) {
            found.push(open);
        }
    };
    let weekly: Vec<Minutes> = windows.iter().map(Minutes::of).collect();
    for edge in &edges {
        add(weekly.iter().map(|minutes| minutes.holds(*edge)).collect());
    }
    for moment in dated_moments(windows, &edges, 20 * most) {
        add(windows.iter().map(|window| is_open(window, moment)).collect());
    }
    found
}

/// The minutes of the week at which something opens or closes.
fn edges(windows: &[Window], most: usize) -> Vec<usize> {
    let mut edges: Vec<usize> = vec![0];
    for window in windows {
        for stretch in &window.stretches {
            let Stretch::Weekly { start, end, .. } = stretch else { continue };
            for day in 0..7 {
                edges.push((day * 1440 + usize::from(start.minutes)) % WEEK);
                edges.push((day * 1440 + usize::from(end.minutes)) % WEEK);
            }
        }
        if edges.len() > most {
            break;
        }
    }
    edges.sort_unstable();
    edges.dedup();
    edges
}

/// The moments around dates at which something opens or closes: the ends of dated stretches, and the edges of the week
/// on their first days and on excepted ones.
fn dated_moments(windows: &[Window], edges: &[usize], most: usize) -> Vec<DateTime> {
    let mut moments = Vec::new();
    for window in windows {
        let dated = window.stretches.iter().filter_map(|stretch| match stretch {
            Stretch::Weekly { .. } => None,
            Stretch::Dates { first, last } => Some((midnight(*first), midnight(last.saturating_add(1.day())))),
            Stretch::Dated { start, end } => Some((*start, *end)),
        });
        let excepted = window.except.iter().map(|date| (midnight(*date), midnight(date.saturating_add(2.days()))));
        for (start, end) in dated.chain(excepted) {
            moments.push(start);
            let days = start.date().series(1.day()).take(9);
            let of_day = |date: Date| {
                let day = usize::from(date.weekday().to_monday_zero_offset().unsigned_abs()) * 1440;
                let minutes = edges.iter().filter_map(move |edge| edge.checked_sub(day).filter(|minute| *minute < 1440));
                minutes.filter_map(move |minute| midnight(date).checked_add(i64::try_from(minute).ok()?.minutes()).ok())
            };
            moments.extend(days.flat_map(of_day).filter(|moment| start <= *moment && *moment <= end).take(most));
            if moments.len() > most {
                return moments;
            }
        }
    }
    moments
}

fn midnight(date: Date) -> DateTime {
    date.to_datetime(jiff::civil::Time::midnight())
}

/// Whether the window is open at this time of the wall clock.
fn is_open(window: &Window, at: DateTime) -> bool {
    let excepted = |date: Date| window.except.contains(&date);
    let minute = usize::from(at.hour().unsigned_abs()) * 60 + usize::from(at.minute().unsigned_abs());
    window.stretches.iter().any(|stretch| match stretch {
        Stretch::Weekly { days, start, end } => {
            let (start, end) = (usize::from(start.minutes), usize::from(end.minutes));
            let length = if end > start { end - start } else { end + 1440 - start };
            let opens = |date: Date, since_midnight: usize| {
                days.contains(date.weekday()) && !excepted(date) && start <= since_midnight && since_midnight < start + length
            };
            opens(at.date(), minute) || opens(at.date().saturating_sub(1.day()), minute + 1440)
        }
        Stretch::Dates { first, last } => *first <= at.date() && at.date() <= *last && !excepted(at.date()),
        Stretch::Dated { start, end } => *start <= at && at < *end && !excepted(at.date()),
    })
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::{combinations, is_open};
    use crate::rules::{Days, Stretch, WallTime, Window};

    fn window(stretch: Stretch) -> Window {
        Window { name: "w".into(), stretches: vec![stretch], except: Vec::new() }
    }

    #[test]
    fn dated_stretches_apart_are_never_open_together() {
        let one = window(Stretch::Dates { first: date(2026, 11, 27), last: date(2026, 11, 30) });
        let two = window(Stretch::Dates { first: date(2026, 12, 24), last: date(2026, 12, 26) });
        let open = combinations(&[one, two], 100);
        assert_eq!(open, [vec![false, false], vec![true, false], vec![false, true]]);
    }

    #[test]
    fn a_dated_stretch_meets_the_edges_of_its_days() {
        let sale = window(Stretch::Dates { first: date(2026, 11, 27), last: date(2026, 11, 27) });
        let times = |start: u16, end: u16| (WallTime { minutes: start * 60 }, WallTime { minutes: end * 60 });
        let (start, end) = times(22, 6);
        let night = window(Stretch::Weekly { days: Days::DAILY, start, end });
        let open = combinations(&[sale.clone(), night.clone()], 100);
        assert_eq!(open.len(), 4, "{open:?}");
        assert!(is_open(&night, date(2026, 11, 27).at(5, 59, 0, 0)) && !is_open(&night, date(2026, 11, 27).at(6, 0, 0, 0)));
        assert!(!is_open(&sale, date(2026, 11, 28).at(0, 0, 0, 0)));
    }
}
