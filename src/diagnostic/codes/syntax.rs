//! Codes of the grammar: E00… for files, E01… for text that is not in the language.

use super::codes;

codes! {
    /// Bytes that are not UTF-8.
    pub NOT_UTF8 = "E0001", "a file that is not UTF-8",
        why: "Rules are UTF-8 text. In another encoding names and notes would turn into other characters, so the file is not read at all.",
        example: "",
        fix: "";

    /// More bytes than one file may have.
    pub FILE_TOO_LONG = "E0002", "a file that is too long",
        why: "One file is read as a whole and holds at most 256 MiB.",
        example: "",
        fix: "";

    /// The list was cut.
    pub TOO_MANY = "E0003", "too many errors",
        why: "Only the first 500 errors of a file are listed: this is likely no `.scale` file at all.",
        example: "",
        fix: "";

    /// Text that the grammar does not have at this place.
    pub UNEXPECTED = "E0101", "unexpected text",
        why: "The language has nothing that could stand here. The message lists what could.",
        example: r#"cluster "prod" { nodes 2..10 }
metric cpu : percent of capacity = prometheus `cpu`
rule busy { when cpu > 70% 3m then add 1 node }"#,
        fix: r#"cluster "prod" { nodes 2..10 }
metric cpu : percent of capacity = prometheus `cpu`
rule busy { when cpu > 70% for 3m then add 1 node }"#;

    /// A text without its closing quote.
    pub UNTERMINATED = "E0102", "a text that is not closed",
        why: "A text in double quotes ends on its line; one in backticks may span lines. Without the closing quote the rest of the line, or of the file, would be part of it.",
        example: r#"cluster "prod" { nodes 2..10 }
metric cpu : percent of capacity = prometheus `cpu`
rule busy { note "credits run out
 when cpu > 70% then add 1 node }"#,
        fix: r#"cluster "prod" { nodes 2..10 }
metric cpu : percent of capacity = prometheus `cpu`
rule busy { note "credits run out"
 when cpu > 70% then add 1 node }"#;

    /// A `{` without its `}`.
    pub UNCLOSED = "E0103", "a block that is not closed",
        why: "Everything after an open `{` would belong to its block.",
        example: r#"cluster "prod" { nodes 2..10 }
metric cpu : percent of capacity = prometheus `cpu`
rule busy { when cpu > 70% then add 1 node
"#,
        fix: r#"cluster "prod" { nodes 2..10 }
metric cpu : percent of capacity = prometheus `cpu`
rule busy { when cpu > 70% then add 1 node }
"#;

    /// A `}` without its `{`.
    pub UNMATCHED = "E0104", "a closing brace too many",
        why: "No block is open that this `}` could close.",
        example: r#"cluster "prod" { nodes 2..10 }
metric cpu : percent of capacity = prometheus `cpu`
rule busy { when cpu > 70% then add 1 node } }"#,
        fix: r#"cluster "prod" { nodes 2..10 }
metric cpu : percent of capacity = prometheus `cpu`
rule busy { when cpu > 70% then add 1 node }"#;

    /// `;`, or white space that is not ASCII.
    pub ODD_CHARACTER = "E0105", "a character that does nothing here",
        why: "Items and settings end by themselves, without `;`. Spaces that are not ASCII come from web pages and word processors and look like ordinary ones; they are refused so that what you see is what is read.",
        example: r#"cluster "prod" { nodes 2..10 }
metric cpu : percent of capacity = prometheus `cpu`
rule busy { when cpu > 70%; then add 1 node; }"#,
        fix: r#"cluster "prod" { nodes 2..10 }
metric cpu : percent of capacity = prometheus `cpu`
rule busy { when cpu > 70% then add 1 node }"#;

    /// `//` for `#`.
    pub COMMENT_MARK = "E0106", "a comment that starts with `//`",
        why: "Comments start with `#` and run to the end of the line.",
        example: r#"cluster "prod" { nodes 2..10 }
metric cpu : percent of capacity = prometheus `cpu`
// more nodes
rule busy { when cpu > 70% then add 1 node }"#,
        fix: r#"cluster "prod" { nodes 2..10 }
metric cpu : percent of capacity = prometheus `cpu`
# more nodes
rule busy { when cpu > 70% then add 1 node }"#;

    /// Single or typographic quotes.
    pub QUOTES = "E0107", "quotes that are not the language's",
        why: "Texts stand in double quotes or in backticks. Single and typographic quotes come from other languages and from word processors.",
        example: r#"cluster "prod" { nodes 2..10 }
metric cpu : percent of capacity = prometheus `cpu`
rule busy { note 'more nodes' when cpu > 70% then add 1 node }"#,
        fix: r#"cluster "prod" { nodes 2..10 }
metric cpu : percent of capacity = prometheus `cpu`
rule busy { note "more nodes" when cpu > 70% then add 1 node }"#;

    /// PromQL in double quotes with unescaped quotes.
    pub TORN_QUERY = "E0108", "a query cut off by its own quotes",
        why: "The first double quote inside the query ends the text. In backticks nothing needs to be escaped.",
        example: r#"cluster "prod" { nodes 2..10 }
metric cpu : percent of capacity = prometheus "avg(cpu{mode="idle"})"
rule busy { when cpu > 70% then add 1 node }"#,
        fix: r#"cluster "prod" { nodes 2..10 }
metric cpu : percent of capacity = prometheus `avg(cpu{mode="idle"})`
rule busy { when cpu > 70% then add 1 node }"#;

    /// Something like an item with an unknown first word.
    pub UNKNOWN_ITEM = "E0109", "an unknown kind of item",
        why: "A file holds clusters, metrics, constants (`let`), windows, rules and tests, and nothing else.",
        example: r#"cluster "prod" { nodes 2..10 }
metric cpu : percent of capacity = prometheus `cpu`
rul busy { when cpu > 70% then add 1 node }"#,
        fix: r#"cluster "prod" { nodes 2..10 }
metric cpu : percent of capacity = prometheus `cpu`
rule busy { when cpu > 70% then add 1 node }"#;

    /// `=`, `=>`, `&&`, `||`, `!`, `AND`.
    pub OPERATOR = "E0110", "an operator of another language",
        why: "Comparisons are `> >= < <= == !=`, arithmetic is `+ - * /`, and conditions are joined by `and`, `or`, `not`.",
        example: r#"cluster "prod" { nodes 2..10 }
metric cpu : percent of capacity = prometheus `cpu`
rule busy { when cpu = 70% then add 1 node }"#,
        fix: r#"cluster "prod" { nodes 2..10 }
metric cpu : percent of capacity = prometheus `cpu`
rule busy { when cpu == 70% then add 1 node }"#;

    /// A `-` that is no subtraction as the language writes it.
    pub MINUS = "E0111", "a minus without white space, or before a number",
        why: "Names may hold `-`, so a minus has white space on both sides, and it stands between two values: a negative number is written as a difference.",
        example: r#"cluster "prod" { nodes 2..10 }
metric cpu : percent of capacity = prometheus `cpu`
rule busy { when cpu -10% > 60% then add 1 node }"#,
        fix: r#"cluster "prod" { nodes 2..10 }
metric cpu : percent of capacity = prometheus `cpu`
rule busy { when cpu - 10% > 60% then add 1 node }"#;

    /// `a < b < c`.
    pub CHAINED = "E0112", "chained comparisons",
        why: "A comparison is true or false, so it cannot be compared again.",
        example: r#"cluster "prod" { nodes 2..10 }
metric cpu : percent of capacity = prometheus `cpu`
rule busy { when 70% < cpu < 90% then add 1 node }"#,
        fix: r#"cluster "prod" { nodes 2..10 }
metric cpu : percent of capacity = prometheus `cpu`
rule busy { when 70% < cpu and cpu < 90% then add 1 node }"#;

    /// `not` where only a value can stand.
    pub MISPLACED_NOT = "E0113", "a `not` inside an operation",
        why: "`not` binds looser than comparison and arithmetic: it turns a whole condition round.",
        example: r#"cluster "prod" { nodes 2..10 }
metric cpu : percent of capacity = prometheus `cpu`
rule busy { when cpu > not 70% then add 1 node }"#,
        fix: r#"cluster "prod" { nodes 2..10 }
metric cpu : percent of capacity = prometheus `cpu`
rule busy { when not cpu > 70% then add 1 node }"#;

    /// `a for 3m and b`.
    pub FOR_INSIDE = "E0114", "a `for` that is not at the end",
        why: "`for` closes a whole condition. To sustain one part alone, put that part in parentheses with its `for`.",
        example: r#"cluster "prod" { nodes 2..10 }
metric cpu : percent of capacity = prometheus `cpu`
rule busy { when cpu > 70% for 3m and pending-pods > 5 then add 1 node }"#,
        fix: r#"cluster "prod" { nodes 2..10 }
metric cpu : percent of capacity = prometheus `cpu`
rule busy { when (cpu > 70% for 3m) and pending-pods > 5 then add 1 node }"#;

    /// `2-10`, `2...10`, `2 to 10`.
    pub RANGE = "E0118", "a range of another language",
        why: "A range is written with two dots and includes both ends.",
        example: r#"cluster "prod" { nodes 2-10 }"#,
        fix: r#"cluster "prod" { nodes 2..10 }"#;

    /// `then` missing before `add`, or standing before `keep`.
    pub THEN = "E0122", "an action without `then`, or with one too many",
        why: "`add`, `remove` and `set` follow `then`; `track`, `keep` and `hold` apply as long as the rule does and have none.",
        example: r#"cluster "prod" { nodes 2..10 }
metric cpu : percent of capacity = prometheus `cpu`
rule busy { when cpu > 70% add 1 node }"#,
        fix: r#"cluster "prod" { nodes 2..10 }
metric cpu : percent of capacity = prometheus `cpu`
rule busy { when cpu > 70% then add 1 node }"#;

    /// `add 2`.
    pub NODES_WORD = "E0123", "an amount without `nodes`",
        why: "An amount says what it counts, so that the rule reads as a sentence.",
        example: r#"cluster "prod" { nodes 2..10 }
metric cpu : percent of capacity = prometheus `cpu`
rule busy { when cpu > 70% then add 2 }"#,
        fix: r#"cluster "prod" { nodes 2..10 }
metric cpu : percent of capacity = prometheus `cpu`
rule busy { when cpu > 70% then add 2 nodes }"#;

    /// `scale up by 2`.
    pub SCALE_VERB = "E0124", "an action of another language",
        why: "Actions are `add`, `remove` and `set`.",
        example: r#"cluster "prod" { nodes 2..10 }
metric cpu : percent of capacity = prometheus `cpu`
rule busy { when cpu > 70% then scale up by 2 nodes }"#,
        fix: r#"cluster "prod" { nodes 2..10 }
metric cpu : percent of capacity = prometheus `cpu`
rule busy { when cpu > 70% then add 2 nodes }"#;

    /// `busy_cpu`, `CPU`.
    pub NAME = "E0125", "a name that is not kebab-case",
        why: "Names are kebab-case: a lower-case letter, then lower-case letters, digits and `-`. One spelling for all names means nobody has to remember which one it was.",
        example: r#"cluster "prod" { nodes 2..10 }
metric cpu : percent of capacity = prometheus `cpu`
rule busy_cpu { when cpu > 70% then add 1 node }"#,
        fix: r#"cluster "prod" { nodes 2..10 }
metric cpu : percent of capacity = prometheus `cpu`
rule busy-cpu { when cpu > 70% then add 1 node }"#;

    /// `metric when`.
    pub RESERVED = "E0126", "a reserved word as a name",
        why: "`and or not in for when then during outside` can stand beside a name, so they cannot be one.",
        example: r#"cluster "prod" { nodes 2..10 }
metric when : count = prometheus `x`
rule busy { when when > 70 then add 1 node }"#,
        fix: r#"cluster "prod" { nodes 2..10 }
metric wanted : count = prometheus `x`
rule busy { when wanted > 70 then add 1 node }"#;

    /// A quoted name, or a bare text.
    pub TEXT_OR_NAME = "E0127", "quotes too many or missing",
        why: "Names of rules, metrics, windows and constants stand bare; names of clusters, zones and namespaces, which come from outside, stand in quotes.",
        example: r#"cluster "prod" { nodes 2..10 }
metric cpu : percent of capacity = prometheus `cpu`
rule "busy cpu" { when cpu > 70% then add 1 node }"#,
        fix: r#"cluster "prod" { nodes 2..10 }
metric cpu : percent of capacity = prometheus `cpu`
rule busy-cpu { when cpu > 70% then add 1 node }"#;

    /// `metric cpu = …`.
    pub METRIC_UNIT = "E0128", "a metric without a unit",
        why: "Every quantity carries its unit, so that `cpu > 500ms` is found to be wrong before it runs.",
        example: r#"cluster "prod" { nodes 2..10 }
metric cpu = prometheus `cpu`
rule busy { when cpu > 70% then add 1 node }"#,
        fix: r#"cluster "prod" { nodes 2..10 }
metric cpu : percent of capacity = prometheus `cpu`
rule busy { when cpu > 70% then add 1 node }"#;

    /// A unit that is none of the seven.
    pub UNKNOWN_UNIT = "E0129", "an unknown unit",
        why: "Units are `percent`, `count`, `duration`, `bytes`, `rate`, `money` and `number`.",
        example: r#"cluster "prod" { nodes 2..10 }
metric p95 : seconds = prometheus `p95` empty is 0s
rule slow { when p95 > 2s then add 1 node }"#,
        fix: r#"cluster "prod" { nodes 2..10 }
metric p95 : duration = prometheus `p95` empty is 0s
rule slow { when p95 > 2s then add 1 node }"#;

    /// A metric's source that is none.
    pub SOURCE = "E0130", "an unknown source",
        why: "Samples come from ``prometheus `QUERY` `` or, for what the cluster itself knows, from `kubernetes.NAME`.",
        example: r#"cluster "prod" { nodes 2..10 }
metric cpu : percent of capacity = `avg(cpu)`
rule busy { when cpu > 70% then add 1 node }"#,
        fix: r#"cluster "prod" { nodes 2..10 }
metric cpu : percent of capacity = prometheus `avg(cpu)`
rule busy { when cpu > 70% then add 1 node }"#;

    /// `nodes = 2..10`.
    pub STRAY_ASSIGN = "E0131", "an `=` or `:` that does not belong there",
        why: "A setting is a word and its value.",
        example: r#"cluster "prod" { nodes = 2..10 }"#,
        fix: r#"cluster "prod" { nodes 2..10 }"#;

    /// `evaluate 2m`, `join 5m`.
    pub MISSING_WORD = "E0132", "a word is missing",
        why: "Settings read as English; the small words are part of them.",
        example: r#"cluster "prod" { nodes 2..10 evaluate 2m }"#,
        fix: r#"cluster "prod" { nodes 2..10 evaluate every 2m }"#;

    /// A function, event, channel or guard that does not exist.
    pub UNKNOWN_WORD = "E0133", "an unknown word",
        why: "These words come from a fixed set; the message lists it.",
        example: r#"cluster "prod" { nodes 2..10 }
metric cpu : percent of capacity = prometheus `cpu`
rule busy { when mean(cpu, 5m) > 70% then add 1 node }"#,
        fix: r#"cluster "prod" { nodes 2..10 }
metric cpu : percent of capacity = prometheus `cpu`
rule busy { when avg(cpu, 5m) > 70% then add 1 node }"#;

    /// `empty is` or `missing after` twice.
    pub TWICE = "E0134", "a mark given twice",
        why: "Two values for one mark leave open which one holds.",
        example: r#"cluster "prod" { nodes 2..10 }
metric p95 : duration = prometheus `p95` missing after 1m missing after 2m
rule slow { when p95 > 2s then add 1 node }"#,
        fix: r#"cluster "prod" { nodes 2..10 }
metric p95 : duration = prometheus `p95` missing after 2m
rule slow { when p95 > 2s then add 1 node }"#;

    /// More than 32 parentheses or braces inside one another.
    pub TOO_DEEP = "E0136", "nesting that is too deep",
        why: "Nobody can review such a condition, and reading it would need memory without bound.",
        example: r#"cluster "prod" { nodes 2..10 }
metric cpu : percent of capacity = prometheus `cpu`
rule busy { when (((((((((((((((((((((((((((((((((cpu > 70%))))))))))))))))))))))))))))))))) then add 1 node }"#,
        fix: r#"cluster "prod" { nodes 2..10 }
metric cpu : percent of capacity = prometheus `cpu`
rule busy { when cpu > 70% then add 1 node }"#;

    /// An item over 256 KiB, or an expression with more than 256 operators.
    pub TOO_LONG = "E0137", "an item or a condition that is too long",
        why: "Nobody can review such a rule, and checking it would need memory without bound.",
        example: r#"cluster "prod" { nodes 2..10 }
metric cpu : percent of capacity = prometheus `cpu`
rule busy { when cpu > 70% or cpu > 70% or cpu > 70% or cpu > 70% or cpu > 70% or cpu > 70% or cpu > 70% or cpu > 70% or cpu > 70% or cpu > 70% or cpu > 70% or cpu > 70% or cpu > 70% or cpu > 70% or cpu > 70% or cpu > 70% or cpu > 70% or cpu > 70% or cpu > 70% or cpu > 70% or cpu > 70% or cpu > 70% or cpu > 70% or cpu > 70% or cpu > 70% or cpu > 70% or cpu > 70% or cpu > 70% or cpu > 70% or cpu > 70% or cpu > 70% or cpu > 70% or cpu > 70% or cpu > 70% or cpu > 70% or cpu > 70% or cpu > 70% or cpu > 70% or cpu > 70% or cpu > 70% or cpu > 70% or cpu > 70% or cpu > 70% or cpu > 70% or cpu > 70% or cpu > 70% or cpu > 70% or cpu > 70% or cpu > 70% or cpu > 70% or cpu > 70% or cpu > 70% or cpu > 70% or cpu > 70% or cpu > 70% or cpu > 70% or cpu > 70% or cpu > 70% or cpu > 70% or cpu > 70% or cpu > 70% or cpu > 70% or cpu > 70% or cpu > 70% or cpu > 70% or cpu > 70% or cpu > 70% or cpu > 70% or cpu > 70% or cpu > 70% or cpu > 70% or cpu > 70% or cpu > 70% or cpu > 70% or cpu > 70% or cpu > 70% or cpu > 70% or cpu > 70% or cpu > 70% or cpu > 70% or cpu > 70% or cpu > 70% or cpu > 70% or cpu > 70% or cpu > 70% or cpu > 70% or cpu > 70% or cpu > 70% or cpu > 70% or cpu > 70% or cpu > 70% or cpu > 70% or cpu > 70% or cpu > 70% or cpu > 70% or cpu > 70% or cpu > 70% or cpu > 70% or cpu > 70% or cpu > 70% or cpu > 70% or cpu > 70% or cpu > 70% or cpu > 70% or cpu > 70% or cpu > 70% or cpu > 70% or cpu > 70% or cpu > 70% or cpu > 70% or cpu > 70% or cpu > 70% or cpu > 70% or cpu > 70% or cpu > 70% or cpu > 70% or cpu > 70% or cpu > 70% or cpu > 70% or cpu > 70% or cpu > 70% or cpu > 70% or cpu > 70% or cpu > 70% or cpu > 70% or cpu > 70% or cpu > 70% or cpu > 70% or cpu > 70% or cpu > 70% or cpu > 70% then add 1 node }"#,
        fix: r#"cluster "prod" { nodes 2..10 }
metric cpu : percent of capacity = prometheus `cpu`
rule busy { when cpu > 70% then add 1 node }"#;

    /// A backslash before something else than `"`, `\`, `n`, `t`.
    pub ESCAPE = "E0138", "an unknown escape",
        why: r#"In double quotes `\"`, `\\`, `\n` and `\t` are escapes; any other backslash is likely meant for a regular expression, which belongs in backticks."#,
        example: r#"cluster "prod" { nodes 2..10 }
metric cpu : percent of capacity = prometheus `cpu`
rule busy { note "50\% more" when cpu > 70% then add 1 node }"#,
        fix: r#"cluster "prod" { nodes 2..10 }
metric cpu : percent of capacity = prometheus `cpu`
rule busy { note "50% more" when cpu > 70% then add 1 node }"#;

    /// A text where a value belongs.
    pub TEXT_IN_EXPRESSION = "E0139", "a text in an expression",
        why: "Expressions are made of metrics, constants, numbers and functions of these.",
        example: r#"cluster "prod" { nodes 2..10 }
metric cpu : percent of capacity = prometheus `cpu`
rule busy { when cpu > "70%" then add 1 node }"#,
        fix: r#"cluster "prod" { nodes 2..10 }
metric cpu : percent of capacity = prometheus `cpu`
rule busy { when cpu > 70% then add 1 node }"#;

    /// A cluster block in another.
    pub NESTED_CLUSTER = "E0141", "a cluster inside a cluster",
        why: "Several pools of one Kubernetes cluster are several blocks side by side, whose names share the part before a slash.",
        example: r#"cluster "prod" { nodes 2..10
  cluster "gpu" { nodes 0..2 }
}"#,
        fix: r#"cluster "prod/general" { nodes 2..10 }
cluster "prod/gpu" { nodes 0..2 }"#;

    /// Days without times, or a date without its end.
    pub WINDOW_SPAN = "E0142", "a window without its times",
        why: "A window says when it opens and when it closes: `DAYS TIME..TIME`, `DATE..DATE` or `DATE TIME..DATE TIME`.",
        example: r#"cluster "prod" { nodes 2..10 }
metric cpu : percent of capacity = prometheus `cpu`
window sale = 2026-11-27
rule busy { during sale when cpu > 70% then add 1 node }"#,
        fix: r#"cluster "prod" { nodes 2..10 }
metric cpu : percent of capacity = prometheus `cpu`
window sale = 2026-11-27..2026-11-27
rule busy { during sale when cpu > 70% then add 1 node }"#;

    /// A list without its commas.
    pub COMMA = "E0143", "a comma that is missing or too many",
        why: "The entries of a list are separated by commas, and the last one has none.",
        example: r#"cluster "prod" { nodes 2..10 capacity { instances t3.small t3a.small } }"#,
        fix: r#"cluster "prod" { nodes 2..10 capacity { instances t3.small, t3a.small } }"#;
}
