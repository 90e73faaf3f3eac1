//! Properties of the parser and the formatter, on texts of every kind: bytes, words in any order, mutated cases of the
//! corpus, and valid rulesets.
#![expect(clippy::expect_used, reason = "a test that fails says so by a panic")]

#[path = "support/holds.rs"]
mod holds;
#[path = "support/shape.rs"]
mod shape;

use std::path::{Path, PathBuf};

use proptest::prelude::*;
use smartscale::source::FileId;
use smartscale::syntax;

/// Words and signs of the language and of its neighbours.
const WORDS: &[&str] = &[
    "cluster",
    "metric",
    "let",
    "window",
    "rule",
    "test",
    "urgent",
    "when",
    "then",
    "during",
    "outside",
    "early",
    "note",
    "cooldown",
    "add",
    "remove",
    "set",
    "keep",
    "track",
    "hold",
    "nodes",
    "node",
    "for",
    "and",
    "or",
    "not",
    "in",
    "at",
    "expect",
    "stay",
    "by",
    "because",
    "start",
    "series",
    "load",
    "join",
    "over",
    "missing",
    "after",
    "empty",
    "is",
    "percent",
    "count",
    "of",
    "capacity",
    "prometheus",
    "kubernetes",
    ".",
    "timezone",
    "evaluate",
    "every",
    "step",
    "up",
    "down",
    "budget",
    "drain",
    "protect",
    "namespace",
    "notify",
    "slack",
    "on",
    "failure",
    "daily",
    "mon",
    "..",
    "09:00",
    "2026-11-27",
    "cpu",
    "busy-cpu",
    "avg",
    "(",
    ")",
    "{",
    "}",
    ",",
    ":",
    "=",
    "==",
    ">",
    "+",
    "-",
    "*",
    "/",
    "70%",
    "5m",
    "2",
    "$1/h",
    "\"a\"",
    "`up`",
    "\"",
    "`",
    "'",
    "#",
    "//",
    ";",
    "\n",
    "\r\n",
    "\t",
    "“",
    "é",
    "\u{a0}",
    "&&",
    "!",
];

fn corpus() -> Vec<PathBuf> {
    fn walk(folder: &Path, into: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(folder).expect("the corpus is there") {
            let path = entry.expect("it can be read").path();
            if path.is_dir() { walk(&path, into) } else { into.push(path) }
        }
    }
    let mut files = Vec::new();
    walk(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus"), &mut files);
    files.sort();
    files
}

fn all_holds(bytes: &[u8]) {
    holds::parses(bytes);
    holds::checks(bytes);
    holds::formats(bytes);
}

fn word() -> impl Strategy<Value = &'static str> {
    prop::sample::select(WORDS)
}

fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        prop::sample::select(vec!["cpu", "memory", "p95", "window", "load", "at", "min", "step", "nodes"]).prop_map(str::to_owned),
        "[a-z][a-z0-9-]{0,8}".prop_filter("reserved", |name| {
            !["and", "or", "not", "in", "for", "when", "then", "during", "outside", "missing"].contains(&name.as_str())
        }),
    ]
}

fn literal() -> impl Strategy<Value = String> {
    prop_oneof![
        (0u32..10_000).prop_map(|number| number.to_string()),
        (0u32..100, 0u32..100).prop_map(|(whole, part)| format!("{whole}.{part}")),
        (0u32..=100).prop_map(|number| format!("{number}%")),
        (1u32..100, prop::sample::select(vec!["ms", "s", "m", "h", "d", "w", "MiB", "GB", "/s"]))
            .prop_map(|(number, unit)| format!("{number}{unit}")),
        (1u32..24, 1u32..60).prop_map(|(hours, minutes)| format!("{hours}h{minutes}m")),
        (1u32..100).prop_map(|cents| format!("$0.{cents}/h")),
    ]
}

fn value() -> impl Strategy<Value = String> {
    prop_oneof![literal(), name()]
}

fn expression() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![literal(), name(), (name(), literal()).prop_map(|(name, value)| format!("avg({name}, {value})"))];
    leaf.prop_recursive(4, 24, 3, |inner| {
        let operator = prop::sample::select(vec!["+", "-", "*", "/", "and", "or"]);
        prop_oneof![
            (inner.clone(), operator, inner.clone()).prop_map(|(left, op, right)| format!("{left} {op} {right}")),
            inner.clone().prop_map(|inner| format!("({inner})")),
            (inner.clone(), literal()).prop_map(|(inner, value)| format!("({inner} > {value} for 5m)")),
            inner.clone().prop_map(|inner| format!("ceil({inner})")),
            (name(), value(), value()).prop_map(|(name, low, high)| format!("({name} in {low}..{high})")),
            inner.prop_map(|inner| format!("(not {inner})")),
        ]
    })
}

fn clause() -> impl Strategy<Value = String> {
    prop_oneof![
        expression().prop_map(|when| format!("when {when}")),
        (expression(), literal()).prop_map(|(when, sustain)| format!("when {when} for {sustain}")),
        name().prop_map(|window| format!("during {window}")),
        (name(), value()).prop_map(|(window, early)| format!("outside {window} early {early}")),
        Just("note \"why \\\"so\\\" # no comment\"".to_owned()),
        value().prop_map(|span| format!("cooldown {span}")),
        expression().prop_map(|amount| format!("then add {amount} nodes")),
        expression().prop_map(|amount| format!("then remove {amount} nodes")),
        (name(), value()).prop_map(|(metric, target)| format!("track {metric} at {target} within 5%")),
        (value(), value()).prop_map(|(low, high)| format!("keep {low}..{high} nodes")),
        Just("hold removals".to_owned()),
    ]
}

/// What may stand between two tokens.
fn gap() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![" ", " ", " ", "\n", "\n\n\n", "  # a comment { \" `\n", "\n# another\n", "\r\n\t"])
}

fn item() -> impl Strategy<Value = String> {
    let joined = |parts: Vec<(String, &'static str)>| parts.into_iter().map(|(part, gap)| part + gap).collect::<String>();
    prop_oneof![
        (name(), gap(), prop::collection::vec((clause(), gap()), 0..5), gap())
            .prop_map(move |(name, before, clauses, after)| format!("rule {name}{before}{{{before}{}}}{after}", joined(clauses))),
        (name(), gap(), value()).prop_map(|(name, gap, value)| format!("metric {name}{gap}: count = prometheus{gap}`sum(x) # \"`{gap}missing after {value}\n")),
        (name(), gap(), expression()).prop_map(|(name, gap, value)| format!("let {name}{gap}= {value}\n")),
        (name(), gap()).prop_map(|(name, gap)| format!("window {name} = mon, wed{gap}22:00..06:00 or{gap}2026-11-27..2026-11-30 except 2026-11-28\n")),
        (gap(), value(), value()).prop_map(|(gap, low, high)| format!(
            "cluster \"c\" {{{gap}nodes {low}..{high}{gap}step up 1{gap}capacity {{ spot 70% else on-demand{gap}zones balanced }}{gap}notify sns on failure}}\n"
        )),
        (gap(), name(), value()).prop_map(|(gap, name, value)| format!(
            "test \"t\" {{{gap}start nodes 3 at 2026-11-25 12:00{gap}series {name} {value} for 5m,{gap}1..2 over 3m, missing{gap}at 5m expect add 1 node by {name}}}\n"
        )),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_read_without_harm(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        all_holds(&bytes);
    }

    #[test]
    fn words_in_any_order_are_read_without_harm(words in prop::collection::vec(word(), 0..80)) {
        all_holds(words.join(" ").as_bytes());
        all_holds(words.concat().as_bytes());
    }

    #[test]
    fn mutated_cases_are_read_without_harm(
        file in prop::sample::select(corpus()),
        changes in prop::collection::vec((any::<prop::sample::Index>(), 0usize..20, word()), 1..4),
    ) {
        let mut text = String::from_utf8_lossy(&std::fs::read(file).expect("it can be read")).into_owned();
        for (at, length, word) in changes {
            let places: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
            let first = at.index(places.len());
            let last = (first + length).min(places.len() - 1);
            text.replace_range(places[first]..places[last], word);
        }
        all_holds(text.as_bytes());
    }

    #[test]
    fn rulesets_of_the_language_are_read_and_laid_out(items in prop::collection::vec(item(), 0..6)) {
        let text = items.concat();
        let parsed = syntax::parse(FileId(0), &text);
        prop_assert_eq!(parsed.diagnostics, [], "{}", text);
        prop_assert_eq!(parsed.tree.items.len(), items.len(), "{}", text);
        holds::formats(text.as_bytes());
    }
}

#[test]
fn what_fuzzing_found_stays_mended() {
    for file in corpus() {
        all_holds(&std::fs::read(file).expect("it can be read"));
    }
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/kept");
    for entry in std::fs::read_dir(kept).expect("the kept corpus is there") {
        all_holds(&std::fs::read(entry.expect("it can be read").path()).expect("it can be read"));
    }
}
