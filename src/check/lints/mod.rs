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

pub(super) use subject::{Model, Subject};

use std::collections::BTreeSet;

use crate::diagnostic::Diagnostic;

/// Every lint of one cluster with what is shared.
const LINTS: &[fn(&Subject<'_>, &mut Vec<Diagnostic>)] = &[
    above_step::check,
    always::check,
    budget::check,
    cpu_modes::check,
    empty_cluster::check,
    equals::check,
    examples::check,
    flapping::check,
    forecast::check,
    keep::check,
    long_window::check,
    nan::check,
    never::check,
    no_effect::check,
    nothing::check,
    pending::check,
    runaway::check,
    several_series::check,
    shadowed::check,
    share::check,
    short_cooldown::check,
    short_for::check,
    windows::check,
];

/// The warnings of a set, without those that its comments allow.
pub(super) fn run(model: &Model<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    unused::check(model, &mut found);
    for subject in &model.subjects {
        for lint in LINTS {
            lint(subject, &mut found);
        }
    }
    // What is shared is looked at with every cluster, and told once.
    let mut told = BTreeSet::new();
    found.retain(|diagnostic| told.insert((diagnostic.primary.span, diagnostic.code)));
    allow::apply(model, &mut found);
    found
}
