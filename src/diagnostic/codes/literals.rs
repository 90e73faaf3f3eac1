//! Codes of how numbers, times, dates and days are written.

use super::codes;

codes! {
    /// A malformed literal.
    pub NUMBER = "E0115", "a number that is not the language's",
        why: "Numbers are `3`, `0.5`, `1_000`; percent `70%`; durations `250ms`, `90s`, `5m`, `1h30m`, `7d`, `2w`; bytes `512MiB`, `20GB`; rates `1000/s`; money `$0.02/h`, `$40/d`.",
        example: r#"cluster "prod" { nodes 2..10 }
metric cpu : percent of capacity = prometheus `cpu`
rule busy { when cpu > 70% for 5minutes then add 1 node }"#,
        fix: r#"cluster "prod" { nodes 2..10 }
metric cpu : percent of capacity = prometheus `cpu`
rule busy { when cpu > 70% for 5m then add 1 node }"#;

    /// `5 min`, `70 %`.
    pub UNIT_APART = "E0116", "a unit apart from its number",
        why: "A unit is part of its number, without white space between.",
        example: r#"cluster "prod" { nodes 2..10 }
metric cpu : percent of capacity = prometheus `cpu`
rule busy { when cpu > 70 % for 5 min then add 1 node }"#,
        fix: r#"cluster "prod" { nodes 2..10 }
metric cpu : percent of capacity = prometheus `cpu`
rule busy { when cpu > 70% for 5m then add 1 node }"#;

    /// `$0.60`.
    pub MONEY_PERIOD = "E0117", "money without a period",
        why: "Money is what is paid per time: `/h` or `/d` says which.",
        example: r#"cluster "prod" { nodes 2..10 budget $0.60 }"#,
        fix: r#"cluster "prod" { nodes 2..10 budget $0.60/h }"#;

    /// `9:00`, `9am`, `25:00`.
    pub TIME = "E0119", "a time that is not one",
        why: "Times are `HH:MM`, two digits each, from `00:00`; `24:00` is the end of a day and nothing else.",
        example: r#"cluster "prod" { nodes 2..10 }
metric cpu : percent of capacity = prometheus `cpu`
window peak = daily 9:00..21:00
rule busy { during peak when cpu > 70% then add 1 node }"#,
        fix: r#"cluster "prod" { nodes 2..10 }
metric cpu : percent of capacity = prometheus `cpu`
window peak = daily 09:00..21:00
rule busy { during peak when cpu > 70% then add 1 node }"#;

    /// `2026/11/27`, `2026-02-30`.
    pub DATE = "E0120", "a date that is not one",
        why: "Dates are `YYYY-MM-DD`, and must exist.",
        example: r#"cluster "prod" { nodes 2..10 }
metric cpu : percent of capacity = prometheus `cpu`
window sale = 2026/11/27..2026-11-30
rule busy { during sale when cpu > 70% then add 1 node }"#,
        fix: r#"cluster "prod" { nodes 2..10 }
metric cpu : percent of capacity = prometheus `cpu`
window sale = 2026-11-27..2026-11-30
rule busy { during sale when cpu > 70% then add 1 node }"#;

    /// `monday`, `everyday`.
    pub DAYS = "E0121", "days that are not the language's",
        why: "Days are `daily`, `weekdays`, `weekends`, `mon` to `sun`, a range of these or a list.",
        example: r#"cluster "prod" { nodes 2..10 }
metric cpu : percent of capacity = prometheus `cpu`
window peak = monday..friday 09:00..21:00
rule busy { during peak when cpu > 70% then add 1 node }"#,
        fix: r#"cluster "prod" { nodes 2..10 }
metric cpu : percent of capacity = prometheus `cpu`
window peak = mon..fri 09:00..21:00
rule busy { during peak when cpu > 70% then add 1 node }"#;

    /// More digits than are kept exactly.
    pub NUMBER_RANGE = "E0135", "a number that is too long",
        why: "Values are exact, up to 18 digits.",
        example: r#"cluster "prod" { nodes 2..10000000000000000000000 }"#,
        fix: r#"cluster "prod" { nodes 2..100 }"#;

    /// A stretch that starts at the end of a day.
    pub DAY_END = "E0140", "`24:00` as a start",
        why: "`24:00` is the end of a day; as a start it is `00:00` of the next one.",
        example: r#"cluster "prod" { nodes 2..10 }
metric cpu : percent of capacity = prometheus `cpu`
window night = daily 24:00..06:00
rule busy { during night when cpu > 70% then add 1 node }"#,
        fix: r#"cluster "prod" { nodes 2..10 }
metric cpu : percent of capacity = prometheus `cpu`
window night = daily 00:00..06:00
rule busy { during night when cpu > 70% then add 1 node }"#;
}
