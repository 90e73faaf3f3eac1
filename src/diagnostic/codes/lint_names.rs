//! Warnings about `# allow` comments and names: W00… and W01….

use super::codes;

codes! {
    /// An `allow` comment without a reason.
    pub ALLOW_REASON = "W0001", "an allow without a reason",
        why: "Silencing a warning is a decision. The reason stands beside it, so that the next reader need not guess: `# allow W0304: batch nodes never hold pods that wait`.",
        example: r#"cluster "prod" { nodes 2..10 }
# allow W0101
metric spare : count = prometheus `sum(spare)`"#,
        fix: r#"cluster "prod" { nodes 2..10 }
# allow W0101: read by the dashboard
metric spare : count = prometheus `sum(spare)`"#;
    /// An `allow` comment for a code that is no warning's.
    pub ALLOW_CODE = "W0002", "an allow of an unknown code",
        why: "Only warnings can be allowed, by their code. A misspelt code silences nothing.",
        example: r#"cluster "prod" { nodes 2..10 }
# allow W9999: we know
metric spare : count = prometheus `sum(spare)`"#,
        fix: r#"cluster "prod" { nodes 2..10 }
# allow W0101: read by the dashboard
metric spare : count = prometheus `sum(spare)`"#;
    /// An `allow` comment that silences nothing.
    pub ALLOW_NOTHING = "W0003", "an allow that silences nothing",
        why: "The comment belongs to the item that follows it, that it stands in, or whose line it ends. That item draws no such warning: it was mended, and the comment would hide the next one.",
        example: r#"cluster "prod" { nodes 2..10 }
metric cpu    : percent of capacity = prometheus `cpu`
# allow W0101: read by the dashboard
rule busy { when cpu > 70% then add 1 node }"#,
        fix: r#"cluster "prod" { nodes 2..10 }
metric cpu    : percent of capacity = prometheus `cpu`
rule busy { when cpu > 70% then add 1 node }"#;
    /// A metric, constant or window that nothing uses.
    pub UNUSED = "W0101", "a name that nothing uses",
        why: "An unused metric is still asked for, and an unused window or constant suggests a rule that is not there. Most likely a rule was removed, or names another one by mistake.",
        example: r#"cluster "prod" { nodes 2..10 }
metric cpu    : percent of capacity = prometheus `cpu`
metric spare : count = prometheus `sum(spare)`
rule busy { when cpu > 70% then add 1 node }"#,
        fix: r#"cluster "prod" { nodes 2..10 }
metric cpu    : percent of capacity = prometheus `cpu`
metric spare : count = prometheus `sum(spare)`
rule busy { when cpu > 70% and spare == 0 then add 1 node }"#;
    /// Two tests of one name.
    pub TEST_NAMES = "W0102", "tests of one name",
        why: "A report that names a failing test should mean one test.",
        example: r#"cluster "prod" { nodes 2..10 }
test "it stays" {
  start nodes 3 at 2026-11-25 12:00
  at 5m expect stay
}
test "it stays" {
  start nodes 4 at 2026-11-25 12:00
  at 5m expect stay
}"#,
        fix: r#"cluster "prod" { nodes 2..10 }
test "three stay" {
  start nodes 3 at 2026-11-25 12:00
  at 5m expect stay
}
test "four stay" {
  start nodes 4 at 2026-11-25 12:00
  at 5m expect stay
}"#;
    /// A test without an expectation.
    pub TEST_EXPECTS = "W0103", "a test that expects nothing",
        why: "A test without `at … expect …` passes whatever the rules do.",
        example: r#"cluster "prod" { nodes 2..10 }
test "it stays" {
  start nodes 3 at 2026-11-25 12:00
}"#,
        fix: r#"cluster "prod" { nodes 2..10 }
test "it stays" {
  start nodes 3 at 2026-11-25 12:00
  at 5m expect stay
}"#;
    /// A `load` with no metric that it drives.
    pub TEST_LOAD = "W0104", "a load that drives nothing",
        why: "`load` drives every metric `of capacity` that has no series. Here there is none, so the rules see nothing of it.",
        example: r#"cluster "prod" { nodes 2..10 }
metric cpu    : percent of capacity = prometheus `cpu`
metric memory : percent of capacity = prometheus `memory`
test "it stays" {
  start nodes 3 at 2026-11-25 12:00
  load 1.2 for 10m
  series cpu 40% for 10m
  series memory 40% for 10m
  at 5m expect stay
}"#,
        fix: r#"cluster "prod" { nodes 2..10 }
metric cpu    : percent of capacity = prometheus `cpu`
test "it stays" {
  start nodes 3 at 2026-11-25 12:00
  load 1.2 for 10m
  at 5m expect stay
}"#;
}
