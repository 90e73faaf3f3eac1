//! What the names of a ruleset mean: one table for the top level, one for each cluster.

use std::cell::{Cell, OnceCell};
use std::collections::HashMap;
use std::collections::hash_map::Entry as Slot;

use foldhash::fast::RandomState;

use crate::check::quantity;
use crate::rules::{Fact, MetricId, Number, Unit, WindowId};
use crate::source::Span;
use crate::syntax::tree::{Item, Let, Metric, Rule, Test, Window};

/// The items of the top level, or of one cluster, and their names.
#[derive(Default)]
pub(super) struct Scope<'a> {
    /// In order of name, as [`MetricId::Declared`] counts them after those of the top level.
    pub metrics: Vec<&'a Metric<'a>>,
    /// In order of name, as [`WindowId`] counts them after those of the top level.
    pub windows: Vec<&'a Window<'a>>,
    pub constants: Vec<&'a Let<'a>>,
    pub rules: Vec<&'a Rule<'a>>,
    pub tests: Vec<&'a Test<'a>>,
    /// The value of each constant once it is known; `None` where it is wrong and has been reported.
    pub values: Vec<OnceCell<Option<(Unit, Number)>>>,
    /// Whether something was found to rest on each metric, beside `metrics`.
    metrics_used: Vec<Cell<bool>>,
    /// The same beside `windows`.
    windows_used: Vec<Cell<bool>>,
    /// The same beside `constants`.
    constants_used: Vec<Cell<bool>>,
    /// What every use of a metric asks for, beside `metrics`: small enough that none has to go and look at the item.
    units: Vec<(Option<Unit>, bool)>,
    /// For look-ups alone: its order is never used.
    names: HashMap<&'a str, Declared, RandomState>,
}

/// One declared item: its place in the list of its kind. Kept small, as a table of names is looked at all over the place.
#[derive(Clone, Copy)]
struct Declared {
    kind: Kind,
    index: u32,
}

#[derive(Clone, Copy)]
enum Kind {
    Metric,
    Window,
    Constant,
    Rule,
}

/// What a name means where it stands.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Resolved {
    /// The unit is `None` where it is wrong and has been reported.
    Metric {
        id: MetricId,
        unit: Option<Unit>,
        of_capacity: bool,
    },
    /// `None`: wrong and reported.
    Constant(Option<(Unit, Number)>),
    Window(WindowId),
    Rule,
}

impl Resolved {
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Metric { .. } => "a metric",
            Self::Constant(_) => "a constant",
            Self::Window(_) => "a window",
            Self::Rule => "a rule",
        }
    }
}

impl<'a> Scope<'a> {
    /// Sorts the items by kind and name; the names that stand twice are returned, first and second place.
    pub fn new(items: impl Iterator<Item = &'a Item<'a>>) -> (Self, Vec<(&'a str, Span, Span)>) {
        let mut scope = Self::default();
        for item in items {
            match item {
                Item::Metric(metric) => scope.metrics.push(metric),
                Item::Window(window) => scope.windows.push(window),
                Item::Let(constant) => scope.constants.push(constant),
                Item::Rule(rule) => scope.rules.push(rule),
                Item::Test(test) => scope.tests.push(test),
                Item::Cluster(_) => {}
            }
        }
        // Stable, so that of two of one name the first in the text is the first here.
        scope.metrics.sort_by_cached_key(|metric| by_name(metric.name.node));
        scope.windows.sort_by_cached_key(|window| by_name(window.name.node));
        scope.rules.sort_by_cached_key(|rule| by_name(rule.name.node));
        scope.values = scope.constants.iter().map(|_| OnceCell::new()).collect();
        scope.metrics_used = vec![Cell::new(false); scope.metrics.len()];
        scope.windows_used = vec![Cell::new(false); scope.windows.len()];
        scope.constants_used = vec![Cell::new(false); scope.constants.len()];
        let unit = |item: &&Metric<'_>| {
            (item.unit.map(|mark| quantity::unit(mark.unit.node)), item.unit.is_some_and(|mark| mark.of_capacity.is_some()))
        };
        scope.units = scope.metrics.iter().map(unit).collect();
        let doubles = scope.name();
        (scope, doubles)
    }

    fn name(&mut self) -> Vec<(&'a str, Span, Span)> {
        self.names.reserve(self.metrics.len() + self.windows.len() + self.constants.len() + self.rules.len());
        let of = |kind| (0_u32..).map(move |index| Declared { kind, index });
        let metrics = self.metrics.iter().map(|item| item.name).zip(of(Kind::Metric));
        let windows = self.windows.iter().map(|item| item.name).zip(of(Kind::Window));
        let constants = self.constants.iter().map(|item| item.name).zip(of(Kind::Constant));
        let rules = self.rules.iter().map(|item| item.name).zip(of(Kind::Rule));
        let mut doubles = Vec::new();
        let mut names = std::mem::take(&mut self.names);
        for (name, declared) in metrics.chain(windows).chain(constants).chain(rules) {
            match names.entry(name.node) {
                Slot::Vacant(free) => _ = free.insert(declared),
                Slot::Occupied(mut other) => {
                    let place = self.span(*other.get());
                    doubles.push((name.node, place.min(name.span), place.max(name.span)));
                    // The first in the text is the one that is meant.
                    if name.span < place {
                        other.insert(declared);
                    }
                }
            }
        }
        self.names = names;
        doubles
    }

    /// Where it is declared.
    fn span(&self, declared: Declared) -> Span {
        let index = declared.index as usize;
        let name = match declared.kind {
            Kind::Metric => self.metrics.get(index).map(|item| item.name),
            Kind::Window => self.windows.get(index).map(|item| item.name),
            Kind::Constant => self.constants.get(index).map(|item| item.name),
            Kind::Rule => self.rules.get(index).map(|item| item.name),
        };
        name.map(|name| name.span).unwrap_or_default()
    }

    /// Every name that is declared here, in a fixed order.
    pub fn declared(&self) -> impl Iterator<Item = crate::syntax::tree::Name<'a>> + '_ {
        let metrics = self.metrics.iter().map(|item| item.name);
        let windows = self.windows.iter().map(|item| item.name);
        let constants = self.constants.iter().map(|item| item.name);
        let rules = self.rules.iter().map(|item| item.name);
        metrics.chain(windows).chain(constants).chain(rules)
    }

    /// Where the name is declared here.
    pub fn place(&self, name: &str) -> Option<Span> {
        self.names.get(name).map(|declared| self.span(*declared))
    }

    /// The metrics that no item and no setting that was checked rests on.
    pub fn unused_metrics(&self) -> impl Iterator<Item = &'a Metric<'a>> + '_ {
        self.metrics.iter().zip(&self.metrics_used).filter(|(_, used)| !used.get()).map(|(item, _)| *item)
    }

    /// The windows of which that is true.
    pub fn unused_windows(&self) -> impl Iterator<Item = &'a Window<'a>> + '_ {
        self.windows.iter().zip(&self.windows_used).filter(|(_, used)| !used.get()).map(|(item, _)| *item)
    }

    /// The constants of which that is true.
    pub fn unused_constants(&self) -> impl Iterator<Item = &'a Let<'a>> + '_ {
        self.constants.iter().zip(&self.constants_used).filter(|(_, used)| !used.get()).map(|(item, _)| *item)
    }

    fn note_use(&self, declared: Declared) {
        let used = match declared.kind {
            Kind::Metric => &self.metrics_used,
            Kind::Window => &self.windows_used,
            Kind::Constant => &self.constants_used,
            Kind::Rule => return,
        };
        used.get(declared.index as usize).into_iter().for_each(|used| used.set(true));
    }

    /// The constant's place in the list, where the name is one of this scope.
    pub fn constant(&self, name: &str) -> Option<usize> {
        match self.names.get(name)? {
            Declared { kind: Kind::Constant, index } => Some(*index as usize),
            _ => None,
        }
    }
}

/// What is in reach of an item: the scope that it stands in and the top level.
#[derive(Clone, Copy)]
pub(super) struct Names<'s, 'a> {
    pub own: Option<&'s Scope<'a>>,
    pub shared: &'s Scope<'a>,
}

impl<'s, 'a> Names<'s, 'a> {
    pub const fn top(shared: &'s Scope<'a>) -> Self {
        Self { own: None, shared }
    }

    pub const fn within(own: &'s Scope<'a>, shared: &'s Scope<'a>) -> Self {
        Self { own: Some(own), shared }
    }

    /// What the name means to something that rests on it.
    pub fn resolve(&self, name: &str) -> Option<Resolved> {
        self.meaning(name, true)
    }

    /// What the name means to something that can do without it: a test that drives a metric is no use of it.
    pub fn look_up(&self, name: &str) -> Option<Resolved> {
        self.meaning(name, false)
    }

    fn meaning(&self, name: &str, uses: bool) -> Option<Resolved> {
        let (scope, declared, first_metric, first_window) = match self.own.and_then(|own| own.names.get(name).map(|found| (own, *found))) {
            Some((own, found)) => (own, found, self.shared.metrics.len(), self.shared.windows.len()),
            None => match self.shared.names.get(name) {
                Some(found) => (self.shared, *found, 0, 0),
                None => return fact(name).or_else(|| self.misspelt(name, uses)),
            },
        };
        if uses {
            scope.note_use(declared);
        }
        let index = declared.index as usize;
        Some(match declared.kind {
            Kind::Metric => {
                let (unit, of_capacity) = scope.units.get(index).copied().unwrap_or_default();
                Resolved::Metric { id: MetricId::Declared(first_metric + index), unit, of_capacity }
            }
            Kind::Window => Resolved::Window(WindowId(first_window + index)),
            Kind::Constant => Resolved::Constant(scope.values.get(index).and_then(OnceCell::get).cloned().flatten()),
            Kind::Rule => Resolved::Rule,
        })
    }

    /// A name that is not kebab-case, which has been reported, as it should be written.
    fn misspelt(&self, name: &str, uses: bool) -> Option<Resolved> {
        let meant = Some(crate::syntax::kebab(name))
            .filter(|meant| meant != name && name.bytes().any(|byte| byte.is_ascii_uppercase() || byte == b'_'))?;
        self.meaning(&meant, uses)
    }

    /// The declared metrics in reach, with their units.
    pub fn metrics(&self) -> impl Iterator<Item = &'a Metric<'a>> + use<'s, 'a> {
        self.scopes().flat_map(|scope| scope.metrics.iter().copied())
    }

    pub fn windows(&self) -> impl Iterator<Item = &'a Window<'a>> + use<'s, 'a> {
        self.scopes().flat_map(|scope| scope.windows.iter().copied())
    }

    pub fn constants(&self) -> impl Iterator<Item = &'a Let<'a>> + use<'s, 'a> {
        self.scopes().flat_map(|scope| scope.constants.iter().copied())
    }

    pub fn rules(&self) -> impl Iterator<Item = &'a Rule<'a>> + use<'s, 'a> {
        self.scopes().flat_map(|scope| scope.rules.iter().copied())
    }

    fn scopes(&self) -> impl Iterator<Item = &'s Scope<'a>> + use<'s, 'a> {
        self.own.into_iter().chain([self.shared])
    }
}

/// A key that sorts as the name does. Most names differ in their first bytes, which stand in the key itself: the text need
/// not be fetched.
fn by_name(name: &str) -> (u128, &str) {
    let mut first = [0; 16];
    for (place, byte) in first.iter_mut().zip(name.bytes()) {
        *place = byte;
    }
    (u128::from_be_bytes(first), name)
}

fn fact(name: &str) -> Option<Resolved> {
    let fact = Fact::ALL.into_iter().find(|fact| fact.name() == name)?;
    Some(Resolved::Metric { id: MetricId::Fact(fact), unit: Some(Unit::Count), of_capacity: false })
}

#[cfg(test)]
mod tests {
    use super::by_name;

    #[test]
    fn keys_sort_as_the_names_do() {
        let mut names = ["b", "a", "ab", "", "a-long-name-indeed-2", "a-long-name-indeed-10", "a-long-name-inde", "é", "z-10", "z-9", "z"];
        let mut by_key = names;
        names.sort_unstable();
        by_key.sort_unstable_by_key(|name| by_name(name));
        assert_eq!(by_key, names);
    }
}
