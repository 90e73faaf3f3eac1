//! Codes of units and dimensions: E03….

use super::codes;

codes! {
    /// Two quantities of different units that are compared, added or subtracted.
    pub UNITS_DIFFER = "E0301", "units that do not agree",
        why: "Every quantity carries its unit. Two that are compared, added or subtracted must have the same, or the result would mean nothing.",
        example: r#"cluster "prod" { nodes 2..10 }
metric cpu    : percent of capacity = prometheus `cpu`
rule busy { when cpu > 500ms then add 1 node }"#,
        fix: r#"cluster "prod" { nodes 2..10 }
metric cpu    : percent of capacity = prometheus `cpu`
rule busy { when cpu > 70% then add 1 node }"#;
    /// A plain number beside a quantity with a unit.
    pub UNIT_MISSING = "E0302", "a number without its unit",
        why: "A plain `70` does not say whether it is a percentage, seconds or bytes. The unit is written with it, so that a reviewer need not look it up: `70%`, `2s`, `512MiB`, `100/s`, `$0.02/h`.",
        example: r#"cluster "prod" { nodes 2..10 }
metric cpu    : percent of capacity = prometheus `cpu`
rule busy { when cpu > 70 then add 1 node }"#,
        fix: r#"cluster "prod" { nodes 2..10 }
metric cpu    : percent of capacity = prometheus `cpu`
rule busy { when cpu > 70% then add 1 node }"#;
    /// A product or quotient that has no unit.
    pub PRODUCT = "E0303", "a product or quotient without a meaning",
        why: "A quantity keeps its unit when it is multiplied or divided by a plain number, and a quotient of two quantities of one unit is a plain number. The language has no unit for other products and quotients.",
        example: r#"cluster "prod" { nodes 2..10 }
metric cpu    : percent of capacity = prometheus `cpu`
metric memory : percent of capacity = prometheus `memory`
rule busy { when cpu * memory > 70% then add 1 node }"#,
        fix: r#"cluster "prod" { nodes 2..10 }
metric cpu    : percent of capacity = prometheus `cpu`
rule busy { when cpu * 2 > 70% then add 1 node }"#;
    /// A quantity where a condition is meant.
    pub CONDITION_EXPECTED = "E0304", "a quantity where a condition is meant",
        why: "`when`, `and`, `or`, `not` and `for` ask for something that is true or false. A quantity becomes one by a comparison.",
        example: r#"cluster "prod" { nodes 2..10 }
metric cpu    : percent of capacity = prometheus `cpu`
rule busy { when cpu then add 1 node }"#,
        fix: r#"cluster "prod" { nodes 2..10 }
metric cpu    : percent of capacity = prometheus `cpu`
rule busy { when cpu > 70% then add 1 node }"#;
    /// A condition where a quantity is meant.
    pub QUANTITY_EXPECTED = "E0305", "a condition where a quantity is meant",
        why: "A comparison is true or false and cannot be calculated with, compared or used as an amount.",
        example: r#"cluster "prod" { nodes 2..10 }
metric cpu    : percent of capacity = prometheus `cpu`
rule busy { when (cpu > 70%) + 1 > 1 then add 1 node }"#,
        fix: r#"cluster "prod" { nodes 2..10 }
metric cpu    : percent of capacity = prometheus `cpu`
rule busy { when cpu + 1% > 70% then add 1 node }"#;
    /// A value that must be known beforehand and is not.
    pub NOT_CONSTANT = "E0307", "a value that is not constant",
        why: "Constants, settings, durations and ranges are worked out when the rules are read. A metric is only known when they are evaluated.",
        example: r#"cluster "prod" { nodes 2..10 }
metric cpu    : percent of capacity = prometheus `cpu`
let limit = cpu * 2"#,
        fix: r#"cluster "prod" { nodes 2..10 }
let limit = 35% * 2"#;
    /// A value of the wrong unit for its place.
    pub WRONG_UNIT = "E0308", "a value of the wrong unit",
        why: "The setting or clause takes a quantity of one unit: a cooldown is a duration, a step a number of nodes, a budget an amount of money.",
        example: r#"cluster "prod" {
  nodes 2..10
  step up 50%
}"#,
        fix: r#"cluster "prod" {
  nodes 2..10
  step up 2
}"#;
    /// Too few or too many arguments.
    pub ARGUMENTS = "E0309", "the wrong number of arguments",
        why: "Functions over time take a metric and a duration, `avg(cpu, 5m)`; `ceil`, `floor`, `round`, `abs` and `missing` take one argument.",
        example: r#"cluster "prod" { nodes 2..10 }
metric cpu    : percent of capacity = prometheus `cpu`
rule busy { when avg(cpu) > 70% then add 1 node }"#,
        fix: r#"cluster "prod" { nodes 2..10 }
metric cpu    : percent of capacity = prometheus `cpu`
rule busy { when avg(cpu, 5m) > 70% then add 1 node }"#;
    /// Something other than a metric's name as the argument of a function over time.
    pub METRIC_EXPECTED = "E0310", "a function of something other than a metric",
        why: "Only metrics have a history. A function over time, and `missing`, take the name of a metric; calculate with the result.",
        example: r#"cluster "prod" { nodes 2..10 }
metric cpu    : percent of capacity = prometheus `cpu`
rule busy { when avg(cpu * 2, 5m) > 70% then add 1 node }"#,
        fix: r#"cluster "prod" { nodes 2..10 }
metric cpu    : percent of capacity = prometheus `cpu`
rule busy { when avg(cpu, 5m) * 2 > 70% then add 1 node }"#;
    /// `of capacity` on a unit other than percent.
    pub CAPACITY_UNIT = "E0311", "a share of capacity that is no percentage",
        why: "`of capacity` says that the series is the share of the ready workers' capacity in use. A share is a percentage.",
        example: r#"cluster "prod" { nodes 2..10 }
metric load : count of capacity = prometheus `sum(node_load1)`"#,
        fix: r#"cluster "prod" { nodes 2..10 }
metric load : percent of capacity = prometheus `100 * sum(node_load1) / sum(machine_cpu_cores)`"#;
    /// `empty is` on a metric `of capacity`.
    pub EMPTY_CAPACITY = "E0312", "`empty is` on a share of capacity",
        why: "Workers that run are never without load figures. If the figures are gone the monitoring is broken, and an invented 0% would remove nodes under full load.",
        example: r#"cluster "prod" { nodes 2..10 }
metric load : percent of capacity = prometheus `100 * avg(node_load1)` empty is 0%"#,
        fix: r#"cluster "prod" { nodes 2..10 }
metric load : percent of capacity = prometheus `100 * avg(node_load1)`"#;
    /// `track` on a metric that is no share of capacity.
    pub TRACK_CAPACITY = "E0313", "`track` on a metric that is no share of capacity",
        why: "`track` works out how many nodes bring the metric to a value. That only holds for a metric that halves when the workers double, which is what `of capacity` says.",
        example: r#"cluster "prod" { nodes 2..10 }
metric p95 : duration = prometheus `p95` empty is 0s
rule even { track p95 at 1s }"#,
        fix: r#"cluster "prod" { nodes 2..10 }
metric cpu    : percent of capacity = prometheus `cpu`
rule even { track cpu at 60% }"#;
    /// A constant that is divided by zero.
    pub DIVISION_BY_ZERO = "E0314", "a division by zero",
        why: "A division by zero is missing, so whatever rests on it would be unknown for ever.",
        example: r#"cluster "prod" { nodes 2..10 }
metric cpu    : percent of capacity = prometheus `cpu`
rule busy { when cpu / 0 > 70% then add 1 node }"#,
        fix: r#"cluster "prod" { nodes 2..10 }
metric cpu    : percent of capacity = prometheus `cpu`
rule busy { when cpu / 2 > 70% then add 1 node }"#;
}
