//! Which loads stand for all: the critical ones, at which something changes at some count, and one between each two.

use std::collections::BTreeMap;

use crate::check::lints::Subject;
use crate::check::lints::flapping::compile::Model;
use crate::rules::Number;

/// Metrics whose values go together, with the values to try in rising order.
#[derive(Clone)]
pub(super) struct Group {
    /// Loads in nodes of work for shares of capacity, else values of the metric.
    pub values: Vec<Number>,
    /// Beside `values`: the counts of nodes at which something changes on the way from the value before.
    pub changes: Vec<Vec<u32>>,
}

/// One way to try every load.
#[derive(Clone)]
pub(super) struct Trial {
    pub groups: Vec<Group>,
    /// The group of each metric of the model.
    of: Vec<usize>,
    /// The group that is gone through value by value, for each combination of the others.
    pub swept: usize,
}

/// One load for all shares of capacity first: it reads best, and is what a test's `load` does. Then each with a load of
/// its own, where that is little enough `work`.
pub(super) fn trials(subject: &Subject<'_>, model: &Model, work: usize) -> Vec<Trial> {
    let critical: Vec<Critical> = (0..model.metrics.len()).map(|metric| model.critical(subject, metric)).collect();
    let loads = model.of_capacity.iter().filter(|load| **load).count();
    let mut trials = Vec::new();
    if loads > 0 {
        trials.push(tied(model, &critical));
    }
    if loads != 1 {
        trials.push(free(model, &critical));
    }
    trials.retain(|trial| trial.work(model) <= work);
    trials
}

/// Values at which something changes, each with the counts at which it does.
pub(super) type Critical = BTreeMap<Number, Vec<u32>>;

fn tied(model: &Model, critical: &[Critical]) -> Trial {
    let mut common = Critical::new();
    let loads = critical.iter().zip(&model.of_capacity).filter(|(_, load)| **load);
    for (value, counts) in loads.flat_map(|(critical, _)| critical) {
        common.entry(value.clone()).or_default().extend(counts);
    }
    let mut groups = vec![Group::new(&common, true)];
    let mut of = Vec::new();
    for (critical, load) in critical.iter().zip(&model.of_capacity) {
        of.push(if *load { 0 } else { groups.len() });
        if !*load {
            groups.push(Group::new(critical, false));
        }
    }
    Trial::new(groups, of)
}

fn free(model: &Model, critical: &[Critical]) -> Trial {
    let groups: Vec<Group> = critical.iter().zip(&model.of_capacity).map(|(critical, load)| Group::new(critical, *load)).collect();
    let of = (0..groups.len()).collect();
    // Without any metric there is still one world.
    if groups.is_empty() { Trial::new(vec![Group::new(&Critical::new(), false)], of) } else { Trial::new(groups, of) }
}

impl Trial {
    fn new(groups: Vec<Group>, of: Vec<usize>) -> Self {
        let swept = (0..groups.len()).max_by_key(|group| groups.get(*group).map_or(0, |group| group.values.len())).unwrap_or(0);
        Self { groups, of, swept }
    }

    /// The value of a metric, where each group is at the value of its index.
    pub fn value(&self, metric: usize, indices: &[usize]) -> Option<&Number> {
        let group = *self.of.get(metric)?;
        self.groups.get(group)?.values.get(*indices.get(group)?)
    }

    /// How many decisions of single rules it takes.
    fn work(&self, model: &Model) -> usize {
        let counts = model.counts().count();
        let others = self.groups.iter().enumerate().filter(|(group, _)| *group != self.swept);
        let combinations = others.fold(1, |product: usize, (_, group)| product.saturating_mul(group.values.len()));
        let changes = self.groups.get(self.swept).map_or(0, |group| {
            if model.all_change { counts.saturating_mul(group.values.len()) } else { group.changes.iter().map(Vec::len).sum() }
        });
        counts.saturating_add(changes).saturating_mul(combinations).saturating_mul(model.rules.len().max(1))
    }

    /// Every combination of the groups but the swept one, which is at its first value.
    pub fn combinations(&self) -> Vec<Vec<usize>> {
        let mut all: Vec<Vec<usize>> = vec![Vec::new()];
        for (place, group) in self.groups.iter().enumerate() {
            let values = if place == self.swept { 1 } else { group.values.len() };
            all = all.iter().flat_map(|indices| (0..values).map(|index| [indices.as_slice(), &[index]].concat())).collect();
        }
        all
    }
}

impl Group {
    /// The critical values, and one in each stretch between them, before the first and after the last.
    fn new(critical: &Critical, load: bool) -> Self {
        let mut group = Self { values: Vec::new(), changes: Vec::new() };
        let (Some((first, _)), Some((last, _))) = (critical.first_key_value(), critical.last_key_value()) else {
            group.push(Number::ZERO, &[]);
            return group;
        };
        let one = Number::integer(1);
        if !load {
            group.push(first.subtract(&one), &[]);
        } else if !first.is_zero() {
            group.push(Number::ZERO, &[]);
            group.push(between(&Number::ZERO, first), &[]);
        }
        let mut values = critical.iter().peekable();
        while let Some((value, counts)) = values.next() {
            group.push(value.clone(), counts);
            if let Some((next, _)) = values.peek() {
                group.push(between(value, next), counts);
            }
        }
        group.push(last.add(&one), critical.last_key_value().map_or(&[], |(_, counts)| counts));
        group
    }

    fn push(&mut self, value: Number, changes: &[u32]) {
        let mut changes = changes.to_vec();
        changes.sort_unstable();
        changes.dedup();
        self.values.push(value);
        self.changes.push(changes);
    }
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
