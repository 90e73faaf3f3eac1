//! `forecast`: profiles of the day and of the week with a level correction, missing until two periods are known.

use jiff::{SignedDuration, Timestamp};

use crate::decide::forecast::{Forecast, NoForecast, Season};
use crate::decide::scene::{Scene, add, compare, hold, keep, metric, minutes, number, remove, rule, set, told};
use crate::decide::{History, memory_after};
use crate::rules::{Condition, Expression, MetricId, Veto};

const HOUR: i64 = 3600;
/// 2026-11-02, a Monday, 00:00 UTC.
const START: i64 = 1_793_577_600;

fn instant(hours: i64) -> Timestamp {
    Timestamp::from_second(START + hours * HOUR).unwrap()
}

/// Ten by night and fifty from 8 to 18 o'clock; with `weekends`, only on working days.
fn load(hour: i64, weekends: bool) -> i64 {
    let (day, hour) = (hour.div_euclid(24).rem_euclid(7), hour.rem_euclid(24));
    if (8..18).contains(&hour) && !(weekends && day >= 5) { 50 } else { 10 }
}

/// Samples every ten minutes.
fn history(hours: i64, weekends: bool) -> History {
    let mut history = History::default();
    for sample in 0..hours * 6 {
        let at = Timestamp::from_second(START + sample * 600).unwrap();
        history.record(at, &load(sample / 6, weekends).into());
    }
    history
}

fn forecast(history: &History, level: f64, at: i64, ahead: i64) -> Result<f64, NoForecast> {
    Forecast::make(history, level, instant(at), SignedDuration::from_hours(ahead)).map(|forecast| forecast.value)
}

#[test]
fn it_is_missing_until_two_periods_are_known() {
    assert_eq!(forecast(&history(47, false), 10.0, 47, 1), Err(NoForecast::NotYet));
    assert!(forecast(&history(48, false), 10.0, 48, 1).is_ok());
    assert_eq!(forecast(&History::default(), 10.0, 48, 1), Err(NoForecast::NotYet));
    assert_eq!(Season::known(&history(24 * 14 - 1, true), instant(24 * 14 - 1)), Ok(Season::Day));
    assert_eq!(Season::known(&history(24 * 14, true), instant(24 * 14)), Ok(Season::Week));
}

#[test]
fn the_profile_of_the_day_foresees_the_morning() {
    let history = history(72, false);
    // At 6 o'clock of the fourth day, and three hours later.
    assert_eq!(forecast(&history, 10.0, 72 + 6, 3), Ok(50.0));
    assert_eq!(forecast(&history, 10.0, 72 + 6, 1), Ok(10.0));
}

#[test]
fn the_profile_of_the_week_foresees_the_weekend() {
    let history = history(24 * 19, true);
    // Saturday of the third week: the day's profile would foresee a working day.
    assert_eq!(forecast(&history, 10.0, 24 * 19 + 6, 3), Ok(10.0));
    assert_eq!(forecast(&history, 10.0, 24 * 21 + 6, 3), Ok(50.0));
}

#[test]
fn the_level_now_corrects_it() {
    let history = history(72, false);
    // Twenty more than ever at this time: the day never left its profile, so nothing says that it will return.
    assert_eq!(forecast(&history, 30.0, 72 + 6, 3), Ok(70.0));
    assert_eq!(forecast(&history, 30.0, 72, 12), Ok(70.0));
}

/// Samples each half hour: the day's profile and what `apart` adds to it.
fn apart(days: i64, apart: impl Fn(i64) -> i64) -> History {
    let mut history = History::default();
    for sample in 0..days * 48 {
        let at = Timestamp::from_second(START + sample * 1800).unwrap();
        history.record(at, &(load(sample / 2, false) + apart(sample)).into());
    }
    history
}

#[test]
fn a_deviation_that_never_lasts_is_not_expected_to_last() {
    // One half hour in seven is twenty higher, and the next one is not.
    let spikes = apart(10, |sample| if sample % 7 == 0 { 20 } else { 0 });
    let expected = forecast(&spikes, 32.0, 240, 2).unwrap();
    assert!((9.0..16.0).contains(&expected), "{expected}");
    // Each day has a level of its own, for the whole day: what is higher stays so.
    let days = apart(10, |sample| (sample / 48 * 7919) % 30);
    let now = 24 * 9 + 6;
    let expected = forecast(&days, 30.0, now, 1).unwrap();
    assert!((27.0..31.0).contains(&expected), "{expected}");
}

#[test]
fn a_profile_that_never_comes_true_is_not_followed() {
    // Whatever hour it was, the value wandered: yesterday says nothing of today.
    let mut value = 100;
    let steps: Vec<i64> = (0..480_i64)
        .map(|sample| {
            value += (sample * 7919 % 13) - 6;
            value
        })
        .collect();
    let wandering = apart(10, |sample| steps[usize::try_from(sample).unwrap()] - load(sample / 2, false));
    let level = steps[479] as f64;
    let expected = forecast(&wandering, level, 240, 1).unwrap();
    assert!((expected - level).abs() < 4.0, "{expected} of {level}");
}

#[test]
fn the_interval_comes_from_the_errors_of_late() {
    let exact = history(24 * 4, false);
    let made = Forecast::make(&exact, 10.0, instant(24 * 4), minutes(30)).unwrap();
    assert_eq!(made.season(), Season::Day);
    assert!(made.spread().unwrap() < 1e-9);
    let mut noisy = History::default();
    for sample in 0..24 * 6 * 4_i64 {
        noisy.record(Timestamp::from_second(START + sample * 600).unwrap(), &(10 + sample * 7919 % 31).into());
    }
    let made = Forecast::make(&noisy, 20.0, instant(24 * 4), SignedDuration::from_hours(2)).unwrap();
    let spread = made.spread().unwrap();
    assert!(spread > 1.0 && spread < 40.0, "{spread}");
}

/// A cluster at 6 o'clock of the fourth day, whose `cpu` of 10 nodes is 10% by night and 50% by day.
fn scene(rules: Vec<crate::rules::Rule>) -> Scene {
    let mut scene = Scene::new(1, 30, 10).flat("cpu", true, "10");
    scene.observed.now = instant(72 + 6);
    scene.answer(0, &[(0, Some("10"))]);
    let mut work = History::default();
    for sample in 0..72 * 6 {
        let at = Timestamp::from_second(START + sample * 600).unwrap();
        // Of an `of capacity` metric the work is recorded: value × ready workers.
        work.record(at, &(load(sample / 6, false) * 10).into());
    }
    scene.memory.histories.insert("cpu".into(), work);
    for rule in rules {
        scene = scene.rule(rule);
    }
    scene
}

fn expected(operator: &str, limit: &str) -> Condition {
    compare(Expression::Forecast { metric: MetricId::Declared(0), ahead: SignedDuration::from_hours(3) }, operator, limit)
}

#[test]
fn a_forecast_can_add() {
    assert_eq!(told(&scene(vec![rule("a", Some(expected(">", "49")), add("1"))]).decide()), "add 1");
    assert_eq!(told(&scene(vec![rule("a", Some(expected(">", "50")), add("1"))]).decide()), "stay");
    // Twenty workers share the same work.
    let doubled = scene(vec![rule("a", Some(expected(">", "49")), add("1"))]).with(|scene| {
        scene.observed.counts.ready = Some(20);
        scene.answer(0, &[(0, Some("5"))]);
    });
    assert_eq!(told(&doubled.decide()), "stay");
}

#[test]
fn a_forecast_can_never_remove() {
    let low = || Some(expected("<", "90"));
    assert_eq!(told(&scene(vec![rule("a", low(), remove("1"))]).decide()), "stay");
    assert_eq!(told(&scene(vec![rule("a", low(), set("5"))]).decide()), "stay");
    assert_eq!(told(&scene(vec![rule("a", low(), set("12"))]).decide()), "add 2");
    assert_eq!(told(&scene(vec![rule("a", low(), keep(1, 4))]).decide()), "stay");
    // Where the rule fires without it, it removes.
    let either = Condition::Or(vec![expected("<", "90"), compare(metric(0), "<", "20")]);
    assert_eq!(told(&scene(vec![rule("a", Some(either), remove("1"))]).decide()), "remove 1");
    // A veto may rest on it.
    let vetoed = vec![rule("a", None, remove("1")), rule("b", low(), hold(Veto::Removals))];
    assert_eq!(told(&scene(vetoed).decide()), "stay: hold");
}

#[test]
fn the_work_is_recorded_at_evaluations_for_metrics_that_are_forecast() {
    let mut scene = scene(vec![rule("a", Some(expected(">", "70")), add("1"))]);
    scene.memory.histories.clear();
    let memory = memory_after(&scene.input(), &scene.decide());
    assert_eq!(memory.histories.keys().collect::<Vec<_>>(), ["cpu"]);
    assert_eq!(serde_json::to_value(&memory.histories["cpu"]).unwrap()["sum"], number("100").to_string());
    scene.cluster.rules.clear();
    assert!(memory_after(&scene.input(), &scene.decide()).histories.is_empty());
}
