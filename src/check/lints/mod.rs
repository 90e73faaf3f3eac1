//! Warnings about rules that can be used and probably do something that their author does not expect. They look at a
//! set without errors, so each finds everything resolved.

mod above_step;
mod allow;
mod always;
mod budget;
mod cpu_modes;
mod empty_cluster;
mod equals;
mod examples;
mod flapping;
mod forecast;
mod keep;
mod logic;
mod long_window;
mod nan;
mod never;
mod no_effect;
mod nothing;
mod pending;
mod runaway;
mod several_series;
mod shadowed;
mod share;
mod short_cooldown;
mod short_for;
mod subject;
mod unused;
mod visit;
mod week;
mod windows;

pub(super) use subject::{Looked, Model, Subject};

use std::collections::BTreeSet;

use promql_parser::parser::Expr;

use crate::diagnostic::Diagnostic;
use crate::rules::Metric;
use crate::syntax::tree::Text;

/// Every lint of one cluster as a whole, with what is shared.
const LINTS: &[fn(&Subject<'_>, &mut Vec<Diagnostic>)] = &[
    budget::check,
    empty_cluster::check,
    examples::check,
    flapping::check,
    keep::check,
    pending::check,
    shadowed::check,
    short_cooldown::check,
    windows::check,
];

/// Looks at one rule of a cluster.
type RuleLint = fn(&Subject<'_>, &Looked<'_>, &mut Vec<Diagnostic>);

/// All of them look at a rule before the next one is fetched.
const RULE_LINTS: &[RuleLint] = &[
    above_step::check,
    always::check,
    equals::check,
    forecast::check,
    long_window::check,
    never::check,
    no_effect::check,
    nothing::check,
    runaway::check,
    short_for::check,
];

/// Looks at one query, which is parsed for the check anyway.
type QueryLint = fn(&Metric, &Expr, &Text<'_>, &mut Vec<Diagnostic>);

const QUERY_LINTS: &[QueryLint] = &[cpu_modes::check, nan::check, several_series::check, share::check];

/// The warnings about one metric's query.
pub(super) fn query(metric: &Metric, query: &Expr, text: &Text<'_>, found: &mut Vec<Diagnostic>) {
    for lint in QUERY_LINTS {
        lint(metric, query, text, found);
    }
}

/// The warnings of a set, with those about its queries, without those that its comments allow.
pub(super) fn run(model: &Model<'_>, queries: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let mut found = queries;
    unused::check(model, &mut found);
    for subject in &model.subjects {
        for lint in LINTS {
            lint(subject, &mut found);
        }
        for looked in subject.looked() {
            for lint in RULE_LINTS {
                lint(subject, &looked, &mut found);
            }
        }
    }
    // What is shared is looked at with every cluster, and told once.
    let mut told = BTreeSet::new();
    found.retain(|diagnostic| told.insert((diagnostic.primary.span, diagnostic.code)));
    allow::apply(model, &mut found);
    found
}
