//! Codes of `test` blocks: E07….

use super::codes;

codes! {
    /// A test without its `start`.
    pub NO_START = "E0701", "a test without a start",
        why: "A test begins with so many workers at an instant of the cluster's zone; windows depend on it.",
        example: r#"cluster "prod" { nodes 2..10 }
test "it stays" {
  at 5m expect stay
}"#,
        fix: r#"cluster "prod" { nodes 2..10 }
test "it stays" {
  start nodes 3 at 2026-11-25 12:00
  at 5m expect stay
}"#;
    /// A step that may stand once.
    pub DUPLICATE_STEP = "E0702", "a step that stands twice",
        why: "A test has one start, one join time, one load and one series for each metric; a series goes on in its next stretch, after a comma.",
        example: r#"cluster "prod" { nodes 2..10 }
test "it stays" {
  start nodes 3 at 2026-11-25 12:00
  start nodes 4 at 2026-11-25 12:00
  at 5m expect stay
}"#,
        fix: r#"cluster "prod" { nodes 2..10 }
test "it stays" {
  start nodes 3 at 2026-11-25 12:00
  at 5m expect stay
}"#;
    /// A series for what the simulation counts.
    pub COUNTED = "E0703", "a series for what the test counts itself",
        why: "The simulated cluster counts its own nodes. Only `pending-pods`, `pending-nodes` and `unready-nodes` can be driven.",
        example: r#"cluster "prod" { nodes 2..10 }
test "it stays" {
  start nodes 3 at 2026-11-25 12:00
  series ready-nodes 2 for 5m
  at 5m expect stay
}"#,
        fix: r#"cluster "prod" { nodes 2..10 }
test "it stays" {
  start nodes 3 at 2026-11-25 12:00
  series pending-pods 2 for 5m
  at 5m expect stay
}"#;
    /// A stretch without its length.
    pub NO_LENGTH = "E0704", "a stretch without a length",
        why: "Each stretch but the last lasts for some time, `40% for 6m`, and a ramp always does, `40%..90% over 10m`.",
        example: r#"cluster "prod" { nodes 2..10 }
metric cpu    : percent of capacity = prometheus `cpu`
test "it stays" {
  start nodes 3 at 2026-11-25 12:00
  series cpu 40%, 90% for 14m
  at 5m expect stay
}"#,
        fix: r#"cluster "prod" { nodes 2..10 }
metric cpu    : percent of capacity = prometheus `cpu`
test "it stays" {
  start nodes 3 at 2026-11-25 12:00
  series cpu 40% for 6m, 90% for 14m
  at 5m expect stay
}"#;
    /// More evaluations than a test may have.
    pub TOO_LONG = "E0705", "a test of too many evaluations",
        why: "A test runs every evaluation up to its last expectation, at most 100 000 of them.",
        example: r#"cluster "prod" { nodes 2..10 }
test "it stays" {
  start nodes 3 at 2026-11-25 12:00
  at 2000d expect stay
}"#,
        fix: r#"cluster "prod" { nodes 2..10 }
test "it stays" {
  start nodes 3 at 2026-11-25 12:00
  at 20d expect stay
}"#;
    /// `by` with the name of something else than a rule.
    pub UNKNOWN_RULE = "E0706", "an unknown rule",
        why: "`by` names the rule that won, so that the test fails when another one did the work. `because` names a guard.",
        example: r#"cluster "prod" { nodes 2..10 }
metric cpu    : percent of capacity = prometheus `cpu`
rule busy { when cpu > 70% then add 1 node }
test "it adds" {
  start nodes 3 at 2026-11-25 12:00
  load 2.8 for 20m
  at 6m expect add 1 node by bussy
}"#,
        fix: r#"cluster "prod" { nodes 2..10 }
metric cpu    : percent of capacity = prometheus `cpu`
rule busy { when cpu > 70% then add 1 node }
test "it adds" {
  start nodes 3 at 2026-11-25 12:00
  load 2.8 for 20m
  at 6m expect add 1 node by busy
}"#;
}
