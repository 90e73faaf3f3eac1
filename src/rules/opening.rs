use jiff::civil::{Date, DateTime};
use jiff::tz::{AmbiguousOffset, Offset, TimeZone};
use jiff::{SignedDuration, Timestamp, ToSpan};

use crate::rules::{Cadence, Cluster, Stretch, WallTime, Window};

/// How far ahead a recurring window is looked through for its next change, in days.
const HORIZON: i32 = 60;
/// The longest `early` that makes a difference, in days; a stretch further ahead opens no window now.
const EARLIEST: i32 = 3660;

impl Window {
    /// Whether the window is open at this instant of the cluster's zone, when it opens that much elapsed time sooner.
    #[must_use]
    pub fn is_open(&self, zone: &TimeZone, at: Timestamp, early: SignedDuration) -> bool {
        let latest_start = later(at, early);
        self.stretches
            .iter()
            .any(|stretch| self.spans(stretch, zone, at, latest_start).any(|(start, end)| start < end && start <= latest_start && at < end))
    }

    /// The next instant at which the window opens or closes; `None`: not in the foreseeable future.
    #[must_use]
    pub fn next_change(&self, zone: &TimeZone, at: Timestamp, early: SignedDuration) -> Option<Timestamp> {
        let until = later(later(at, early), SignedDuration::from_hours(24 * i64::from(HORIZON)));
        let mut spans: Vec<(Timestamp, Timestamp)> = self
            .stretches
            .iter()
            .flat_map(|stretch| self.spans(stretch, zone, at, until).filter(|(start, end)| start < end && at < *end))
            .map(|(start, end)| (later(start, -early), end))
            .collect();
        spans.sort_unstable();
        let mut change = spans.first().map(|(start, _)| *start).filter(|start| *start > at);
        if change.is_none() {
            // It is open now: stretches that touch or overlap keep it so.
            let mut open_until = None;
            for (start, end) in spans {
                match open_until {
                    Some(reached) if start > reached => break,
                    Some(reached) => open_until = Some(end.max(reached)),
                    None => open_until = Some(end),
                }
            }
            change = open_until;
        }
        change
    }

    /// The spans of a stretch that may be open between `at` and `latest_start`; those of single days may lie outside of
    /// it, and some may be empty.
    fn spans<'a>(
        &'a self,
        stretch: &'a Stretch,
        zone: &'a TimeZone,
        at: Timestamp,
        latest_start: Timestamp,
    ) -> Box<dyn Iterator<Item = (Timestamp, Timestamp)> + 'a> {
        match *stretch {
            Stretch::Weekly { days, start, end } => {
                let first = zone.to_datetime(at).date().saturating_sub(2.days());
                let last = zone.to_datetime(latest_start).date().saturating_add(1.day());
                let last = last.min(first.saturating_add(EARLIEST.days()));
                let runs_past_midnight = end <= start;
                let days = first
                    .series(1.day())
                    .take_while(move |date| *date <= last)
                    .filter(move |date| days.contains(date.weekday()) && !self.except.contains(date));
                Box::new(days.map(move |date| {
                    let last_day = if runs_past_midnight { date.saturating_add(1.day()) } else { date };
                    (opening(zone, wall(date, start)), closing(zone, wall(last_day, end)))
                }))
            }
            Stretch::Dates { first, last } => {
                Box::new(self.dated(zone, midnight(first), midnight(last.saturating_add(1.day()))).into_iter())
            }
            Stretch::Dated { start, end } => Box::new(self.dated(zone, start, end).into_iter()),
        }
    }

    /// A dated stretch, less the excepted days.
    fn dated(&self, zone: &TimeZone, start: DateTime, end: DateTime) -> Vec<(Timestamp, Timestamp)> {
        let (mut from, to) = (opening(zone, start), closing(zone, end));
        let mut except = self.except.clone();
        except.sort_unstable();
        let mut spans = Vec::with_capacity(except.len() + 1);
        for day in except {
            let (day_start, day_end) = (opening(zone, midnight(day)), opening(zone, midnight(day.saturating_add(1.day()))));
            if day_end <= from || to <= day_start {
                continue;
            }
            spans.push((from, day_start));
            from = day_end;
        }
        spans.push((from, to));
        spans
    }
}

impl Cluster {
    /// The interval between evaluations in force at this instant: the shortest that applies.
    #[must_use]
    pub fn interval(&self, at: Timestamp) -> SignedDuration {
        let Cadence { every, quicker } = &self.evaluate;
        quicker
            .iter()
            .filter(|quicker| {
                self.windows.get(quicker.during.0).is_some_and(|window| window.is_open(&self.timezone, at, SignedDuration::ZERO))
            })
            .map(|quicker| quicker.every)
            .fold(*every, SignedDuration::min)
    }
}

/// The first time that this wall-clock time shows; the jump itself where the clocks skip it.
fn opening(zone: &TimeZone, wall: DateTime) -> Timestamp {
    match zone.to_ambiguous_timestamp(wall).offset() {
        AmbiguousOffset::Unambiguous { offset } => instant(offset, wall),
        AmbiguousOffset::Fold { before, .. } => instant(before, wall),
        AmbiguousOffset::Gap { before, after } => jump(zone, wall, before, after),
    }
}

/// The last time that this wall-clock time shows; the jump itself where the clocks skip it.
fn closing(zone: &TimeZone, wall: DateTime) -> Timestamp {
    match zone.to_ambiguous_timestamp(wall).offset() {
        AmbiguousOffset::Unambiguous { offset } => instant(offset, wall),
        AmbiguousOffset::Fold { after, .. } => instant(after, wall),
        AmbiguousOffset::Gap { before, after } => jump(zone, wall, before, after),
    }
}

/// The instant at which the clocks jump over this wall-clock time.
fn jump(zone: &TimeZone, wall: DateTime, before: Offset, after: Offset) -> Timestamp {
    // Read with the offset that holds after the jump, a skipped time lies before it.
    zone.following(instant(after, wall))
        .find(|transition| transition.offset() == after)
        .map_or_else(|| instant(before, wall), |transition| transition.timestamp())
}

/// Saturates at the ends of time.
fn instant(offset: Offset, wall: DateTime) -> Timestamp {
    offset.to_timestamp(wall).unwrap_or(if wall.year() > 0 { Timestamp::MAX } else { Timestamp::MIN })
}

fn later(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.saturating_add(by).unwrap_or(if by.is_negative() { Timestamp::MIN } else { Timestamp::MAX })
}

fn midnight(date: Date) -> DateTime {
    date.to_datetime(jiff::civil::Time::midnight())
}

/// A time of day on a date; `24:00` is the next midnight.
fn wall(date: Date, time: WallTime) -> DateTime {
    midnight(date).saturating_add(i64::from(time.minutes).minutes())
}

#[cfg(test)]
#[path = "opening_tests.rs"]
mod tests;
