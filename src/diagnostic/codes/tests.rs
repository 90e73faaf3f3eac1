//! Codes of `test` blocks: E07….

use super::codes;

codes! {
    /// A test without its `start`.
    pub NO_START = "E0701", "a test without a start",
        why: "A test begins with so many workers at an instant of the cluster's zone; windows depend on it.",
        example: "test \"it stays\" {\n  at 5m expect stay\n}",
        fix: "test \"it stays\" {\n  start nodes 3 at 2026-11-25 12:00\n  at 5m expect stay\n}";
    /// A step that may stand once.
    pub DUPLICATE_STEP = "E0702", "a step that stands twice",
        why: "A test has one start, one join time, one load and one series for each metric; a series goes on in its next stretch, after a comma.",
        example: "test \"it stays\" {\n  start nodes 3 at 2026-11-25 12:00\n  start nodes 4 at 2026-11-25 12:00\n  at 5m expect stay\n}",
        fix: "test \"it stays\" {\n  start nodes 3 at 2026-11-25 12:00\n  at 5m expect stay\n}";
    /// A series for what the simulation counts.
    pub COUNTED = "E0703", "a series for what the test counts itself",
        why: "The simulated cluster counts its own nodes. Only `pending-pods` and `pending-nodes` can be driven.",
        example: "test \"it stays\" {\n  start nodes 3 at 2026-11-25 12:00\n  series ready-nodes 2 for 5m\n  at 5m expect stay\n}",
        fix: "test \"it stays\" {\n  start nodes 3 at 2026-11-25 12:00\n  series pending-pods 2 for 5m\n  at 5m expect stay\n}";
    /// A stretch without its length.
    pub NO_LENGTH = "E0704", "a stretch without a length",
        why: "Each stretch but the last lasts for some time, `40% for 6m`, and a ramp always does, `40%..90% over 10m`.",
        example: "test \"it stays\" {\n  start nodes 3 at 2026-11-25 12:00\n  series cpu 40%, 90% for 14m\n  at 5m expect stay\n}",
        fix: "test \"it stays\" {\n  start nodes 3 at 2026-11-25 12:00\n  series cpu 40% for 6m, 90% for 14m\n  at 5m expect stay\n}";
    /// More evaluations than a test may have.
    pub TOO_LONG = "E0705", "a test of too many evaluations",
        why: "A test runs every evaluation up to its last expectation, at most 100 000 of them.",
        example: "test \"it stays\" {\n  start nodes 3 at 2026-11-25 12:00\n  at 2000d expect stay\n}",
        fix: "test \"it stays\" {\n  start nodes 3 at 2026-11-25 12:00\n  at 20d expect stay\n}";
    /// `by` with the name of something else than a rule.
    pub UNKNOWN_RULE = "E0706", "an unknown rule",
        why: "`by` names the rule that won, so that the test fails when another one did the work. `because` names a guard.",
        example: "rule busy { when cpu > 70% then add 1 node }\ntest \"it adds\" {\n  start nodes 3 at 2026-11-25 12:00\n  load 2.8 for 20m\n  at 6m expect add 1 node by bussy\n}",
        fix: "rule busy { when cpu > 70% then add 1 node }\ntest \"it adds\" {\n  start nodes 3 at 2026-11-25 12:00\n  load 2.8 for 20m\n  at 6m expect add 1 node by busy\n}";
}
