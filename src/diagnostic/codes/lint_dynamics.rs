//! Warnings about how rules behave over time: W03….

use super::codes;

codes! {
    /// A constant load for which the rules never settle.
    pub FLAPPING = "W0301", "rules that flap",
        why: "There is a constant load at which one rule adds nodes and, with these nodes there, another one removes them. Every node costs a start and a drain, and pods are moved each time. Where the guard `rebound` stops it the removing rule is held back for ever instead, and the cluster stays larger than the rule says. Leave more room between the thresholds: going from 3 to 4 nodes turns 70% into 52.5%.",
        example: r#"cluster "prod" { nodes 2..10 }
metric cpu    : percent of capacity = prometheus `cpu`
rule busy  { when cpu > 70% then add 1 node }
rule quiet { when cpu < 60% and pending-pods == 0 then remove 1 node }"#,
        fix: r#"cluster "prod" { nodes 2..10 }
metric cpu    : percent of capacity = prometheus `cpu`
rule busy  { when cpu > 70% then add 1 node }
rule quiet { when cpu < 30% and pending-pods == 0 then remove 1 node }"#;
    /// A cooldown shorter than the time that nodes may take to join.
    pub SHORT_COOLDOWN = "W0302", "a cooldown shorter than `join within`",
        why: "Nodes may take `join within` to become ready. A shorter cooldown ends before the last change can have shown any effect, so that the next decision rests on what was before it.",
        example: r#"cluster "prod" {
  nodes 2..10
  cooldown up 2m
}"#,
        fix: r#"cluster "prod" {
  nodes 2..10
  cooldown up 5m
}"#;
    /// An urgent addition whose condition more nodes need not end.
    pub RUNAWAY = "W0303", "an urgent addition that can run away",
        why: "An `urgent` rule ignores the cooldown between additions. Its condition does not fall as nodes are added, as a share of capacity or `pending-nodes` would, so it can add nodes up to the upper bound for something that nodes do not mend.",
        example: r#"cluster "prod" { nodes 2..10 }
metric p95 : duration = prometheus `p95` empty is 0s
rule slow urgent { when p95 > 2s then add 1 node }"#,
        fix: r#"cluster "prod" { nodes 2..10 }
metric p95 : duration = prometheus `p95` empty is 0s
rule slow { when p95 > 2s then add 1 node }"#;
    /// A removal that does not look at pending pods.
    pub PENDING = "W0304", "a removal that does not look at pending pods",
        why: "Low load does not mean that nothing waits: pods may be pending because no node is large enough, or because they were just created. Removing a node then makes them wait longer.",
        example: r#"cluster "prod" { nodes 2..10 }
metric cpu    : percent of capacity = prometheus `cpu`
rule quiet { when cpu < 30% for 10m then remove 1 node }"#,
        fix: r#"cluster "prod" { nodes 2..10 }
metric cpu    : percent of capacity = prometheus `cpu`
rule quiet { when cpu < 30% and pending-pods == 0 for 10m then remove 1 node }"#;
    /// A removal, or a `track`, that rests on a forecast.
    pub FORECAST = "W0305", "a removal that rests on a forecast",
        why: "A forecast is no observation. It can add nodes before they are needed; it never removes any, so this rule does not do what it says.",
        example: r#"cluster "prod" { nodes 2..10 }
metric cpu    : percent of capacity = prometheus `cpu`
rule quiet { when forecast(cpu, 10m) < 30% and pending-pods == 0 then remove 1 node }"#,
        fix: r#"cluster "prod" { nodes 2..10 }
metric cpu    : percent of capacity = prometheus `cpu`
rule quiet { when cpu < 30% and pending-pods == 0 then remove 1 node }"#;
    /// A relative rule whose window is much longer than its cooldown.
    pub LONG_WINDOW = "W0306", "a window much longer than the cooldown",
        why: "After each change a relative rule must fire on settled samples alone, and its window is covered only when it reaches back no further than that change. So the rule is silent for the length of its window after each change, however short its cooldown is.",
        example: r#"cluster "prod" { nodes 2..10 }
metric cpu    : percent of capacity = prometheus `cpu`
rule busy { when avg(cpu, 1h) > 70% then add 1 node }"#,
        fix: r#"cluster "prod" { nodes 2..10 }
metric cpu    : percent of capacity = prometheus `cpu`
rule busy { when avg(cpu, 10m) > 70% then add 1 node }"#;
    /// A lower bound of 0 that can never be reached.
    pub NEVER_EMPTY = "W0307", "a lower bound of 0 that is never reached",
        why: "Without workers a share of capacity is missing, and a rule that would then be unknown keeps the last worker: nothing could tell when to start again. To empty the cluster at night, put such rules `outside` the night.",
        example: r#"metric cpu    : percent of capacity = prometheus `cpu`
cluster "prod" {
  nodes 0..10
  rule quiet { when cpu < 30% and pending-pods == 0 then remove 1 node }
}"#,
        fix: r#"metric cpu    : percent of capacity = prometheus `cpu`
cluster "prod" {
  nodes 1..10
  rule quiet { when cpu < 30% and pending-pods == 0 then remove 1 node }
}"#;
    /// Bounds that the budget cannot pay for.
    pub BUDGET = "W0308", "bounds that the budget cannot pay for",
        why: "At `max-price` the budget pays for fewer nodes than `nodes A..B` allows. Growth stops at the budget; the lower end is kept whatever it costs.",
        example: r#"cluster "prod" {
  nodes 2..10
  budget $0.10/h
  capacity { max-price $0.02/h }
}"#,
        fix: r#"cluster "prod" {
  nodes 2..10
  budget $0.20/h
  capacity { max-price $0.02/h }
}"#;
}
