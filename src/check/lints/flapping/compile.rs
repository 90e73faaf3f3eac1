//! Rules as the proof needs them: conditions over numbered comparisons, each linear in one metric at every count.

use std::cell::RefCell;
use std::collections::BTreeSet;

use crate::check::lints::Subject;
use crate::check::lints::flapping::linear::{Linear, linear};
use crate::check::lints::flapping::loads::Critical;
use crate::check::lints::visit;
use crate::rules::{Action, Amount, Comparison, Condition, Expression, MetricId, Number, Rule, Step};

/// Everything that decides, for the counts `lower..=top`.
#[derive(Clone)]
pub(super) struct Model {
    pub lower: u32,
    pub top: u32,
    /// The metrics that the rules rest on, by index, in order.
    pub metrics: Vec<usize>,
    /// Which of `metrics` are shares of capacity.
    pub of_capacity: Vec<bool>,
    pub atoms: Vec<Atom>,
    pub rules: Vec<Compiled>,
    /// Whether some comparison or amount is not linear: then no value tells at which counts something changes.
    pub all_change: bool,
    step: Step,
}

/// `left OP right`.
#[derive(Clone)]
pub(super) struct Atom {
    pub operator: Comparison,
    pub left: Expression,
    pub right: Expression,
    /// `left - right`, for each count from `lower` on; `None`: not linear, or unknown, at this count.
    pub sides: Vec<Option<Linear>>,
}

#[derive(Clone)]
pub(super) enum Node {
    Atom(usize),
    Not(Box<Self>),
    And(Vec<Self>),
    Or(Vec<Self>),
    /// A share of capacity is missing: without nodes.
    NoNodes,
    Never,
}

#[derive(Clone)]
pub(super) struct Compiled {
    /// Its index in the cluster's rules.
    pub index: usize,
    pub when: Option<Node>,
    pub proposes: Proposes,
}

#[derive(Clone)]
pub(super) enum Proposes {
    /// That count, at each count from `lower` on.
    Count(Vec<Option<u32>>),
    /// As many as an expression over metrics says.
    Measured(Way, Expression),
    /// By what it tracks: the position in [`Model::metrics`], the value, the tolerance in percent.
    Track(usize, Number, Number),
    Bounds,
    Veto,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    Add,
    Remove,
    Set,
}

/// `None`: no rule changes the count.
pub(super) fn compile(subject: &Subject<'_>, lower: u32, top: u32) -> Option<Model> {
    let used = RefCell::new(BTreeSet::new());
    for rule in &subject.cluster.rules {
        visit::rule_names(rule, |metric| {
            if let MetricId::Declared(index) = metric {
                used.borrow_mut().insert(index);
            }
            false
        });
    }
    let metrics: Vec<usize> = used.into_inner().into_iter().collect();
    let of_capacity = metrics.iter().map(|index| subject.of_capacity(MetricId::Declared(*index))).collect();
    let mut model =
        Model { lower, top, metrics, of_capacity, atoms: Vec::new(), rules: Vec::new(), all_change: false, step: subject.cluster.step };
    for (index, rule) in subject.cluster.rules.iter().enumerate() {
        let compiled = model.compile(subject, index, rule);
        model.rules.push(compiled);
    }
    let proposes = |rule: &Compiled| !matches!(rule.proposes, Proposes::Veto);
    model.rules.iter().any(proposes).then_some(model)
}

impl Model {
    pub fn counts(&self) -> std::ops::RangeInclusive<u32> {
        self.lower..=self.top
    }

    fn compile(&mut self, subject: &Subject<'_>, index: usize, rule: &Rule) -> Compiled {
        let when = rule.when.as_ref().map(|when| self.node(subject, when));
        let proposes = match &rule.action {
            Action::Keep(_) => Proposes::Bounds,
            Action::Hold(_) => Proposes::Veto,
            Action::Track { metric: MetricId::Declared(metric), at, within } => match self.position(*metric) {
                Some(position) => Proposes::Track(position, Number::clone(at), Number::clone(within)),
                None => Proposes::Veto,
            },
            // Only shares of capacity are tracked.
            Action::Track { .. } => Proposes::Veto,
            Action::Add(Amount::Percent(share)) => self.counted(|nodes| nodes.checked_add(count(&of_all(share, nodes)?.ceil()))),
            Action::Remove(Amount::Percent(share)) => {
                self.counted(|nodes| Some(nodes.saturating_sub(count(&of_all(share, nodes)?.floor()))))
            }
            Action::Add(Amount::Nodes(amount)) => self.measured(subject, Way::Add, amount),
            Action::Remove(Amount::Nodes(amount)) => self.measured(subject, Way::Remove, amount),
            Action::Set(wanted) => self.measured(subject, Way::Set, wanted),
        };
        Compiled { index, when, proposes }
    }

    fn counted(&self, propose: impl Fn(u32) -> Option<u32>) -> Proposes {
        Proposes::Count(self.counts().map(propose).collect())
    }

    /// An amount: known at each count, or by an expression with a metric in it.
    fn measured(&mut self, subject: &Subject<'_>, way: Way, amount: &Expression) -> Proposes {
        let sides: Vec<Option<Linear>> = self.counts().map(|nodes| linear(subject, amount, nodes)).collect();
        if sides.iter().flatten().any(|side| side.slope.is_some()) || !sides.iter().any(Option::is_some) {
            self.all_change |= sides.iter().any(Option::is_none);
            return Proposes::Measured(way, amount.clone());
        }
        let known = self.counts().zip(sides).map(|(nodes, side)| propose(way, nodes, &side?.rest));
        Proposes::Count(known.collect())
    }

    /// The place of a count in lists that begin with the lowest.
    pub fn place(&self, count: u32) -> Option<usize> {
        usize::try_from(count.checked_sub(self.lower)?).ok()
    }

    pub fn position(&self, metric: usize) -> Option<usize> {
        self.metrics.binary_search(&metric).ok()
    }

    fn node(&mut self, subject: &Subject<'_>, condition: &Condition) -> Node {
        match condition {
            Condition::Not(inner) => Node::Not(Box::new(self.node(subject, inner))),
            Condition::For { condition, .. } => self.node(subject, condition),
            Condition::And(parts) => Node::And(parts.iter().map(|part| self.node(subject, part)).collect()),
            Condition::Or(parts) => Node::Or(parts.iter().map(|part| self.node(subject, part)).collect()),
            Condition::Missing(metric) if subject.of_capacity(*metric) => Node::NoNodes,
            Condition::Missing(_) => Node::Never,
            Condition::Compare { operator, left, right } => self.atom(subject, *operator, left, right),
            Condition::Within { value, low, high } => Node::And(vec![
                self.atom(subject, Comparison::GreaterOrEqual, value, low),
                self.atom(subject, Comparison::LessOrEqual, value, high),
            ]),
        }
    }

    fn atom(&mut self, subject: &Subject<'_>, operator: Comparison, left: &Expression, right: &Expression) -> Node {
        let side = |nodes: u32| linear(subject, left, nodes)?.minus(linear(subject, right, nodes)?);
        let sides: Vec<Option<Linear>> = self.counts().map(side).collect();
        self.all_change |= sides.iter().any(Option::is_none);
        self.atoms.push(Atom { operator, left: left.clone(), right: right.clone(), sides });
        Node::Atom(self.atoms.len() - 1)
    }

    /// The values of a metric at which some comparison, amount or tracking with it changes at some count; never below
    /// nothing for a load.
    pub fn critical(&self, subject: &Subject<'_>, metric: usize) -> Critical {
        let load = self.of_capacity.get(metric) == Some(&true);
        let hundred = Number::integer(100);
        let mut found = Critical::new();
        let mut add = |value: Number, count: u32| {
            if !load {
                found.entry(value).or_default().push(count);
            } else if !value.is_negative()
                && value <= hundred
                && let Some(load) = value.multiply(&Number::from(count)).divide(&hundred)
            {
                found.entry(load).or_default().push(count);
            }
        };
        let of_metric = |side: &Linear| side.slope.as_ref().and_then(|(index, _)| self.position(*index)) == Some(metric);
        for atom in &self.atoms {
            for (count, side) in self.counts().zip(&atom.sides) {
                let side = side.iter().filter(|side| of_metric(side));
                side.filter_map(|side| side.root(&Number::ZERO)).for_each(|value| add(value, count));
            }
        }
        for rule in &self.rules {
            match &rule.proposes {
                Proposes::Track(tracked, at, within) if *tracked == metric => {
                    let share = within.divide(&hundred).unwrap_or(Number::ZERO);
                    for count in self.counts() {
                        for factor in [Number::integer(1).add(&share), Number::integer(1).subtract(&share)] {
                            add(at.multiply(&factor), count);
                        }
                        add(hundred.clone(), count);
                        // Where what it proposes goes from one count to the next.
                        for wanted in self.amounts(Way::Set, count) {
                            if let Some(value) = at.multiply(&Number::integer(wanted)).divide(&Number::from(count)) {
                                add(value, count);
                            }
                        }
                    }
                }
                Proposes::Measured(way, amount) => {
                    for count in self.counts() {
                        let Some(side) = linear(subject, amount, count) else { continue };
                        if !of_metric(&side) {
                            continue;
                        }
                        for whole in self.amounts(*way, count) {
                            side.root(&Number::integer(whole)).into_iter().for_each(|value| add(value, count));
                        }
                    }
                }
                _ => {}
            }
        }
        found
    }

    /// The whole amounts that make a difference at a count; beyond them the step, or the range, cuts.
    fn amounts(&self, way: Way, count: u32) -> std::ops::RangeInclusive<i64> {
        let (count, top) = (i64::from(count), i64::from(self.top));
        let (up, down) = (i64::from(self.step.up), i64::from(self.step.down));
        match way {
            Way::Add => 0..=up.min(top - count) + 1,
            Way::Remove => 0..=down.min(count) + 1,
            Way::Set => (count - down - 1).max(0)..=(count + up + 1).min(top + 1),
        }
    }
}

/// The count that an amount proposes.
pub(super) fn propose(way: Way, nodes: u32, amount: &Number) -> Option<u32> {
    match way {
        Way::Add => nodes.checked_add(count(&amount.ceil())),
        Way::Remove => Some(nodes.saturating_sub(count(&amount.floor()))),
        Way::Set => Some(count(&amount.ceil())),
    }
}

fn of_all(share: &Number, nodes: u32) -> Option<Number> {
    Number::from(nodes).multiply(share).divide(&Number::integer(100))
}

/// A whole number as a count: less than none is none.
pub(super) fn count(whole: &Number) -> u32 {
    if whole.is_negative() { 0 } else { whole.to_i64().and_then(|count| u32::try_from(count).ok()).unwrap_or(u32::MAX) }
}
