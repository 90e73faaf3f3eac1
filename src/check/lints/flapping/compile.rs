//! Rules as the proof needs them: conditions over numbered comparisons, each linear in one metric at every count.

use std::cell::RefCell;
use std::collections::BTreeSet;

use crate::check::lints::Subject;
use crate::check::lints::flapping::linear::{Linear, linear};
use crate::check::lints::visit;
use crate::rules::{Action, Amount, Comparison, Condition, Expression, MetricId, Number, Rule};

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
}

/// `linear OP 0`, for each count.
#[derive(Clone)]
pub(super) struct Atom {
    /// The position in [`Model::metrics`]; `None` where no metric is in it.
    pub metric: Option<usize>,
    pub operator: Comparison,
    /// For each count from `lower` on; `None`: unknown at this count.
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
    /// By what it tracks: the position in [`Model::metrics`], the value, the tolerance in percent.
    Track(usize, Number, Number),
    Bounds,
    Veto,
}

/// `None`: nothing changes the count by rules that can be modelled.
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
    let mut model = Model { lower, top, metrics, of_capacity, atoms: Vec::new(), rules: Vec::new() };
    // A cluster of very many rules is beyond what can be tried.
    if subject.cluster.rules.len() > 500 {
        return None;
    }
    for (index, rule) in subject.cluster.rules.iter().enumerate() {
        let atoms = model.atoms.len();
        match model.compile(subject, index, rule) {
            Some(compiled) => model.rules.push(compiled),
            None => model.atoms.truncate(atoms),
        }
    }
    let proposes = |rule: &Compiled| !matches!(rule.proposes, Proposes::Veto);
    model.rules.iter().any(proposes).then_some(model)
}

impl Model {
    pub fn counts(&self) -> std::ops::RangeInclusive<u32> {
        self.lower..=self.top
    }

    fn compile(&mut self, subject: &Subject<'_>, index: usize, rule: &Rule) -> Option<Compiled> {
        let when = match &rule.when {
            Some(when) => Some(self.node(subject, when)?),
            None => None,
        };
        let known = |expression: &Expression, nodes: u32| linear(subject, expression, nodes).filter(|value| value.slope.is_none());
        let proposes = match &rule.action {
            Action::Keep(_) => Proposes::Bounds,
            Action::Hold(_) => Proposes::Veto,
            Action::Track { metric: MetricId::Declared(metric), at, within } => {
                Proposes::Track(self.position(*metric)?, at.clone(), within.clone())
            }
            Action::Track { .. } => return None,
            Action::Add(amount) => Proposes::Count(self.amounts(|nodes| {
                let amount = self::amount(amount, nodes, known)?;
                nodes.checked_add(count(&amount.ceil()))
            })?),
            Action::Remove(amount) => Proposes::Count(self.amounts(|nodes| {
                let amount = self::amount(amount, nodes, known)?;
                Some(nodes.saturating_sub(count(&amount.floor())))
            })?),
            Action::Set(wanted) => Proposes::Count(self.amounts(|nodes| Some(count(&known(wanted, nodes)?.rest.ceil())))?),
        };
        Some(Compiled { index, when, proposes })
    }

    /// The proposal at each count; `None` where it cannot be told at any.
    fn amounts(&self, propose: impl Fn(u32) -> Option<u32>) -> Option<Vec<Option<u32>>> {
        let proposals: Vec<Option<u32>> = self.counts().map(propose).collect();
        proposals.iter().any(Option::is_some).then_some(proposals)
    }

    fn position(&self, metric: usize) -> Option<usize> {
        self.metrics.binary_search(&metric).ok()
    }

    fn node(&mut self, subject: &Subject<'_>, condition: &Condition) -> Option<Node> {
        Some(match condition {
            Condition::Not(inner) => Node::Not(Box::new(self.node(subject, inner)?)),
            Condition::For { condition, .. } => self.node(subject, condition)?,
            Condition::And(parts) => Node::And(parts.iter().map(|part| self.node(subject, part)).collect::<Option<_>>()?),
            Condition::Or(parts) => Node::Or(parts.iter().map(|part| self.node(subject, part)).collect::<Option<_>>()?),
            Condition::Missing(metric) if subject.of_capacity(*metric) => Node::NoNodes,
            Condition::Missing(_) => Node::Never,
            Condition::Compare { operator, left, right } => self.atom(subject, *operator, left, right)?,
            Condition::Within { value, low, high } => Node::And(vec![
                self.atom(subject, Comparison::GreaterOrEqual, value, low)?,
                self.atom(subject, Comparison::LessOrEqual, value, high)?,
            ]),
        })
    }

    fn atom(&mut self, subject: &Subject<'_>, operator: Comparison, left: &Expression, right: &Expression) -> Option<Node> {
        let side = |nodes: u32| linear(subject, left, nodes)?.minus(linear(subject, right, nodes)?);
        let sides: Vec<Option<Linear>> = self.counts().map(side).collect();
        let metric = sides.iter().flatten().find_map(|side| side.slope.as_ref().map(|(metric, _)| *metric));
        // Where no count gives a line, it is not linear; where some do not, they divide by zero.
        if sides.iter().all(Option::is_none) {
            return None;
        }
        let metric = match metric {
            Some(metric) => Some(self.position(metric)?),
            None => None,
        };
        self.atoms.push(Atom { metric, operator, sides });
        Some(Node::Atom(self.atoms.len() - 1))
    }
}

fn amount(amount: &Amount, nodes: u32, known: impl Fn(&Expression, u32) -> Option<Linear>) -> Option<Number> {
    match amount {
        Amount::Nodes(expression) => Some(known(expression, nodes)?.rest),
        Amount::Percent(share) => Number::from(nodes).multiply(share).divide(&Number::integer(100)),
    }
}

/// A whole number as a count: less than none is none.
pub(super) fn count(whole: &Number) -> u32 {
    if whole.is_negative() { 0 } else { whole.to_i64().and_then(|count| u32::try_from(count).ok()).unwrap_or(u32::MAX) }
}
