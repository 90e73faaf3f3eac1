//! Codes of values, settings and clauses: E04… and E05….

use super::codes;

codes! {
    /// A range whose ends are in the wrong order.
    pub RANGE_ORDER = "E0401", "a range that runs backwards",
        why: "`A..B` goes from the lower to the upper end, both included. Backwards it would hold nothing.",
        example: r#"cluster "prod" { nodes 10..2 }"#,
        fix: r#"cluster "prod" { nodes 2..10 }"#;
    /// A value outside what its place allows.
    pub OUT_OF_RANGE = "E0402", "a value out of its range",
        why: "The value is of the right unit and cannot be meant: a share above 100%, an interval of no length, a step of no node, a duration of more than ten years.",
        example: r#"cluster "prod" {
  nodes 2..10
  capacity { spot 120% else on-demand }
}"#,
        fix: r#"cluster "prod" {
  nodes 2..10
  capacity { spot 20% else on-demand }
}"#;
    /// A part of a node where whole nodes are meant.
    pub NOT_WHOLE = "E0403", "a number that is not whole",
        why: "Ranges, steps and expected counts are whole numbers of nodes.",
        example: r#"cluster "prod" { nodes 1.5..10 }"#,
        fix: r#"cluster "prod" { nodes 2..10 }"#;
    /// A year far from any plan.
    pub YEAR = "E0404", "a date far from any plan",
        why: "Dates lie between 1970 and 2999: instants outside cannot be counted with safely, and a year such as 0206 is a slip of the finger.",
        example: r#"cluster "prod" { nodes 2..10 }
window sale = 0206-11-27..2026-11-30"#,
        fix: r#"cluster "prod" { nodes 2..10 }
window sale = 2026-11-27..2026-11-30"#;
    /// A setting that stands twice.
    pub DUPLICATE_SETTING = "E0501", "a setting that stands twice",
        why: "Of two values for one setting a reader could not tell which is in force.",
        example: r#"cluster "prod" {
  nodes 2..10
  nodes 3..10
}"#,
        fix: r#"cluster "prod" {
  nodes 3..10
}"#;
    /// A clause that stands twice.
    pub DUPLICATE_CLAUSE = "E0502", "a clause that stands twice",
        why: "A rule reads as one sentence, with one condition, one note and one cooldown. Two conditions are joined by `and` or `or`, so that it shows which is meant.",
        example: r#"cluster "prod" { nodes 2..10 }
metric cpu    : percent of capacity = prometheus `cpu`
metric memory : percent of capacity = prometheus `memory`
rule busy { when cpu > 70% when memory > 70% then add 1 node }"#,
        fix: r#"cluster "prod" { nodes 2..10 }
metric cpu    : percent of capacity = prometheus `cpu`
metric memory : percent of capacity = prometheus `memory`
rule busy { when cpu > 70% or memory > 70% then add 1 node }"#;
    /// A cluster without `nodes`.
    pub NO_RANGE = "E0503", "a cluster without its range of nodes",
        why: "`nodes A..B` is the one setting without a default: how few and how many workers there may be is a decision about money and safety that only you can make.",
        example: r#"cluster "prod" { step up 2 }"#,
        fix: r#"cluster "prod" {
  nodes 2..10
  step up 2
}"#;
    /// A rule without an action.
    pub NO_ACTION = "E0504", "a rule without an action",
        why: "A rule proposes something: `then add`, `then remove`, `then set`, `track`, `keep` or `hold`. Without it the condition would change nothing.",
        example: r#"cluster "prod" { nodes 2..10 }
metric cpu    : percent of capacity = prometheus `cpu`
rule busy { when cpu > 70% }"#,
        fix: r#"cluster "prod" { nodes 2..10 }
metric cpu    : percent of capacity = prometheus `cpu`
rule busy { when cpu > 70% then add 1 node }"#;
    /// A rule with more than one action.
    pub SEVERAL_ACTIONS = "E0505", "a rule with several actions",
        why: "A rule proposes exactly one thing, so that an explanation can name it. Two actions are two rules.",
        example: r#"cluster "prod" { nodes 2..10 }
metric cpu    : percent of capacity = prometheus `cpu`
rule busy { when cpu > 70% then add 1 node then set 5 nodes }"#,
        fix: r#"cluster "prod" { nodes 2..10 }
metric cpu    : percent of capacity = prometheus `cpu`
rule busy { when cpu > 70% then add 1 node }"#;
    /// A time zone that the zone database does not have.
    pub TIME_ZONE = "E0506", "an unknown time zone",
        why: "Windows are wall-clock times of the cluster's zone, named as in the IANA database: `\"Europe/Berlin\"`, `\"America/New_York\"`, `\"UTC\"`.",
        example: r#"cluster "prod" {
  nodes 2..10
  timezone "Asia/Daka"
}"#,
        fix: r#"cluster "prod" {
  nodes 2..10
  timezone "Asia/Dhaka"
}"#;
    /// Something that cannot be the name of what it should name.
    pub BAD_NAME = "E0507", "a name that AWS or Kubernetes cannot have",
        why: "Instance types look like `t3.small`, zones like `us-east-1a`, namespaces and labels are bound by Kubernetes' rules. A name that none can have would never match.",
        example: r#"cluster "prod" {
  nodes 2..10
  drain { protect namespace "kube system" }
}"#,
        fix: r#"cluster "prod" {
  nodes 2..10
  drain { protect namespace "kube-system" }
}"#;
    /// Something that a list has twice.
    pub LISTED_TWICE = "E0508", "something listed twice",
        why: "The second mention changes nothing; most likely something else was meant.",
        example: r#"cluster "prod" {
  nodes 2..10
  capacity { instances t3.small, t3.small }
}"#,
        fix: r#"cluster "prod" {
  nodes 2..10
  capacity { instances t3.small, t3a.small }
}"#;
    /// `empty is` on what is no query.
    pub EMPTY_SOURCE = "E0509", "`empty is` on what is never empty",
        why: "What the cluster itself knows is a count at every instant; only a query can have an empty result.",
        example: r#"cluster "prod" { nodes 2..10 }
metric waiting : count = kubernetes.pending-pods empty is 0"#,
        fix: r#"cluster "prod" { nodes 2..10 }
metric waiting : count = kubernetes.pending-pods"#;
    /// A dated stretch that ends before it starts.
    pub WINDOW_ORDER = "E0510", "a window that ends before it starts",
        why: "A dated stretch runs from its start to its end; backwards it would never open.",
        example: r#"cluster "prod" { nodes 2..10 }
window sale = 2026-11-30..2026-11-27"#,
        fix: r#"cluster "prod" { nodes 2..10 }
window sale = 2026-11-27..2026-11-30"#;
    /// `during`, where the first interval is meant.
    pub NO_INTERVAL = "E0511", "an `evaluate` without an interval for all times",
        why: "The first `every` is in force whenever no window names another; later ones each name the window in which they apply.",
        example: r#"window peak = daily 09:00..21:00
cluster "prod" {
  nodes 2..10
  evaluate every 1m during peak
}"#,
        fix: r#"window peak = daily 09:00..21:00
cluster "prod" {
  nodes 2..10
  evaluate every 2m, every 1m during peak
}"#;
    /// PromQL that does not parse.
    pub PROMQL = "E0601", "a query that is no PromQL",
        why: "Prometheus would refuse the query at every evaluation, and the metric would be missing for ever.",
        example: r#"cluster "prod" { nodes 2..10 }
metric load : count = prometheus `sum(up`"#,
        fix: r#"cluster "prod" { nodes 2..10 }
metric load : count = prometheus `sum(up)`"#;
    /// PromQL whose result is no sample per instant.
    pub PROMQL_TYPE = "E0602", "a query that yields no single sample",
        why: "A metric has one sample per instant. A range of samples or a text is none: take `rate(…)`, `avg_over_time(…)` or another function of the range.",
        example: r#"cluster "prod" { nodes 2..10 }
metric requests : rate = prometheus `http_requests_total[5m]`"#,
        fix: r#"cluster "prod" { nodes 2..10 }
metric requests : rate = prometheus `sum(rate(http_requests_total[5m]))`"#;
}
