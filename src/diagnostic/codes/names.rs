//! Codes of names: E02….

use super::codes;

codes! {
    /// A name that nothing in reach declares.
    pub UNKNOWN_NAME = "E0201", "an unknown name",
        why: "A rule can only rest on what is declared: a metric, a constant or a window of its own cluster or of the top level, or a name that the cluster itself knows, such as `pending-pods`. A misspelt name would otherwise be a rule that never fires.",
        example: r#"cluster "prod" { nodes 2..10 }
metric cpu    : percent of capacity = prometheus `cpu`
rule busy { when cpuu > 70% then add 1 node }"#,
        fix: r#"cluster "prod" { nodes 2..10 }
metric cpu    : percent of capacity = prometheus `cpu`
rule busy { when cpu > 70% then add 1 node }"#;
    /// A second declaration of a name.
    pub DUPLICATE_NAME = "E0202", "a name that is declared twice",
        why: "One name means one thing: metrics, constants, windows and rules share their names, in a cluster together with the top level, across all files of the set. Of two things with one name a reader could not tell which is meant.",
        example: r#"cluster "prod" { nodes 2..10 }
metric cpu    : percent of capacity = prometheus `cpu`
rule busy { when cpu > 70% then add 1 node }
rule busy { when cpu > 90% then add 2 nodes }"#,
        fix: r#"cluster "prod" { nodes 2..10 }
metric cpu    : percent of capacity = prometheus `cpu`
rule busy      { when cpu > 70% then add 1 node }
rule very-busy { when cpu > 90% then add 2 nodes }"#;
    /// A known name of the wrong kind.
    pub WRONG_KIND = "E0203", "a name of the wrong kind",
        why: "The name exists and means something that cannot stand here: a window is no quantity, a metric is no window.",
        example: r#"cluster "prod" { nodes 2..10 }
metric cpu    : percent of capacity = prometheus `cpu`
rule busy { during cpu when cpu > 70% then add 1 node }"#,
        fix: r#"cluster "prod" { nodes 2..10 }
metric cpu    : percent of capacity = prometheus `cpu`
window peak = daily 09:00..21:00
rule busy { during peak when cpu > 70% then add 1 node }"#;
    /// A set of rules without a cluster.
    pub NO_CLUSTER = "E0204", "no cluster",
        why: "Rules decide about a cluster: its range of nodes, its cooldowns and its steps. Without a `cluster` block there is nothing to decide about. Files that share a folder form one set, so give the folder where the block stands in another file.",
        example: r#"metric load : count = prometheus `sum(up)`"#,
        fix: r#"cluster "prod" { nodes 2..10 }
metric load : count = prometheus `sum(up)`"#;
    /// A second cluster of the same name.
    pub DUPLICATE_CLUSTER = "E0205", "a cluster that is declared twice",
        why: "A cluster's name is its identity in the ledger, in tags and in leases. Two blocks of one name would be two policies for the same nodes.",
        example: r#"cluster "prod" { nodes 2..10 }
cluster "prod" { nodes 1..3 }"#,
        fix: r#"cluster "prod" { nodes 2..10 }
cluster "test" { nodes 1..3 }"#;
    /// A cluster name that cannot be used as one.
    pub CLUSTER_NAME = "E0206", "a cluster name that cannot be used",
        why: "The name becomes a key in the ledger and a tag on instances, its part after a slash the value of the label `smartscale.dev/pool`. So each part has 1 to 63 letters, digits, `-`, `_` and `.`, starts and ends with a letter or digit, and there is at most one slash.",
        example: r#"cluster "prod cluster" { nodes 2..10 }"#,
        fix: r#"cluster "prod-cluster" { nodes 2..10 }"#;
    /// A cluster without a pool beside a pool of it.
    pub POOLS_OVERLAP = "E0207", "pools that overlap",
        why: "A cluster without a slash in its name owns every worker. A pool of the same cluster would own some of these nodes too, and two policies would add and remove the same nodes.",
        example: r#"cluster "prod"     { nodes 2..10 }
cluster "prod/gpu" { nodes 0..4 }"#,
        fix: r#"cluster "prod/general" { nodes 2..10 }
cluster "prod/gpu"     { nodes 0..4 }"#;
    /// A test at the top level of a set with several clusters.
    pub WHICH_CLUSTER = "E0208", "a test that could mean several clusters",
        why: "A test drives one cluster. At the top level that is the only one of the set; where there are several, the test stands inside the one it is about.",
        example: r#"cluster "a" { nodes 1..3 }
cluster "b" { nodes 1..3 }
test "it stays" {
  start nodes 2 at 2026-11-25 12:00
  at 5m expect stay
}"#,
        fix: r#"cluster "a" {
  nodes 1..3
  test "it stays" {
    start nodes 2 at 2026-11-25 12:00
    at 5m expect stay
  }
}
cluster "b" { nodes 1..3 }"#;
    /// Constants that rest on each other.
    pub CIRCULAR = "E0209", "a constant that rests on itself",
        why: "A constant is worked out once, from other constants. In a circle there is nowhere to start.",
        example: r#"cluster "prod" { nodes 2..10 }
let low  = high / 2
let high = low * 2"#,
        fix: r#"cluster "prod" { nodes 2..10 }
let low  = 30%
let high = low * 2"#;
    /// More clusters times shared items than one set may have.
    pub TOO_LARGE = "E0210", "a set that is too large",
        why: "Every item at the top level belongs to each cluster. Their product is bounded, so that a set always fits into memory.",
        example: "", fix: "";
}
