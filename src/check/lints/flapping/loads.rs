//! Which loads stand for all: the critical ones, at which some comparison changes at some count, and one between each
//! two.

use crate::check::lints::flapping::compile::{Model, Proposes};
use crate::rules::Number;

/// Values to try for each metric of the model: loads in nodes of work for a share of capacity, else values.
#[derive(Clone)]
pub(super) struct Trial {
    pub values: Vec<Vec<Number>>,
    /// One load for all shares of capacity: their indices go together.
    tied: Option<Vec<bool>>,
}

/// The whole product where that is little enough work, else one load for all.
pub(super) fn trials(model: &Model, work: usize) -> Vec<Trial> {
    let counts = usize::try_from(model.top - model.lower + 1).unwrap_or(usize::MAX);
    let each = counts.saturating_mul(model.rules.len().max(1));
    let critical: Vec<Vec<Number>> = (0..model.metrics.len()).map(|metric| critical(model, metric)).collect();
    let free: Vec<Vec<Number>> = critical.iter().zip(&model.of_capacity).map(|(critical, load)| values(critical, *load)).collect();
    let mut common: Vec<Number> =
        critical.iter().zip(&model.of_capacity).filter(|(_, load)| **load).flat_map(|(critical, _)| critical.clone()).collect();
    common.sort_unstable();
    common.dedup();
    let common = values(&common, true);
    let shared: Vec<Vec<Number>> =
        free.iter().zip(&model.of_capacity).map(|(free, load)| if *load { common.clone() } else { free.clone() }).collect();
    let loads = model.of_capacity.iter().filter(|load| **load).count();
    let product = |lists: &[Vec<Number>], tied: bool| {
        let factors = lists.iter().zip(&model.of_capacity).filter(|(_, load)| !(tied && **load)).map(|(list, _)| list.len());
        factors.fold(if tied { common.len() } else { 1 }, usize::saturating_mul).saturating_mul(each)
    };
    let mut trials = Vec::new();
    // One load for all first: it reads best, and is what a test's `load` does.
    if loads > 0 && product(&shared, true) <= work {
        trials.push(Trial { values: shared, tied: Some(model.of_capacity.clone()) });
    } else if loads > 0 {
        // Too much even so: every other metric at one value that keeps as much as possible idle.
        let still = shared
            .iter()
            .zip(&model.of_capacity)
            .map(|(list, load)| if *load { list.clone() } else { list.iter().take(1).cloned().collect() });
        let most = (work / each.max(1)).max(1);
        let still: Vec<Vec<Number>> = still.map(|list: Vec<Number>| list.into_iter().take(most).collect()).collect();
        trials.push(Trial { values: still, tied: Some(model.of_capacity.clone()) });
    }
    if loads != 1 && product(&free, false) <= work {
        trials.push(Trial { values: free, tied: None });
    }
    trials
}

impl Trial {
    /// Every combination, as one index into each list.
    pub fn worlds(&self) -> Vec<Vec<usize>> {
        let is_tied = |metric: usize| self.tied.as_ref().is_some_and(|tied| tied.get(metric) == Some(&true));
        let mut worlds: Vec<Vec<usize>> = vec![Vec::new()];
        for (metric, list) in self.values.iter().enumerate() {
            let leader = (0..metric).find(|other| is_tied(*other)).filter(|_| is_tied(metric));
            let mut next = Vec::new();
            for world in worlds {
                match leader.and_then(|leader| world.get(leader).copied()) {
                    Some(index) => next.push([world.as_slice(), &[index]].concat()),
                    None => next.extend((0..list.len()).map(|index| [world.as_slice(), &[index]].concat())),
                }
            }
            worlds = next;
        }
        worlds
    }
}

/// The values at which some comparison with the metric changes at some count; never below nothing for a load.
fn critical(model: &Model, metric: usize) -> Vec<Number> {
    let load = model.of_capacity.get(metric) == Some(&true);
    let hundred = Number::integer(100);
    let mut found = Vec::new();
    let mut add = |value: Number, count: u32| {
        if !load {
            found.push(value);
        } else if !value.is_negative()
            && value <= hundred
            && let Some(load) = value.multiply(&Number::from(count)).divide(&hundred)
        {
            found.push(load);
        }
    };
    for atom in model.atoms.iter().filter(|atom| atom.metric == Some(metric)) {
        for (count, side) in model.counts().zip(&atom.sides) {
            if let Some((side, (_, slope))) = side.as_ref().and_then(|side| side.slope.as_ref().map(|slope| (side, slope)))
                && let Some(value) = side.rest.negate().divide(slope)
            {
                add(value, count);
            }
        }
    }
    for rule in &model.rules {
        let Proposes::Track(tracked, at, within) = &rule.proposes else { continue };
        if *tracked != metric {
            continue;
        }
        let share = within.divide(&hundred).unwrap_or(Number::ZERO);
        for count in model.counts() {
            for factor in [Number::integer(1).add(&share), Number::integer(1).subtract(&share)] {
                add(at.multiply(&factor), count);
            }
            add(hundred.clone(), count);
            // Where the proposal goes from one count to the next.
            add(at.clone(), count);
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// The critical values, and one in each stretch between them.
fn values(critical: &[Number], load: bool) -> Vec<Number> {
    let (Some(first), Some(last)) = (critical.first(), critical.last()) else {
        return vec![Number::ZERO];
    };
    let one = Number::integer(1);
    let mut values = Vec::new();
    if !load {
        values.push(first.subtract(&one));
    } else if !first.is_zero() {
        values.push(Number::ZERO);
        values.push(between(&Number::ZERO, first));
    }
    for (index, value) in critical.iter().enumerate() {
        values.push(value.clone());
        if let Some(next) = critical.get(index + 1) {
            values.push(between(value, next));
        }
    }
    values.push(last.add(&one));
    values
}

/// The number with the fewest decimals between two others.
fn between(low: &Number, high: &Number) -> Number {
    let mut scale = Number::integer(1);
    for _ in 0..12 {
        let candidate = low.multiply(&scale).floor().add(&Number::integer(1)).divide(&scale);
        if let Some(candidate) = candidate.filter(|candidate| candidate < high) {
            return candidate;
        }
        scale = scale.multiply(&Number::integer(10));
    }
    low.add(high).divide(&Number::integer(2)).unwrap_or_else(|| low.clone())
}
