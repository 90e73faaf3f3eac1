use crate::check::check;
use crate::rules::Ruleset;
use crate::runtime::examples::{TestReport, coverage_text, junit, run_examples, text};
use crate::source::Sources;

fn ruleset(scale: &str) -> Ruleset {
    let sources = Sources::single("rules.scale", scale);
    let checked = check(&sources);
    checked.ruleset.unwrap_or_else(|| panic!("{:#?}", checked.diagnostics))
}

fn run(scale: &str) -> TestReport {
    run_examples(&ruleset(scale), None)
}

/// Rules of one cluster, around the tests.
fn around(settings: &str, items: &str) -> String {
    format!(
        "cluster \"prod\" {{\n nodes 2..10\n {settings}\n}}\n\
         metric cpu : percent of capacity = prometheus `cpu`\n\
         metric queue : count = prometheus `queue`\n\
         metric waiting : count = kubernetes.pending-pods\n\
         rule busy {{ when cpu > 70% then add 1 node }}\n\
         rule quiet {{ when cpu < 30% then remove 1 node }}\n\
         rule backlog {{ when queue > 100 or waiting > 5 then add 2 nodes }}\n\
         rule pods urgent {{ when pending-nodes > 0 then add pending-nodes nodes }}\n{items}"
    )
}

fn passes(scale: &str) {
    let report = run(scale);
    assert!(!report.results.is_empty());
    assert_eq!(report.failed(), 0, "{}", text(&report));
}

#[test]
fn the_references_own_test_passes() {
    passes(include_str!("whole_file.scale"));
}

#[test]
fn a_load_halves_the_figures_when_the_workers_double() {
    passes(&around(
        "",
        "test \"load\" {
            start nodes 2 at 2026-11-25 12:00
            join 1m
            series queue 0
            load 1.6
            at 0m expect add 1 node by busy
            at 2m expect stay
            at 30m expect nodes 3
        }",
    ));
}

#[test]
fn an_added_node_is_ready_after_join_and_a_removed_one_leaves_at_once() {
    passes(&around(
        "cooldown up 1m, down 1m step up 1, down 1",
        "test \"join\" {
            start nodes 4 at 2026-11-25 12:00
            join 5m
            series queue 0
            series cpu 90% for 2m, 50% for 8m, 10%
            at 0m expect add 1 node by busy
            at 2m expect stay
            at 10m expect remove 1 node by quiet
            at 12m expect remove 1 node by quiet
            at 12m expect nodes 3
        }
        test \"busy while it joins\" {
            start nodes 4 at 2026-11-25 12:00
            join 5m
            series queue 0
            series cpu 90% for 2m, 10%
            at 2m expect stay because busy
            at 4m expect stay because busy
            at 6m expect remove 1 node
        }",
    ));
}

#[test]
fn facts_are_nothing_unless_a_series_drives_them() {
    passes(&around(
        "",
        "test \"quiet\" {
            start nodes 3 at 2026-11-25 12:00
            series cpu 50%
            series queue 0
            at 10m expect stay
        }
        test \"waiting by its own name\" {
            start nodes 3 at 2026-11-25 12:00
            series cpu 50%
            series queue 0
            series waiting 0 for 2m, 6
            at 0m expect stay
            at 2m expect add 2 nodes by backlog
        }
        test \"the fact behind it\" {
            start nodes 3 at 2026-11-25 12:00
            series cpu 50%
            series queue 0
            series pending-pods 6
            series pending-nodes 1
            at 0m expect add 2 nodes by backlog
            at 2m expect add 1 node by pods
        }
        test \"urgent\" {
            start nodes 3 at 2026-11-25 12:00
            series cpu 50%
            series queue 0
            series pending-nodes 1 for 2m, 2 for 2m, missing
            at 0m expect add 1 node by pods
            at 2m expect add 2 nodes by pods
            at 4m expect stay
            at 4m expect nodes 6
        }",
    ));
}

#[test]
fn missing_figures_remove_nothing() {
    passes(&around(
        "",
        "test \"missing\" {
            start nodes 5 at 2026-11-25 12:00
            series queue 0
            series cpu 10% for 1m, missing for 9m, 10%
            at 0m expect remove 1 node by quiet
            at 1m expect remove 1 node by quiet
            at 8m expect stay
            at 10m expect remove 1 node
        }
        test \"blind\" {
            start nodes 5 at 2026-11-25 12:00
            series cpu 10%
            at 0m expect stay because blind
        }",
    ));
}

#[test]
fn evaluations_keep_the_interval_in_force() {
    passes(&around(
        "evaluate every 10m, every 1m during rush cooldown up 1m, down 1m timezone \"Europe/Berlin\"",
        "window rush = daily 12:20..12:25
        test \"quicker in the rush\" {
            start nodes 2 at 2026-11-25 12:00
            join 0s
            series queue 0
            series cpu 50% for 21m, 90%
            at 20m expect stay
            at 21m expect add 1 node
            at 22m expect add 1 node
            at 25m expect add 1 node
            at 26m expect nodes 7
        }",
    ));
}

#[test]
fn a_miss_tells_what_was_expected_what_came_and_why() {
    let report = run(&around(
        "",
        "test \"wrong\" {
            start nodes 3 at 2026-11-25 12:00
            series queue 0
            series cpu 90%
            at 0m expect add 2 nodes by quiet
            at 3m expect nodes 9
            at 3m expect stay because hold
        }
        test \"right\" {
            start nodes 3 at 2026-11-25 12:00
            series queue 0
            series cpu 50%
            at 0m expect stay
        }",
    ));
    let misses: Vec<(&str, &str)> = report.results[0].misses.iter().map(|miss| (miss.expected.as_str(), miss.got.as_str())).collect();
    assert_eq!(
        misses,
        [("add 2 nodes by quiet", "add 1 node by busy"), ("nodes 9", "nodes 4"), ("stay because hold", "stay because cooldown"),]
    );
    assert_eq!(report.failed(), 1);
    let shown = text(&report);
    assert!(shown.contains("rules.scale:16: at 0s\n    expected  add 2 nodes by quiet\n    got       add 1 node by busy\n"), "{shown}");
    assert!(shown.contains("the last evaluation before that was at 2m"), "{shown}");
    assert!(shown.ends_with("1 of 2 tests failed (3 evaluations)\n"), "{shown}");
    let xml = junit(&report);
    assert!(xml.contains("<testsuite name=\"prod\" tests=\"2\" failures=\"1\">"), "{xml}");
    assert!(xml.contains("<testcase name=\"right\" classname=\"prod\" file=\"rules.scale\" line=\"20\"/>"), "{xml}");
    assert!(xml.contains("expected add 2 nodes by quiet, got add 1 node by busy"), "{xml}");
    let json = serde_json::to_value(&report).unwrap();
    assert_eq!(json.pointer("/results/0/misses/0/got"), Some(&"add 1 node by busy".into()));
}

#[test]
fn coverage_names_what_no_test_touched() {
    let scale = around(
        "",
        "test \"one\" {
            start nodes 3 at 2026-11-25 12:00
            series queue 0 for 10m, 200
            series cpu 90%
            at 10m expect add 2 nodes by backlog
        }",
    );
    let report = run_examples(&ruleset(&scale), None);
    let shown = coverage_text(&report);
    for line in ["rule quiet never fired", "guard rebound was never reached", "`waiting > 5` never decided rule backlog"] {
        assert!(shown.contains(line), "{shown}");
    }
    assert!(!shown.contains("rule busy") && !shown.contains("queue > 100"), "{shown}");
    assert!((20.0..50.0).contains(&report.covered_percent()), "{shown}");
    assert_eq!(run_examples(&ruleset(&scale), Some("two")).results, []);
    // Rules that no test evaluates count all the same, with both parts of their `or`.
    let untested = run_examples(&ruleset(&around("", "")), None);
    let shown = coverage_text(&untested);
    assert!(shown.contains("`queue > 100` never decided rule backlog") && shown.contains("coverage 0.0%"), "{shown}");
}

#[test]
fn many_tests_on_several_threads_report_as_one_after_the_other() {
    let block = |number: usize| {
        let name = if number == 70 { "the one that misses" } else { "passes" };
        let queue = if number == 99 { 200 } else { 0 };
        let expected = if number == 70 || number == 99 { "add 2 nodes by backlog" } else { "stay" };
        format!(
            "test \"{number} {name}\" {{ start nodes 3 at 2026-11-25 12:00 series cpu 50% series queue {queue} at 0m expect {expected} }}\n"
        )
    };
    let many: String = (0..100).map(block).collect();
    let report = run_examples(&ruleset(&around("", &many)), None);
    let names: Vec<usize> = report.results.iter().map(|result| result.name.split(' ').next().unwrap().parse().unwrap()).collect();
    assert_eq!(names, (0..100).collect::<Vec<_>>());
    assert_eq!(
        report.results.iter().filter(|result| !result.passed()).map(|result| result.name.as_str()).collect::<Vec<_>>(),
        ["70 the one that misses"]
    );
    // What a test of the last thread touched is covered.
    assert!(!coverage_text(&report).contains("rule backlog never fired"), "{}", coverage_text(&report));
}
