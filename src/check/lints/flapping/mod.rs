//! W0301: rules that flap, as a proof by exhaustion.
//!
//! What is shown: for every constant load and every count of nodes in the cluster's range (the first [`MOST_COUNTS`] of
//! a longer one), repeated decisions come to rest, or there is a load at which they go round in a circle, which is
//! reported in numbers. Loads are compared exactly: between two critical loads, at which some comparison or amount
//! changes at some count, every decision is the same, so one load of each such stretch and each critical load stand for
//! all. From one to the next only the counts are decided again at which something changes, and a new circle goes
//! through one of them.
//!
//! How the cluster is modelled: nodes are ready at once; an `of capacity` metric is 100% × its load / nodes, capped at
//! 100% and missing without nodes; every other metric keeps a constant value, and all values that matter are tried; no
//! pod waits; every window that can be open with others is tried open and closed. All has lasted for ever, so `for`,
//! functions and forecasts see just the value, and cooldowns are over. Metrics have one load for all, then loads
//! independent of each other where that can be tried within [`MOST_WORK`].
//!
//! Every decision is reckoned with all rules and exact numbers, so that a circle that is told is one. Comparisons and
//! amounts that are not linear in one metric have no critical loads of their own: with them a circle may be missed.
//!
//! The circle is looked for in what the rules propose. Where the guard `rebound` breaks it, the warning says so.

mod compile;
mod decide;
mod linear;
mod loads;
#[cfg(test)]
mod tests;

use crate::check::lints::Subject;
use crate::check::lints::flapping::compile::{Model, compile};
use crate::check::lints::flapping::decide::{Circle, Walker, World};
use crate::check::lints::flapping::loads::{Trial, trials};
use crate::check::lints::subject::{action_span, condition_span};
use crate::check::lints::week;
use crate::check::quantity::{list, show};
use crate::diagnostic::Diagnostic;
use crate::diagnostic::codes::lint_dynamics::FLAPPING;
use crate::rules::{Number, Unit};

/// How many counts of the range are looked at, as far as [`MOST_WORK`] allows, and how few at least.
const MOST_COUNTS: u32 = 1024;
const FEWEST_COUNTS: u32 = 32;

/// How many rules a cluster may have.
const MOST_RULES: usize = 500;

/// How many circles that `rebound` stops are looked at, for one that it does not.
const MOST_CIRCLES: usize = 256;

/// How many rules may be judged, all in all.
const MOST_WORK: usize = 2_000_000;

/// How many combinations of open windows are tried.
const MOST_WINDOWS: usize = 32;

pub(super) fn check(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    if let Some(circle) = find(subject) {
        found.push(report(subject, &circle));
    }
}

/// A circle, and the load at which it was found.
struct Found {
    circle: Circle,
    model: Model,
    trial: Trial,
    world: Vec<usize>,
    open: Vec<bool>,
    /// Where the guard `rebound` brings the cluster to rest; `None`: nowhere.
    rest: Option<u32>,
}

fn find(subject: &Subject<'_>) -> Option<Found> {
    // A cluster of very many rules is beyond what can be tried.
    if subject.cluster.rules.len() > MOST_RULES {
        return None;
    }
    let open = week::combinations(&subject.cluster.windows, MOST_WINDOWS);
    let work = MOST_WORK / open.len().max(1);
    let range = subject.cluster.nodes;
    let mut counts = MOST_COUNTS;
    loop {
        let top = range.upper.min(range.lower.saturating_add(counts - 1));
        let model = compile(subject, range.lower, top)?;
        let trials = trials(subject, &model, work);
        if !trials.is_empty() || counts < FEWEST_COUNTS {
            return trials.iter().find_map(|trial| try_all(subject, &model, trial, &open));
        }
        counts /= 2;
    }
}

/// The first circle at any load that no guard stops, else the first that `rebound` does.
fn try_all(subject: &Subject<'_>, model: &Model, trial: &Trial, open: &[Vec<bool>]) -> Option<Found> {
    let swept = trial.groups.get(trial.swept)?;
    let mut held: Option<Found> = None;
    let mut circles = 0;
    let mut walker = Walker::new(model.counts().count());
    for mut indices in trial.combinations() {
        for open in open {
            let mut next: Vec<u32> = model.counts().collect();
            for (index, changes) in swept.changes.iter().enumerate() {
                if let Some(place) = indices.get_mut(trial.swept) {
                    *place = index;
                }
                let here = World { subject, model, trial, indices: &indices, open };
                let everything = index == 0 || model.all_change;
                let changed = model.counts().filter(|_| everything).chain(changes.iter().copied().filter(|_| !everything));
                for count in changed.clone() {
                    if let Some(next) = model.place(count).and_then(|place| next.get_mut(place)) {
                        *next = here.next(count, false);
                    }
                }
                let Some(circle) = walker.circle(&next, model.lower, changed) else { continue };
                circles += 1;
                let rest = here.rest(&circle);
                let found =
                    || Found { circle, model: model.clone(), trial: trial.clone(), world: indices.clone(), open: open.clone(), rest };
                if rest.is_none() {
                    return Some(found());
                }
                if held.is_none() {
                    held = Some(found());
                }
                if circles >= MOST_CIRCLES {
                    return held;
                }
            }
        }
    }
    held
}

fn report(subject: &Subject<'_>, found: &Found) -> Diagnostic {
    let world = World { subject, model: &found.model, trial: &found.trial, indices: &found.world, open: &found.open };
    let counts = &found.circle.counts;
    let mut round: Vec<String> = counts.iter().map(u32::to_string).collect();
    round.extend(counts.first().map(u32::to_string));
    let mut names = Vec::new();
    let mut places = Vec::new();
    for (step, count) in counts.iter().enumerate() {
        let next = counts.get(step + 1).or(counts.first()).copied().unwrap_or(*count);
        let way = if next > *count { format!("adds {}", next - count) } else { format!("removes {}", count - next) };
        for index in world.deciding(*count, next) {
            let (Some(rule), Some(text)) = (subject.cluster.rules.get(index), subject.rules.get(index)) else { continue };
            if names.contains(&rule.name) {
                continue;
            }
            names.push(rule.name.clone());
            let place = if rule.when.is_some() { condition_span(text) } else { action_span(text) };
            let values = world.values(index, *count);
            let values = if values.is_empty() { String::new() } else { format!(" {values}") };
            let plural = if *count == 1 { "node" } else { "nodes" };
            places.push((place, next > *count, format!("at {count} {plural}{values}: {way}")));
        }
    }
    // The removal is what most often is too eager.
    places.sort_by_key(|(_, up, _)| *up);
    let load = world.load(&found.circle);
    let settle = if names.len() == 1 { "settles" } else { "settle" };
    let message = format!("{} never {settle} {load}: {} …", list(&names), round.join(" → "));
    let mut places = places.into_iter();
    let Some((place, _, label)) = places.next() else {
        return Diagnostic::new(FLAPPING, subject.block.tree.name.span, message);
    };
    let mut diagnostic = Diagnostic::new(FLAPPING, place, message).label(label);
    for (place, _, label) in places {
        diagnostic = diagnostic.also(place, label);
    }
    diagnostic = match found.rest {
        Some(rest) => diagnostic
            .note(format!("only the guard `rebound` stops it: the cluster stays at {rest} nodes, and the removal is held back for ever")),
        None => diagnostic.note("no guard stops it"),
    };
    diagnostic.help("leave more room between the thresholds than the change of one step makes")
}

/// A value with at most one decimal, for people.
fn about(value: &Number, unit: Unit) -> String {
    let ten = Number::integer(10);
    let rounded = value.multiply(&ten).round().divide(&ten).unwrap_or(Number::ZERO);
    show(&rounded, unit)
}
