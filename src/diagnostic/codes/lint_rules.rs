//! Warnings about single rules: W02….

use super::codes;

codes! {
    /// A rule whose condition cannot be true.
    pub NEVER_FIRES = "W0201", "a rule that can never fire",
        why: "Its condition contradicts itself or asks for a value that the metric cannot have, or its windows exclude each other. A safety net that never opens is worse than none: people trust it.",
        example: r#"cluster "prod" { nodes 2..10 }
metric cpu    : percent of capacity = prometheus `cpu`
rule busy { when cpu > 70% and cpu < 30% then add 1 node }"#,
        fix: r#"cluster "prod" { nodes 2..10 }
metric cpu    : percent of capacity = prometheus `cpu`
metric memory : percent of capacity = prometheus `memory`
rule busy { when cpu > 70% or memory > 80% then add 1 node }"#;
    /// A rule that fires at every evaluation.
    pub ALWAYS_FIRES = "W0202", "a rule that always fires",
        why: "The rule has no condition and no window, or one that is true whatever is observed. It adds, removes or vetoes at every evaluation, for ever.",
        example: r#"cluster "prod" { nodes 2..10 }
rule freeze { hold }"#,
        fix: r#"cluster "prod" { nodes 2..10 }
window peak = daily 09:00..21:00
rule freeze { during peak hold }"#;
    /// A rule that a stronger one always overrules.
    pub SHADOWED = "W0203", "a rule that a stronger one shadows",
        why: "Whenever this rule fires the other one fires too and its proposal wins: the largest addition, the smallest removal. So this rule never decides anything.",
        example: r#"cluster "prod" { nodes 2..10 }
metric cpu    : percent of capacity = prometheus `cpu`
rule busy      { when cpu > 70% then add 2 nodes }
rule very-busy { when cpu > 85% then add 1 node }"#,
        fix: r#"cluster "prod" { nodes 2..10 }
metric cpu    : percent of capacity = prometheus `cpu`
rule busy      { when cpu > 70% then add 1 node }
rule very-busy { when cpu > 85% then add 2 nodes }"#;
    /// A `for` shorter than the interval between evaluations.
    pub SHORT_FOR = "W0204", "a `for` shorter than the evaluation interval",
        why: "Between two evaluations nothing is decided. A span shorter than that asks for little more than the value now, so the rule still acts on one spike.",
        example: r#"cluster "prod" { nodes 2..10 }
metric cpu    : percent of capacity = prometheus `cpu`
rule busy { when cpu > 70% for 30s then add 1 node }"#,
        fix: r#"cluster "prod" { nodes 2..10 }
metric cpu    : percent of capacity = prometheus `cpu`
rule busy { when cpu > 70% for 4m then add 1 node }"#;
    /// An amount that proposes nothing.
    pub NOTHING = "W0205", "an action that proposes nothing",
        why: "Additions are rounded up and removals down. An amount of 0 nodes, or a removal of less than one, proposes what there is already.",
        example: r#"cluster "prod" { nodes 2..10 }
metric cpu    : percent of capacity = prometheus `cpu`
rule quiet { when cpu < 30% and pending-pods == 0 then remove 0.5 nodes }"#,
        fix: r#"cluster "prod" { nodes 2..10 }
metric cpu    : percent of capacity = prometheus `cpu`
rule quiet { when cpu < 30% and pending-pods == 0 then remove 1 node }"#;
    /// A word or clause without effect.
    pub NO_EFFECT = "W0206", "a clause without effect",
        why: "`urgent` ignores the cluster's `cooldown up`, so it means nothing on a rule that adds no nodes. A `cooldown` counts from the last change that the rule won: a `hold` wins none, and a `keep` asks for its bounds at once.",
        example: r#"cluster "prod" { nodes 2..10 }
metric cpu    : percent of capacity = prometheus `cpu`
rule quiet urgent { when cpu < 30% and pending-pods == 0 then remove 1 node }"#,
        fix: r#"cluster "prod" { nodes 2..10 }
metric cpu    : percent of capacity = prometheus `cpu`
rule quiet { when cpu < 30% and pending-pods == 0 then remove 1 node }"#;
    /// A `keep` that reaches outside the cluster's own range.
    pub KEEP_OUTSIDE = "W0207", "a `keep` outside the cluster's range",
        why: "Bounds never lie outside the cluster's own `nodes A..B`; what a rule asks for beyond it is cut off.",
        example: r#"cluster "prod" { nodes 2..10 }
window peak = daily 09:00..21:00
rule rush { during peak keep 6..20 nodes }"#,
        fix: r#"cluster "prod" { nodes 2..10 }
window peak = daily 09:00..21:00
rule rush { during peak keep 6..10 nodes }"#;
    /// Two `keep` that can apply at once and have no count in common.
    pub KEEP_CROSS = "W0208", "`keep` ranges that cross",
        why: "While both rules apply no count satisfies them. The lower end wins, so the other rule's upper end is ignored.",
        example: r#"cluster "prod" { nodes 2..10 }
window peak = daily 09:00..21:00
rule rush  { during peak keep 6..10 nodes }
rule frugal { when pending-pods == 0 keep 2..4 nodes }"#,
        fix: r#"cluster "prod" { nodes 2..10 }
window peak = daily 09:00..21:00
rule rush  { during peak keep 6..10 nodes }
rule frugal { outside peak keep 2..4 nodes }"#;
    /// `==` with a measured value.
    pub EQUALS = "W0209", "an exact comparison with a measured value",
        why: "A measured share, time or rate is hardly ever exactly a value: `==` is then never true and `!=` always. Counts are whole and may be compared so.",
        example: r#"cluster "prod" { nodes 2..10 }
metric cpu    : percent of capacity = prometheus `cpu`
rule idle { when cpu == 0% and pending-pods == 0 then remove 1 node }"#,
        fix: r#"cluster "prod" { nodes 2..10 }
metric cpu    : percent of capacity = prometheus `cpu`
rule idle { when cpu < 1% and pending-pods == 0 then remove 1 node }"#;
    /// A constant amount above the cluster's step.
    pub ABOVE_STEP = "W0210", "an amount above the cluster's step",
        why: "One decision changes at most `step` nodes, so the rest of the amount is always cut off.",
        example: r#"cluster "prod" { nodes 2..10 }
metric cpu    : percent of capacity = prometheus `cpu`
rule busy { when cpu > 70% then add 5 nodes }"#,
        fix: r#"cluster "prod" { nodes 2..10 }
metric cpu    : percent of capacity = prometheus `cpu`
rule busy { when cpu > 70% then add 2 nodes }"#;
}
