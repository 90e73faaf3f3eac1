//! "Expressions", statement by statement: functions, `for`, coverage, holes, `missing`.

use jiff::SignedDuration;

use crate::decide::Truth;
use crate::decide::evaluate::Scope;
use crate::decide::scene::{Scene, compare, fact, held, literal, metric, minutes, number};
use crate::decide::seen::Seen;
use crate::rules::{Aggregate, Arithmetic, Comparison, Condition, Expression, Fact, MetricId, Rounding};

const CPU: MetricId = MetricId::Declared(0);

type Samples<'a> = &'a [(i64, Option<&'a str>)];

/// What a condition comes to on the samples of one metric (seconds from now, `missing after` 2m).
fn truth(samples: Samples<'_>, condition: Condition) -> Truth {
    truth_of(&Scene::new(1, 10, 3).metric("cpu", true, samples), &condition)
}

fn truth_of(scene: &Scene, condition: &Condition) -> Truth {
    let input = scene.input();
    Scope::now(&Seen::new(&input)).truth(condition)
}

fn quantity(samples: Samples<'_>, expression: &Expression) -> Option<String> {
    let scene = Scene::new(1, 10, 3).metric("cpu", true, samples);
    let input = scene.input();
    Scope::now(&Seen::new(&input)).quantity(expression).map(|number| number.to_string())
}

fn over(function: Aggregate, seconds: i64) -> Expression {
    Expression::Aggregate { function, metric: CPU, over: SignedDuration::from_secs(seconds) }
}

fn above(threshold: &str) -> Condition {
    compare(metric(0), ">", threshold)
}

const MISSING: Condition = Condition::Missing(CPU);

#[test]
fn unknown_spreads_as_in_kleenes_logic() {
    let part = |truth| match truth {
        Truth::True => compare(literal("1"), "==", "1"),
        Truth::False => compare(literal("1"), "==", "2"),
        Truth::Unknown => above("0"),
    };
    use Truth::{False, True, Unknown};
    for (left, right, and, or) in [
        (False, False, False, False),
        (False, Unknown, False, Unknown),
        (False, True, False, True),
        (Unknown, Unknown, Unknown, Unknown),
        (Unknown, True, Unknown, True),
        (True, True, True, True),
    ] {
        for (left, right) in [(left, right), (right, left)] {
            assert_eq!(truth(&[], Condition::And(vec![part(left), part(right)])), and);
            assert_eq!(truth(&[], Condition::Or(vec![part(left), part(right)])), or);
        }
    }
    for (inner, negated) in [(False, True), (Unknown, Unknown), (True, False)] {
        assert_eq!(truth(&[], Condition::Not(Box::new(part(inner)))), negated);
    }
}

#[test]
fn comparisons_and_ranges_include_what_they_say() {
    for (operator, below, equal, more) in [
        (">", false, false, true),
        (">=", false, true, true),
        ("<", true, false, false),
        ("<=", true, true, false),
        ("==", false, true, false),
        ("!=", true, false, true),
    ] {
        for (value, expected) in [("69.9", below), ("70", equal), ("70.1", more)] {
            assert_eq!(truth(&[(0, Some(value))], compare(metric(0), operator, "70")) == Truth::True, expected, "{value} {operator} 70");
        }
    }
    let within = || Condition::Within { value: metric(0), low: Box::new(literal("2")), high: Box::new(literal("5")) };
    for (value, expected) in [("1.9", Truth::False), ("2", Truth::True), ("5", Truth::True), ("5.1", Truth::False)] {
        assert_eq!(truth(&[(0, Some(value))], within()), expected);
    }
    assert_eq!(truth(&[], within()), Truth::Unknown);
    // Kleene: one end that fails decides.
    let half = Condition::Within { value: literal("1"), low: Box::new(literal("2")), high: Box::new(metric(0)) };
    assert_eq!(truth(&[], half), Truth::False);
}

#[test]
fn a_division_by_zero_is_missing() {
    let quotient = Expression::Binary { operator: Arithmetic::Divide, left: Box::new(literal("1")), right: Box::new(metric(0)) };
    assert_eq!(quantity(&[(0, Some("0"))], &quotient), None);
    assert_eq!(quantity(&[(0, Some("4"))], &quotient), Some("0.25".into()));
}

#[test]
fn round_takes_halves_away_from_zero() {
    let rounded = |how, value: &str| quantity(&[], &Expression::Round { how, value: Box::new(literal(value)) }).unwrap();
    for (value, ceil, floor, round) in
        [("2.5", "3", "2", "3"), ("-2.5", "-2", "-3", "-3"), ("2.4", "3", "2", "2"), ("-0.5", "0", "-1", "-1"), ("7", "7", "7", "7")]
    {
        assert_eq!(rounded(Rounding::Ceil, value), ceil);
        assert_eq!(rounded(Rounding::Floor, value), floor);
        assert_eq!(rounded(Rounding::Round, value), round);
    }
    assert_eq!(quantity(&[], &Expression::Absolute(Box::new(literal("-3")))), Some("3".into()));
}

#[test]
fn functions_aggregate_the_samples_inside_the_closed_window() {
    let samples: Samples<'_> = &[(-360, Some("1000")), (-240, Some("10")), (-120, Some("40")), (0, Some("10"))];
    for (function, expected) in [
        (Aggregate::Average, "20"),
        (Aggregate::Minimum, "10"),
        (Aggregate::Maximum, "40"),
        (Aggregate::P50, "10"),
        // rank 0.9 × 2 = 1.8, between 10 and 40
        (Aggregate::P90, "34"),
        (Aggregate::P95, "37"),
        (Aggregate::P99, "39.4"),
        (Aggregate::Delta, "0"),
        (Aggregate::Slope, "0"),
    ] {
        assert_eq!(quantity(samples, &over(function, 240)).as_deref(), Some(expected), "{function:?}");
    }
    // A nanosecond more reaches no further sample, since the one at -360 s is outside.
    assert_eq!(quantity(samples, &over(Aggregate::Maximum, 300)).as_deref(), Some("40"));
    assert_eq!(quantity(samples, &over(Aggregate::Maximum, 360)).as_deref(), Some("1000"));
}

#[test]
fn slope_is_least_squares_per_minute_and_missing_over_one() {
    assert_eq!(quantity(&[(-120, Some("10")), (-60, Some("20")), (0, Some("60"))], &over(Aggregate::Slope, 120)).as_deref(), Some("25"));
    assert_eq!(quantity(&[(-120, Some("10")), (0, Some("20"))], &over(Aggregate::Slope, 60)), None);
    assert_eq!(quantity(&[(-120, Some("10")), (0, Some("20"))], &over(Aggregate::Delta, 60)).as_deref(), Some("0"));
}

#[test]
fn over_no_samples_a_function_is_missing_though_the_window_is_covered() {
    let samples: Samples<'_> = &[(-90, Some("10")), (0, None)];
    assert_eq!(quantity(samples, &over(Aggregate::Average, 60)), None);
    assert_eq!(quantity(samples, &over(Aggregate::Average, 90)).as_deref(), Some("10"));
}

#[test]
fn a_window_that_starts_before_the_first_sample_is_unknown() {
    let samples: Samples<'_> = &[(-120, Some("80")), (-60, Some("80")), (0, Some("80"))];
    assert_eq!(quantity(samples, &over(Aggregate::Average, 120)).as_deref(), Some("80"));
    assert_eq!(quantity(samples, &over(Aggregate::Average, 121)), None);
    assert_eq!(truth(samples, held(above("70"), minutes(2))), Truth::True);
    assert_eq!(truth(samples, held(above("70"), minutes(3))), Truth::Unknown);
}

#[test]
fn a_sample_shortly_before_the_start_covers_it() {
    let samples: Samples<'_> = &[(-240, Some("80")), (-120, Some("80")), (0, Some("80"))];
    assert_eq!(truth(samples, held(above("70"), minutes(3))), Truth::True);
    // It covers the start only: it is not in the window.
    let low_before: Samples<'_> = &[(-240, Some("10")), (-120, Some("80")), (0, Some("80"))];
    assert_eq!(truth(low_before, held(above("70"), minutes(3))), Truth::True);
    // The newest sample at the start may be 2m old, and no more.
    let just: Samples<'_> = &[(-300, Some("80")), (-180, Some("80")), (-60, Some("80")), (0, Some("80"))];
    assert_eq!(truth(just, held(above("70"), SignedDuration::from_secs(180))), Truth::True);
    let hole: Samples<'_> = &[(-301, Some("80")), (-180, Some("80")), (-60, Some("80")), (0, Some("80"))];
    assert_eq!(truth(hole, held(above("70"), SignedDuration::from_secs(181))), Truth::Unknown);
}

#[test]
fn a_short_hole_is_bridged_and_a_long_one_is_unknown() {
    let short: Samples<'_> = &[(-240, Some("80")), (-180, None), (-120, Some("80")), (-60, Some("80")), (0, Some("80"))];
    assert_eq!(truth(short, held(above("70"), minutes(4))), Truth::True);
    let long: Samples<'_> = &[(-240, Some("80")), (-180, None), (-120, None), (-60, Some("80")), (0, Some("80"))];
    assert_eq!(truth(long, held(above("70"), minutes(4))), Truth::Unknown);
    assert_eq!(quantity(long, &over(Aggregate::Average, 240)), None);
}

#[test]
fn a_hole_up_to_now_is_bridged_while_it_is_short() {
    let bridged: Samples<'_> = &[(-240, Some("80")), (-120, Some("80")), (0, None)];
    assert_eq!(truth(bridged, held(above("70"), minutes(4))), Truth::True);
    let stale: Samples<'_> = &[(-241, Some("80")), (-121, Some("80")), (0, None)];
    assert_eq!(truth(stale, held(above("70"), minutes(2))), Truth::Unknown);
}

#[test]
fn one_false_sample_makes_it_false_covered_or_not() {
    let samples: Samples<'_> = &[(-60, Some("60")), (0, Some("80"))];
    assert_eq!(truth(samples, held(above("70"), minutes(30))), Truth::False);
    assert_eq!(truth(&[(-60, Some("80")), (0, Some("60"))], held(above("70"), minutes(30))), Truth::False);
}

#[test]
fn the_window_is_closed_at_both_ends() {
    let samples: Samples<'_> = &[(-180, Some("60")), (-120, Some("80")), (-60, Some("80")), (0, Some("80"))];
    assert_eq!(truth(samples, held(above("70"), SignedDuration::from_secs(180))), Truth::False);
    assert_eq!(truth(samples, held(above("70"), SignedDuration::from_secs(179))), Truth::True);
}

#[test]
fn each_metric_that_the_condition_names_must_be_covered() {
    let scene = |queue: Samples<'_>| {
        Scene::new(1, 10, 3).metric("cpu", true, &[(-240, Some("80")), (-120, Some("80")), (0, Some("80"))]).metric("queue", false, queue)
    };
    let both = held(Condition::And(vec![above("70"), compare(metric(1), ">", "5")]), minutes(4));
    assert_eq!(truth_of(&scene(&[(-240, Some("9")), (-120, Some("9")), (0, Some("9"))]), &both), Truth::True);
    assert_eq!(truth_of(&scene(&[(-120, Some("9")), (0, Some("9"))]), &both), Truth::Unknown);
    assert_eq!(truth_of(&scene(&[(-120, Some("1")), (0, Some("9"))]), &both), Truth::False);
    // The other metric is bridged at the instants of this one.
    assert_eq!(truth_of(&scene(&[(-330, Some("1")), (-210, Some("9")), (-90, Some("9")), (0, Some("9"))]), &both), Truth::False);
    let either = held(Condition::Or(vec![above("70"), compare(metric(1), ">", "5")]), minutes(4));
    assert_eq!(truth_of(&scene(&[(0, Some("9"))]), &either), Truth::Unknown);
}

#[test]
fn a_for_inside_a_for_reaches_back_twice() {
    let samples: Vec<(i64, Option<&str>)> = (-6..=0).map(|minute| (minute * 60, Some(if minute < -5 { "60" } else { "80" }))).collect();
    let inner = held(above("70"), minutes(2));
    assert_eq!(truth(&samples, held(inner.clone(), minutes(3))), Truth::True);
    assert_eq!(truth(&samples, held(inner, minutes(4))), Truth::False);
}

#[test]
fn functions_inside_a_for_are_asked_at_each_instant() {
    let samples: Vec<(i64, Option<&str>)> = (-8..=0).map(|minute| (minute * 60, Some(if minute == -7 { "100" } else { "50" }))).collect();
    let spiky = |minutes: i64| compare(over(Aggregate::Maximum, 60 * minutes), "<", "90");
    assert_eq!(truth(&samples, held(spiky(2), minutes(4))), Truth::True);
    assert_eq!(truth(&samples, held(spiky(2), minutes(5))), Truth::False);
}

#[test]
fn ago_is_the_sample_that_long_ago_or_shortly_before() {
    let ago = |seconds| Expression::Ago { metric: CPU, by: SignedDuration::from_secs(seconds) };
    let samples: Samples<'_> = &[(-600, Some("10")), (-240, Some("40")), (0, None)];
    assert_eq!(quantity(samples, &ago(240)).as_deref(), Some("40"));
    assert_eq!(quantity(samples, &ago(120)).as_deref(), Some("40"));
    assert_eq!(quantity(samples, &ago(119)), None);
    assert_eq!(quantity(samples, &ago(241)), None);
    assert_eq!(quantity(samples, &ago(601)), None);
}

#[test]
fn missing_alone_turns_missing_into_true() {
    assert_eq!(truth(&[(0, None)], MISSING), Truth::True);
    assert_eq!(truth(&[(-15, Some("80")), (0, None)], MISSING), Truth::True);
    assert_eq!(truth(&[(0, Some("80"))], MISSING), Truth::False);
    assert_eq!(truth(&[], MISSING), Truth::True);
}

#[test]
fn missing_for_asks_every_very_instant_and_needs_no_coverage() {
    assert_eq!(truth(&[(-60, None), (0, None)], held(MISSING, minutes(30))), Truth::True);
    assert_eq!(truth(&[(-120, Some("80")), (-60, None), (0, None)], held(MISSING, minutes(2))), Truth::False);
    assert_eq!(truth(&[(-121, Some("80")), (-60, None), (0, None)], held(MISSING, minutes(2))), Truth::True);
    let there = held(Condition::Not(Box::new(MISSING)), minutes(2));
    assert_eq!(truth(&[(-120, Some("80")), (-60, None), (0, Some("80"))], there), Truth::False);
}

#[test]
fn facts_have_the_evaluations_as_their_samples() {
    let mut scene = Scene::new(1, 10, 3);
    for (minute, pods) in [(0, 9), (2, 3), (4, 3), (6, 3)] {
        scene.observed.now = crate::decide::scene::at(minute * 60);
        scene.observed.counts.pending_pods = Some(pods);
        scene.cluster.rules = vec![crate::decide::scene::rule("a", Some(held(waiting(), minutes(10))), crate::decide::scene::add("1"))];
        if minute < 6 {
            scene.step(minutes(0));
        }
    }
    assert_eq!(truth_of(&scene, &held(waiting(), minutes(4))), Truth::True);
    assert_eq!(truth_of(&scene, &held(waiting(), minutes(5))), Truth::True);
    assert_eq!(truth_of(&scene, &held(waiting(), minutes(6))), Truth::False);
    assert_eq!(scene.memory.records.len(), 3);
}

fn waiting() -> Condition {
    Condition::Compare { operator: Comparison::Less, left: fact(Fact::PendingPods), right: literal("5") }
}

#[test]
fn counts_are_exact() {
    // A tenth thrice is three tenths, never 0.30000000000000004.
    let sum = Expression::Binary {
        operator: Arithmetic::Multiply,
        left: Box::new(literal("0.1")),
        right: Box::new(Expression::Literal(number("3"))),
    };
    assert_eq!(truth(&[(0, Some("0.3"))], Condition::Compare { operator: Comparison::Equal, left: metric(0), right: sum }), Truth::True);
}
