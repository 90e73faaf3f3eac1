//! One range for each metric, for the longest window that any rule needs; and pending pods only where a rule looks.

use jiff::SignedDuration;

use crate::decide::needs;
use crate::decide::scene::{Scene, add, compare, fact, held, metric, minutes, number, remove, rule};
use crate::rules::{Action, Aggregate, Amount, Condition, Expression, Fact, MetricId, Source};

fn scene() -> Scene {
    Scene::new(1, 10, 3).metric("cpu", true, &[]).metric("queue", false, &[]).metric("unused", false, &[])
}

#[test]
fn the_longest_window_of_all_rules_counts_and_nested_ones_add_up() {
    let average = Expression::Aggregate { function: Aggregate::Average, metric: MetricId::Declared(0), over: minutes(5) };
    let cluster = scene()
        .rule(rule("a", Some(held(compare(metric(0), ">", "70"), minutes(3))), add("1")))
        .rule(rule("b", Some(held(compare(average, ">", "70"), minutes(10))), add("1")))
        .rule(rule("c", None, Action::Add(Amount::Nodes(metric(1)))))
        .cluster;
    let needs = needs(&cluster);
    assert_eq!(needs.metrics, [Some(minutes(15)), Some(SignedDuration::ZERO), None]);
    assert!(!needs.pending_pods && needs.forecasts.is_empty());
}

#[test]
fn missing_and_ago_look_back_too() {
    let ago = Expression::Ago { metric: MetricId::Declared(1), by: minutes(60) };
    let cluster = scene()
        .rule(rule("a", Some(held(Condition::Missing(MetricId::Declared(0)), minutes(7))), add("1")))
        .rule(rule("b", Some(compare(ago, ">", "70")), add("1")))
        .cluster;
    assert_eq!(needs(&cluster).metrics, [Some(minutes(7)), Some(minutes(60)), None]);
}

#[test]
fn pending_pods_are_needed_where_a_rule_looks_at_them_by_any_name() {
    let by = |of: Fact| scene().rule(rule("a", Some(compare(fact(of), ">", "0")), add("1"))).cluster;
    for (of, expected) in [(Fact::PendingPods, true), (Fact::PendingNodes, true), (Fact::Nodes, false)] {
        assert_eq!(needs(&by(of)).pending_pods, expected, "{of:?}");
    }
    let mut declared = scene().rule(rule("a", Some(compare(metric(1), ">", "0")), remove("1"))).cluster;
    declared.metrics[1].source = Source::Kubernetes(Fact::PendingPods);
    assert!(needs(&declared).pending_pods);
}

#[test]
fn forecasts_and_tracks_are_remembered() {
    let forecast = Expression::Forecast { metric: MetricId::Declared(0), ahead: minutes(10) };
    let track = Action::Track { metric: MetricId::Declared(0), at: Box::new(number("60")), within: Box::new(number("10")) };
    let cluster = scene().rule(rule("a", Some(compare(forecast, ">", "70")), add("1"))).rule(rule("b", None, track)).cluster;
    let needs = needs(&cluster);
    assert_eq!(needs.forecasts, [MetricId::Declared(0)]);
    assert_eq!(needs.records, cluster.cooldown.down);
}
