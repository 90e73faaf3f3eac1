//! Warnings about windows and queries: W04… and W05….

use super::codes;

codes! {
    /// A window that never opens.
    pub NEVER_OPENS = "W0401", "a window that never opens",
        why: "Every day on which it would start is excepted, so what rests on it never happens.",
        example: r#"cluster "prod" { nodes 2..10 }
window sale = 2026-11-27..2026-11-27 except 2026-11-27
rule rush { during sale keep 6..10 nodes }"#,
        fix: r#"cluster "prod" { nodes 2..10 }
window sale = 2026-11-27..2026-11-28 except 2026-11-27
rule rush { during sale keep 6..10 nodes }"#;
    /// A window that is always open.
    pub ALWAYS_OPEN = "W0402", "a window that is always open",
        why: "It covers every minute of the week: `during` it restricts nothing, and `outside` it is never.",
        example: r#"cluster "prod" { nodes 2..10 }
window day = daily 00:00..24:00
rule rush { during day keep 6..10 nodes }"#,
        fix: r#"cluster "prod" { nodes 2..10 }
window day = daily 08:00..20:00
rule rush { during day keep 6..10 nodes }"#;
    /// An end at 23:59.
    pub MIDNIGHT = "W0403", "a gap of a minute before midnight",
        why: "Ends are exclusive, so a window up to `23:59` is closed for the last minute of the day. The end of a day is `24:00`.",
        example: r#"cluster "prod" { nodes 2..10 }
window evening = daily 18:00..23:59
rule rush { during evening keep 6..10 nodes }"#,
        fix: r#"cluster "prod" { nodes 2..10 }
window evening = daily 18:00..24:00
rule rush { during evening keep 6..10 nodes }"#;
    /// A query that yields several series.
    pub SEVERAL_SERIES = "W0501", "a query that yields several series",
        why: "A metric has one sample per instant. A query that keeps labels yields a series for each of their values, which is an error at run time: the metric is missing, and removals are blind. Aggregate what is left: `sum(…)`, `avg(…)`, `max(…)`.",
        example: r#"cluster "prod" { nodes 2..10 }
metric load : count = prometheus `sum by (instance) (node_load1)`
rule busy { when load > 4 then add 1 node }"#,
        fix: r#"cluster "prod" { nodes 2..10 }
metric load : count = prometheus `sum(node_load1)`
rule busy { when load > 4 then add 1 node }"#;
    /// A quantile or ratio that is NaN without traffic, without `empty is`.
    pub NAN = "W0502", "a metric that is missing without traffic",
        why: "A quantile of no requests, and a ratio of nothing to nothing, is NaN, which is missing. While any rule is unknown nothing is removed, so a quiet night keeps every node. `empty is` says what no traffic means.",
        example: r#"cluster "prod" { nodes 2..10 }
metric slow : duration = prometheus `histogram_quantile(0.95, sum by (le) (rate(http_request_duration_seconds_bucket[5m])))`
rule busy { when slow > 2s then add 1 node }"#,
        fix: r#"cluster "prod" { nodes 2..10 }
metric slow : duration = prometheus `histogram_quantile(0.95, sum by (le) (rate(http_request_duration_seconds_bucket[5m])))` empty is 0s
rule busy { when slow > 2s then add 1 node }"#;
    /// An average over all modes of `node_cpu_seconds_total`.
    pub CPU_MODES = "W0503", "an average that divides by the number of CPU modes",
        why: "`node_cpu_seconds_total` has one series for each mode of each CPU. An average over several modes divides by their number too, so that it never reaches 15% however busy the CPUs are. Average the idle mode alone, and subtract it from 1.",
        example: r#"cluster "prod" { nodes 2..10 }
metric load : percent of capacity = prometheus `100 * avg(rate(node_cpu_seconds_total{mode!="idle"}[5m]))`
rule busy { when load > 70% then add 1 node }"#,
        fix: r#"cluster "prod" { nodes 2..10 }
metric load : percent of capacity = prometheus `100 * (1 - avg(rate(node_cpu_seconds_total{mode="idle"}[5m])))`
rule busy { when load > 70% then add 1 node }"#;
    /// A share from 0 to 1 that is declared as a percentage.
    pub SHARE = "W0504", "a percentage that looks like a share from 0 to 1",
        why: "A sample of 70 is 70%. A ratio yields 0.7 for that, which would be read as less than one percent: additions never fire and removals always do. Multiply by 100.",
        example: r#"cluster "prod" { nodes 2..10 }
metric load : percent of capacity = prometheus `1 - avg(rate(node_cpu_seconds_total{mode="idle"}[5m]))`
rule busy { when load > 70% then add 1 node }"#,
        fix: r#"cluster "prod" { nodes 2..10 }
metric load : percent of capacity = prometheus `100 * (1 - avg(rate(node_cpu_seconds_total{mode="idle"}[5m])))`
rule busy { when load > 70% then add 1 node }"#;
}
