use crate::check::check;
use crate::diagnostic::Diagnostic;
use crate::source::Sources;

/// What W0301 says of the rules, with its notes.
fn flaps(nodes: &str, rules: &str) -> Option<Diagnostic> {
    let text = format!(
        "cluster \"prod\" {{ nodes {nodes} }}
        metric cpu    : percent of capacity = prometheus `cpu`
        metric memory : percent of capacity = prometheus `memory`
        metric p95    : duration = prometheus `p95` empty is 0s
        {rules}"
    );
    let checked = check(&Sources::single("a.scale", &text));
    assert!(!checked.has_errors(), "{:#?}", checked.diagnostics);
    checked.diagnostics.into_iter().find(|found| found.code.id() == "W0301")
}

fn says(nodes: &str, rules: &str) -> String {
    let found = flaps(nodes, rules).unwrap_or_else(|| panic!("settles: {rules}"));
    format!("{}\n{}", found.message, found.notes.join("\n"))
}

#[test]
fn close_thresholds_flap_at_the_lowest_load_that_shows_it() {
    let rules = "rule busy { when cpu > 70% then add 1 node } rule quiet { when cpu < 60% and pending-pods == 0 then remove 1 node }";
    let said = says("3..10", rules);
    assert!(said.starts_with("`busy` and `quiet` never settle at 2.2 nodes of work: 3 → 4 → 3 …"), "{said}");
    assert!(said.contains("only the guard `rebound` stops it: the cluster stays at 4 nodes"), "{said}");
    let found = flaps("3..10", rules).unwrap();
    assert_eq!(found.primary.text, "at 4 nodes `cpu` is 55%: removes 1");
    assert_eq!(found.secondary[0].text, "at 3 nodes `cpu` is 73.3%: adds 1");
}

#[test]
fn the_edge_is_exact() {
    // From 2 to 3 nodes 70% becomes 46⅔%: what removes below that flaps, what removes at it does not.
    let rules = |limit: &str| {
        format!(
            "rule busy {{ when cpu > 70% then add 1 node }} rule quiet {{ when cpu < {limit} and pending-pods == 0 then remove 1 node }}"
        )
    };
    assert_eq!(flaps("2..10", &rules("140% / 3")), None);
    assert!(flaps("2..10", &rules("46.7%")).is_some());
    assert_eq!(flaps("2..10", &rules("46.6%")), None);
    // From 1 to 2 it becomes 35%.
    assert!(flaps("1..10", &rules("46.6%")).is_some());
    assert_eq!(flaps("1..10", &rules("35%")), None);
}

#[test]
fn steps_bounds_and_vetoes_count() {
    let busy = "rule busy { when cpu > 70% then add 2 nodes }";
    let quiet = "rule quiet { when cpu < 55% and pending-pods == 0 then remove 1 node }";
    assert!(flaps("2..10", &format!("{busy} {quiet}")).is_some());
    // Where the range leaves no room there is no way to go round.
    assert_eq!(flaps("2..2", &format!("{busy} {quiet}")), None);
    assert_eq!(flaps("2..10", &format!("{busy} {quiet} rule freeze {{ when cpu < 70% hold removals }}")), None);
}

#[test]
fn metrics_have_loads_of_their_own() {
    let said = says(
        "2..10",
        "rule full { when memory > 80% then add 1 node } rule quiet { when cpu < 30% and pending-pods == 0 then remove 1 node }",
    );
    assert!(said.contains("for `cpu`") && said.contains("for `memory`"), "{said}");
    let both = "rule full { when memory > 80% then add 1 node } rule quiet { when cpu < 30% and memory < 50% and pending-pods == 0 then remove 1 node }";
    assert_eq!(flaps("2..10", both), None);
}

#[test]
fn what_no_guard_stops_is_said() {
    let said = says("2..10", "rule frugal { when cpu < 50% keep 2..4 nodes } rule busy { when cpu >= 50% then add 1 node }");
    assert!(said.ends_with("no guard stops it"), "{said}");
}

#[test]
fn other_metrics_keep_a_value() {
    let rules = "rule slow { when p95 > 2s then add 1 node } rule quiet { when cpu < 30% and pending-pods == 0 then remove 1 node }";
    // Slow for ever, it grows to the upper bound and stays: additions come first.
    assert_eq!(flaps("2..10", rules), None);
    let rules =
        "rule small { when nodes < 5 then add 1 node } rule fast { when p95 < 1s and nodes > 4 and pending-pods == 0 then remove 1 node }";
    let said = says("2..10", rules);
    assert!(said.contains("4 → 5 → 4") && said.contains("`p95` at 0s"), "{said}");
}

#[test]
fn tracking_settles() {
    for (at, within) in [("60%", "10%"), ("60%", "0%"), ("33%", "1%"), ("100%", "0%")] {
        assert_eq!(flaps("1..40", &format!("rule even {{ track cpu at {at} within {within} }}")), None);
    }
    let said = says("1..20", "rule even { track cpu at 60% } rule quiet { when cpu < 58% and pending-pods == 0 then remove 1 node }");
    assert!(said.contains("never settle"), "{said}");
}

#[test]
fn windows_that_exclude_each_other_are_not_mixed() {
    let day = "rule busy { during day when cpu > 50% then add 1 node }";
    let night = "rule quiet { during night when cpu < 70% and pending-pods == 0 then remove 1 node }";
    let apart = "window day = daily 08:00..20:00 window night = daily 20:00..08:00";
    let together = "window day = daily 08:00..20:00 window night = daily 19:00..08:00";
    assert_eq!(flaps("2..10", &format!("{apart} {day} {night}")), None);
    assert!(flaps("2..10", &format!("{together} {day} {night}")).is_some());
}

#[test]
fn an_empty_cluster_and_a_wide_range_are_no_trouble() {
    let rules = "rule busy { when cpu > 70% then add 1 node } rule quiet { when cpu < 30% and pending-pods == 0 then remove 1 node }";
    assert_eq!(flaps("1..10000", rules), None);
    assert!(
        flaps(
            "0..10000",
            "rule busy { when cpu > 70% then add 20% nodes } rule quiet { when cpu < 65% and pending-pods == 0 then remove 20% nodes }"
        )
        .is_some()
    );
}
