//! The section "Windows" of the reference, statement by statement.

use jiff::civil::{Date, DateTime, Weekday};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::rules::{Days, Stretch, WallTime, Window};

const MINUTES: fn(i64) -> SignedDuration = SignedDuration::from_mins;

fn zone(name: &str) -> TimeZone {
    TimeZone::get(name).unwrap()
}

fn time(text: &str) -> WallTime {
    let (hours, minutes) = text.split_once(':').unwrap();
    WallTime { minutes: hours.parse::<u16>().unwrap() * 60 + minutes.parse::<u16>().unwrap() }
}

fn weekly(days: Days, start: &str, end: &str) -> Window {
    window(vec![Stretch::Weekly { days, start: time(start), end: time(end) }])
}

fn window(stretches: Vec<Stretch>) -> Window {
    Window { name: "w".into(), stretches, except: Vec::new() }
}

fn days(of: &[Weekday]) -> Days {
    of.iter().fold(Days::NONE, |days, day| days.with(*day))
}

fn date(text: &str) -> Date {
    text.parse().unwrap()
}

/// The instants at which the window opens and closes, minute by minute from `from`, as local times with their offset.
fn changes(window: &Window, zone: &TimeZone, early: SignedDuration, from: &str, hours: i64) -> Vec<String> {
    let start = from.parse::<DateTime>().unwrap().to_zoned(zone.clone()).unwrap().timestamp();
    let mut was = window.is_open(zone, start, early);
    let mut found = Vec::new();
    for minute in 1..=hours * 60 {
        let at = start + MINUTES(minute);
        let is = window.is_open(zone, at, early);
        if is != was {
            found.push(format!("{} {}", if is { "opens" } else { "closes" }, at.to_zoned(zone.clone()).strftime("%m-%d %H:%M %:z")));
            was = is;
        }
    }
    // The search for the next change agrees with the search by minutes.
    let mut at = start;
    for expected in &found {
        at = window.next_change(zone, at, early).unwrap();
        assert!(
            expected.ends_with(&at.to_zoned(zone.clone()).strftime("%m-%d %H:%M %:z").to_string()),
            "{expected}: next_change says {at}"
        );
    }
    found
}

#[test]
fn starts_are_inclusive_and_ends_exclusive() {
    let utc = TimeZone::UTC;
    let window = weekly(Days::DAILY, "09:00", "21:00");
    let at = |text: &str| text.parse::<Timestamp>().unwrap();
    assert!(!window.is_open(&utc, at("2026-11-25T08:59:59.999999999Z"), SignedDuration::ZERO));
    assert!(window.is_open(&utc, at("2026-11-25T09:00:00Z"), SignedDuration::ZERO));
    assert!(window.is_open(&utc, at("2026-11-25T20:59:59.999999999Z"), SignedDuration::ZERO));
    assert!(!window.is_open(&utc, at("2026-11-25T21:00:00Z"), SignedDuration::ZERO));
}

#[test]
fn times_are_wall_clock_times_of_the_zone() {
    let window = weekly(Days::DAILY, "09:00", "21:00");
    assert_eq!(
        changes(&window, &zone("Asia/Dhaka"), SignedDuration::ZERO, "2026-11-25T00:00", 24),
        ["opens 11-25 09:00 +06:00", "closes 11-25 21:00 +06:00"]
    );
}

#[test]
fn an_end_that_is_not_after_its_start_runs_past_midnight_and_belongs_to_the_day_of_its_start() {
    // 2026-11-27 is a Friday.
    let window = weekly(days(&[Weekday::Friday]), "22:00", "02:00");
    assert_eq!(
        changes(&window, &TimeZone::UTC, SignedDuration::ZERO, "2026-11-26T12:00", 72),
        ["opens 11-27 22:00 +00:00", "closes 11-28 02:00 +00:00"]
    );
    let whole_day = weekly(days(&[Weekday::Friday]), "09:00", "09:00");
    assert_eq!(
        changes(&whole_day, &TimeZone::UTC, SignedDuration::ZERO, "2026-11-26T12:00", 72),
        ["opens 11-27 09:00 +00:00", "closes 11-28 09:00 +00:00"]
    );
}

#[test]
fn until_24_00_and_from_00_00_touch() {
    let window = weekly(Days::WEEKENDS, "00:00", "24:00");
    assert_eq!(
        changes(&window, &TimeZone::UTC, SignedDuration::ZERO, "2026-11-27T00:00", 24 * 5),
        ["opens 11-28 00:00 +00:00", "closes 11-30 00:00 +00:00"]
    );
}

#[test]
fn when_the_clocks_jump_over_a_start_the_window_opens_at_the_jump() {
    // Berlin 2027-03-28: 02:00 becomes 03:00.
    let window = weekly(Days::DAILY, "02:30", "04:00");
    assert_eq!(
        changes(&window, &zone("Europe/Berlin"), SignedDuration::ZERO, "2027-03-28T00:00", 12),
        ["opens 03-28 03:00 +02:00", "closes 03-28 04:00 +02:00"]
    );
    let at_the_gap = weekly(Days::DAILY, "02:00", "04:00");
    assert_eq!(
        changes(&at_the_gap, &zone("Europe/Berlin"), SignedDuration::ZERO, "2027-03-28T00:00", 12),
        ["opens 03-28 03:00 +02:00", "closes 03-28 04:00 +02:00"]
    );
}

#[test]
fn an_end_that_the_clocks_skip_is_the_jump_itself() {
    let window = weekly(Days::DAILY, "01:00", "02:30");
    assert_eq!(
        changes(&window, &zone("Europe/Berlin"), SignedDuration::ZERO, "2027-03-28T00:00", 12),
        ["opens 03-28 01:00 +01:00", "closes 03-28 03:00 +02:00"]
    );
    let inside = weekly(Days::DAILY, "02:10", "02:50");
    assert!(changes(&inside, &zone("Europe/Berlin"), SignedDuration::ZERO, "2027-03-28T00:00", 12).is_empty());
}

#[test]
fn when_the_clocks_fall_back_a_window_covers_first_start_to_last_end() {
    // Berlin 2026-10-25: 03:00 becomes 02:00.
    let berlin = zone("Europe/Berlin");
    let start_twice = weekly(Days::DAILY, "02:30", "04:00");
    assert_eq!(
        changes(&start_twice, &berlin, SignedDuration::ZERO, "2026-10-25T00:00", 12),
        ["opens 10-25 02:30 +02:00", "closes 10-25 04:00 +01:00"]
    );
    let end_twice = weekly(Days::DAILY, "01:00", "02:30");
    assert_eq!(
        changes(&end_twice, &berlin, SignedDuration::ZERO, "2026-10-25T00:00", 12),
        ["opens 10-25 01:00 +02:00", "closes 10-25 02:30 +01:00"]
    );
    let both = weekly(Days::DAILY, "02:10", "02:20");
    assert_eq!(
        changes(&both, &berlin, SignedDuration::ZERO, "2026-10-25T00:00", 12),
        ["opens 10-25 02:10 +02:00", "closes 10-25 02:20 +01:00"]
    );
}

#[test]
fn clocks_that_change_at_midnight() {
    // Beirut 2026-03-29: 00:00 becomes 01:00. Havana 2024-11-03: 01:00 becomes 00:00.
    let window = weekly(Days::DAILY, "22:00", "00:30");
    assert_eq!(
        changes(&window, &zone("Asia/Beirut"), SignedDuration::ZERO, "2026-03-28T12:00", 20),
        ["opens 03-28 22:00 +02:00", "closes 03-29 01:00 +03:00"]
    );
    let day = weekly(days(&[Weekday::Sunday]), "00:00", "24:00");
    assert_eq!(
        changes(&day, &zone("America/Havana"), SignedDuration::ZERO, "2024-11-02T12:00", 48),
        ["opens 11-03 00:00 -04:00", "closes 11-04 00:00 -05:00"]
    );
}

#[test]
fn early_opens_sooner_by_elapsed_time() {
    let window = weekly(days(&[Weekday::Friday]), "20:00", "22:00");
    assert_eq!(
        changes(&window, &TimeZone::UTC, MINUTES(10), "2026-11-27T12:00", 24),
        ["opens 11-27 19:50 +00:00", "closes 11-27 22:00 +00:00"]
    );
    // Elapsed time: across Berlin's jump at 02:00, two hours before 03:30 is 00:30 by the clock.
    let after_jump = weekly(Days::DAILY, "03:30", "04:00");
    assert_eq!(
        changes(&after_jump, &zone("Europe/Berlin"), MINUTES(120), "2027-03-28T00:00", 12),
        ["opens 03-28 00:30 +01:00", "closes 03-28 04:00 +02:00"]
    );
    let days_before = window.is_open(&TimeZone::UTC, "2026-11-24T00:00:00Z".parse().unwrap(), SignedDuration::from_hours(24 * 4));
    assert!(days_before);
}

#[test]
fn dates_are_whole_days_both_included() {
    let window = window(vec![
        Stretch::Dates { first: date("2026-11-27"), last: date("2026-11-30") },
        Stretch::Dates { first: date("2027-11-26"), last: date("2027-11-29") },
    ]);
    assert_eq!(
        changes(&window, &zone("Asia/Dhaka"), SignedDuration::ZERO, "2026-11-20T00:00", 24 * 20),
        ["opens 11-27 00:00 +06:00", "closes 12-01 00:00 +06:00"]
    );
    assert!(window.is_open(&TimeZone::UTC, "2027-11-29T23:59:00Z".parse().unwrap(), SignedDuration::ZERO));
}

#[test]
fn dated_times_run_from_instant_to_instant() {
    let window = window(vec![Stretch::Dated { start: "2026-11-27T20:00".parse().unwrap(), end: "2026-11-29T06:00".parse().unwrap() }]);
    assert_eq!(
        changes(&window, &TimeZone::UTC, SignedDuration::ZERO, "2026-11-27T00:00", 72),
        ["opens 11-27 20:00 +00:00", "closes 11-29 06:00 +00:00"]
    );
}

#[test]
fn except_drops_stretches_that_start_on_that_day_and_that_day_of_dated_ones() {
    let mut nights = weekly(Days::DAILY, "22:00", "02:00");
    nights.except = vec![date("2026-11-26")];
    assert_eq!(
        changes(&nights, &TimeZone::UTC, SignedDuration::ZERO, "2026-11-25T12:00", 60),
        ["opens 11-25 22:00 +00:00", "closes 11-26 02:00 +00:00", "opens 11-27 22:00 +00:00"]
    );
    let mut dated = window(vec![Stretch::Dates { first: date("2026-11-27"), last: date("2026-11-30") }]);
    dated.except = vec![date("2026-11-30"), date("2026-11-28")];
    assert_eq!(
        changes(&dated, &TimeZone::UTC, SignedDuration::ZERO, "2026-11-26T12:00", 24 * 6),
        ["opens 11-27 00:00 +00:00", "closes 11-28 00:00 +00:00", "opens 11-29 00:00 +00:00", "closes 11-30 00:00 +00:00"]
    );
}

#[test]
fn a_window_joined_by_or_is_the_union() {
    let window = window(vec![
        Stretch::Weekly { days: Days::WEEKDAYS, start: time("09:00"), end: time("12:00") },
        Stretch::Weekly { days: Days::WEEKDAYS, start: time("11:00"), end: time("13:00") },
        Stretch::Weekly { days: Days::WEEKDAYS, start: time("15:00"), end: time("16:00") },
    ]);
    assert_eq!(
        changes(&window, &TimeZone::UTC, SignedDuration::ZERO, "2026-11-25T00:00", 24),
        ["opens 11-25 09:00 +00:00", "closes 11-25 13:00 +00:00", "opens 11-25 15:00 +00:00", "closes 11-25 16:00 +00:00"]
    );
}

#[test]
fn a_day_that_a_zone_skips_has_no_window() {
    // Apia skipped 2011-12-30 when it crossed the date line.
    let window = weekly(Days::DAILY, "09:00", "10:00");
    assert_eq!(
        changes(&window, &zone("Pacific/Apia"), SignedDuration::ZERO, "2011-12-29T00:00", 48),
        ["opens 12-29 09:00 -10:00", "closes 12-29 10:00 -10:00", "opens 12-31 09:00 +14:00", "closes 12-31 10:00 +14:00"]
    );
}
