//! One decision of the model, and where repeating it leads.

use crate::check::lints::Subject;
use crate::check::lints::flapping::about;
use crate::check::lints::flapping::compile::{Compiled, Model, Node, Proposes, count, propose};
use crate::check::lints::flapping::linear::{Measured, lasting, source};
use crate::check::lints::flapping::loads::Trial;
use crate::check::lints::logic::holds;
use crate::check::lints::visit;
use crate::rules::{Action, Aggregate, Arithmetic, Expression, MetricId, Number, Unit, Veto, WindowId};

/// A load, and which windows are open.
#[derive(Clone, Copy)]
pub(super) struct World<'w> {
    pub subject: &'w Subject<'w>,
    pub model: &'w Model,
    pub trial: &'w Trial,
    /// The value at which each group of the trial is, by index.
    pub indices: &'w [usize],
    pub open: &'w [bool],
}

/// Counts that lead to each other, the smallest first.
pub(super) struct Circle {
    pub counts: Vec<u32>,
}

/// Looks for circles among decisions of which few change at a time.
pub(super) struct Walker {
    /// In which walk each count was last seen.
    seen: Vec<u64>,
    walk: u64,
}

impl Walker {
    pub fn new(counts: usize) -> Self {
        Self { seen: vec![0; counts], walk: 0 }
    }

    /// A circle of more than one count that a walk from one of `starts` ends in; `next` is beside the counts from
    /// `lower` on.
    pub fn circle(&mut self, next: &[u32], lower: u32, starts: impl Iterator<Item = u32>) -> Option<Circle> {
        let place = |count: u32| usize::try_from(count.checked_sub(lower)?).ok();
        let first = self.walk;
        for start in starts {
            self.walk += 1;
            let mut at = place(start);
            // Until it comes to a count that this walk or one before it has seen, or that is not looked at.
            while let Some(mark) = at.and_then(|at| self.seen.get_mut(at)).filter(|mark| **mark <= first) {
                *mark = self.walk;
                at = next.get(at?).and_then(|count| place(*count));
            }
            let Some(entered) = at.filter(|at| self.seen.get(*at) == Some(&self.walk)) else { continue };
            let mut counts = Vec::new();
            let mut count = u32::try_from(entered).ok()?.checked_add(lower)?;
            while counts.first() != Some(&count) {
                counts.push(count);
                count = *next.get(place(count)?)?;
            }
            if counts.len() > 1 {
                let smallest = counts.iter().enumerate().min_by_key(|(_, count)| **count)?.0;
                counts.rotate_left(smallest);
                return Some(Circle { counts });
            }
        }
        None
    }
}

/// What a rule comes to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Idle,
    Unknown,
    Fired(Option<u32>),
}

impl World<'_> {
    /// Where the guard `rebound` brings the circle to rest.
    pub fn rest(&self, circle: &Circle) -> Option<u32> {
        let mut nodes = *circle.counts.first()?;
        for _ in 0..=self.model.top - self.model.lower {
            let next = self.next(nodes, true);
            if next == nodes {
                return Some(nodes);
            }
            nodes = next;
        }
        None
    }

    /// The count that is decided on at a count.
    pub fn next(&self, nodes: u32, rebound: bool) -> u32 {
        let cluster = self.subject.cluster;
        let range = cluster.nodes;
        let (mut lower, mut upper) = (range.lower, range.upper);
        let (mut highest, mut best_below) = (None::<u32>, None::<u32>);
        let (mut no_removal, mut no_addition, mut no_sinking) = (false, false, false);
        for rule in &self.model.rules {
            let verdict = self.verdict(rule, nodes);
            match (verdict, self.subject.cluster.rules.get(rule.index).map(|rule| &rule.action)) {
                (Verdict::Idle, _) | (_, None) => {}
                (Verdict::Unknown, Some(action)) => {
                    no_removal = true;
                    no_sinking |= matches!(action, Action::Keep(_) | Action::Hold(_));
                }
                (Verdict::Fired(_), Some(Action::Keep(keep))) => {
                    lower = lower.max(keep.lower);
                    upper = upper.min(keep.upper);
                }
                (Verdict::Fired(_), Some(Action::Hold(veto))) => {
                    no_removal |= *veto != Veto::Additions;
                    no_sinking |= *veto != Veto::Additions;
                    no_addition |= *veto != Veto::Removals;
                }
                (Verdict::Fired(Some(wanted)), _) if wanted > nodes => highest = highest.max(Some(wanted)),
                (Verdict::Fired(Some(wanted)), _) if wanted < nodes => best_below = best_below.max(Some(wanted)),
                (Verdict::Fired(_), _) => {}
            }
        }
        lower = lower.min(range.upper);
        upper = upper.max(range.lower).max(lower);
        let mut target = match (highest, best_below) {
            (Some(wanted), _) if !no_addition => wanted.min(nodes.saturating_add(cluster.step.up)).min(upper).max(nodes),
            (None, Some(wanted)) if !no_removal => {
                let cut = wanted.max(nodes.saturating_sub(cluster.step.down)).max(lower).min(nodes);
                if rebound { (cut..nodes).find(|left| !self.asked(*left)).unwrap_or(nodes) } else { cut }
            }
            _ => nodes,
        };
        if nodes < lower {
            target = target.max(lower);
        } else if nodes > upper && !no_sinking {
            target = target.min(upper.max(nodes.saturating_sub(cluster.step.down)));
        }
        target
    }

    /// Whether a rule would ask for more than what is left.
    fn asked(&self, left: u32) -> bool {
        let most = self.subject.cluster.nodes.upper;
        self.model.rules.iter().any(|rule| {
            match (self.verdict(rule, left), self.subject.cluster.rules.get(rule.index).map(|rule| &rule.action)) {
                (Verdict::Unknown, _) => true,
                (Verdict::Fired(_), Some(Action::Keep(keep))) => keep.lower.min(most) > left,
                (Verdict::Fired(Some(wanted)), _) => wanted > left,
                _ => false,
            }
        })
    }

    fn verdict(&self, compiled: &Compiled, nodes: u32) -> Verdict {
        let Some(rule) = self.subject.cluster.rules.get(compiled.index) else { return Verdict::Idle };
        let is_open = |window: WindowId| self.open.get(window.0) == Some(&true);
        if !rule.during.iter().all(|timing| is_open(timing.window)) || rule.outside.iter().any(|timing| is_open(timing.window)) {
            return Verdict::Idle;
        }
        match compiled.when.as_ref().map_or(Some(true), |when| self.truth(when, nodes)) {
            Some(false) => Verdict::Idle,
            None => Verdict::Unknown,
            Some(true) => match &compiled.proposes {
                Proposes::Bounds | Proposes::Veto => Verdict::Fired(None),
                Proposes::Count(counts) => match counts.get(self.place(nodes)).copied().flatten() {
                    Some(wanted) => Verdict::Fired(Some(wanted).filter(|wanted| *wanted != nodes)),
                    None => Verdict::Unknown,
                },
                Proposes::Measured(way, amount) => match self.quantity(amount, nodes).and_then(|amount| propose(*way, nodes, &amount)) {
                    Some(wanted) => Verdict::Fired(Some(wanted).filter(|wanted| *wanted != nodes)),
                    None => Verdict::Unknown,
                },
                Proposes::Track(metric, at, within) => match self.tracked(*metric, at, within, nodes) {
                    Some(wanted) => Verdict::Fired(Some(wanted).filter(|wanted| *wanted != nodes)),
                    None => Verdict::Unknown,
                },
            },
        }
    }

    fn place(&self, nodes: u32) -> usize {
        nodes.checked_sub(self.model.lower).and_then(|place| usize::try_from(place).ok()).unwrap_or(usize::MAX)
    }

    fn truth(&self, node: &Node, nodes: u32) -> Option<bool> {
        match node {
            Node::Never => Some(false),
            Node::NoNodes => Some(nodes == 0),
            Node::Not(inner) => self.truth(inner, nodes).map(|held| !held),
            Node::And(parts) => self.join(parts, nodes, false),
            Node::Or(parts) => self.join(parts, nodes, true),
            Node::Atom(index) => {
                let atom = self.model.atoms.get(*index)?;
                let Some(side) = atom.sides.get(self.place(nodes))? else {
                    return Some(holds(&self.quantity(&atom.left, nodes)?, atom.operator, &self.quantity(&atom.right, nodes)?));
                };
                let left = match &side.slope {
                    Some((metric, slope)) => self.value(self.model.position(*metric)?, nodes)?.multiply(slope).add(&side.rest),
                    None => side.rest.clone(),
                };
                Some(holds(&left, atom.operator, &Number::ZERO))
            }
        }
    }

    /// The quantity where everything has lasted for ever; `None`: missing.
    fn quantity(&self, expression: &Expression, nodes: u32) -> Option<Number> {
        match expression {
            Expression::Aggregate { function: Aggregate::Delta | Aggregate::Slope, metric, .. } => {
                self.measured(*metric, nodes).map(|_| Number::ZERO)
            }
            Expression::Metric(metric)
            | Expression::Ago { metric, .. }
            | Expression::Forecast { metric, .. }
            | Expression::Aggregate { metric, .. } => self.measured(*metric, nodes),
            Expression::Literal(value) => Some(value.clone()),
            Expression::Negate(inner) => Some(self.quantity(inner, nodes)?.negate()),
            Expression::Absolute(inner) => Some(self.quantity(inner, nodes)?.absolute()),
            Expression::Round { how, value } => Some(how.apply(&self.quantity(value, nodes)?)),
            Expression::Binary { operator, left, right } => {
                let (left, right) = (self.quantity(left, nodes)?, self.quantity(right, nodes)?);
                match operator {
                    Arithmetic::Add => Some(left.add(&right)),
                    Arithmetic::Subtract => Some(left.subtract(&right)),
                    Arithmetic::Multiply => Some(left.multiply(&right)),
                    Arithmetic::Divide => left.divide(&right),
                }
            }
        }
    }

    fn measured(&self, metric: MetricId, nodes: u32) -> Option<Number> {
        match source(self.subject, metric)? {
            Measured::Fact(fact) => Some(lasting(fact, nodes)),
            Measured::Declared(index) => self.value(self.model.position(index)?, nodes),
        }
    }

    /// Kleene's `and` and `or`: one part that is `decisive` decides.
    fn join(&self, parts: &[Node], nodes: u32, decisive: bool) -> Option<bool> {
        let mut unknown = false;
        for part in parts {
            match self.truth(part, nodes) {
                Some(held) if held == decisive => return Some(decisive),
                Some(_) => {}
                None => unknown = true,
            }
        }
        if unknown { None } else { Some(!decisive) }
    }

    /// The metric's value: a share of capacity is 100% × load / nodes, capped at 100%.
    fn value(&self, metric: usize, nodes: u32) -> Option<Number> {
        let value = self.trial.value(metric, self.indices)?;
        if self.model.of_capacity.get(metric) != Some(&true) {
            return Some(value.clone());
        }
        let hundred = Number::integer(100);
        value.multiply(&hundred).divide(&Number::from(nodes)).map(|share| share.min(hundred))
    }

    fn tracked(&self, metric: usize, at: &Number, within: &Number, nodes: u32) -> Option<u32> {
        let ratio = self.value(metric, nodes)?.divide(at)?;
        let off = ratio.subtract(&Number::integer(1)).absolute().multiply(&Number::integer(100));
        if off > *within { Some(count(&Number::from(nodes).multiply(&ratio).ceil())) } else { Some(nodes) }
    }

    /// The rules whose doing it is that `nodes` become `next`, by index.
    pub fn deciding(&self, nodes: u32, next: u32) -> Vec<usize> {
        let fired = self.model.rules.iter().filter_map(|rule| match self.verdict(rule, nodes) {
            Verdict::Fired(wanted) => Some((rule.index, wanted)),
            _ => None,
        });
        let (mut bounds, mut proposals) = (Vec::new(), Vec::new());
        for (index, wanted) in fired {
            match (wanted, self.subject.cluster.rules.get(index).map(|rule| &rule.action)) {
                (_, Some(Action::Keep(keep))) if keep.lower > nodes || keep.upper < nodes => bounds.push(index),
                (Some(wanted), _) if (wanted > nodes) == (next > nodes) => proposals.push((wanted, index)),
                _ => {}
            }
        }
        if !bounds.is_empty() {
            return bounds;
        }
        let best = proposals.iter().map(|(wanted, _)| *wanted).max();
        proposals.into_iter().filter(|(wanted, _)| Some(*wanted) == best).map(|(_, index)| index).collect()
    }

    /// What a rule sees at a count: `` `cpu` is 73.3% ``.
    pub fn values(&self, rule: usize, nodes: u32) -> String {
        let mut values = Vec::new();
        for (position, index) in self.named(rule) {
            if let (Some(metric), Some(value)) = (self.subject.cluster.metrics.get(index), self.value(position, nodes)) {
                values.push(format!("`{}` is {}", metric.name, about(&value, metric.unit)));
            }
        }
        values.join(" and ")
    }

    /// The load at which the circle goes round: `at 2.2 nodes of work`.
    pub fn load(&self, circle: &Circle) -> String {
        let mut named: Vec<(usize, usize)> = Vec::new();
        for (step, nodes) in circle.counts.iter().enumerate() {
            let next = circle.counts.get(step + 1).or(circle.counts.first()).copied().unwrap_or(*nodes);
            for rule in self.deciding(*nodes, next) {
                named.extend(self.named(rule));
            }
        }
        named.sort_unstable();
        named.dedup();
        let value = |position: usize| self.trial.value(position, self.indices);
        let name = |index: usize| self.subject.metric_name(MetricId::Declared(index)).to_owned();
        let is_load = |position: &usize| self.model.of_capacity.get(*position) == Some(&true);
        let mut loads: Vec<(&Number, String)> = Vec::new();
        let mut others = Vec::new();
        for (position, index) in named {
            match (value(position), is_load(&position)) {
                (Some(load), true) => loads.push((load, name(index))),
                (Some(other), false) => {
                    let unit = self.subject.cluster.metrics.get(index).map_or(Unit::Number, |metric| metric.unit);
                    others.push(format!("`{}` at {}", name(index), about(other, unit)));
                }
                (None, _) => {}
            }
        }
        let same = loads.iter().all(|(load, _)| loads.first().is_some_and(|(first, _)| first == load));
        let mut text = match loads.first() {
            None => "at a constant load".to_owned(),
            Some((load, _)) if same => format!("at {load} node{} of work", if **load == Number::integer(1) { "" } else { "s" }),
            Some(_) => {
                let each: Vec<String> = loads.iter().map(|(load, name)| format!("{load} for `{name}`")).collect();
                format!("at {} nodes of work", each.join(" and "))
            }
        };
        if !others.is_empty() {
            text.push_str(&format!(" with {}", others.join(" and ")));
        }
        text
    }

    /// The metrics of the model that a rule names: position and index.
    fn named(&self, rule: usize) -> Vec<(usize, usize)> {
        let Some(rule) = self.subject.cluster.rules.get(rule) else { return Vec::new() };
        let metrics = self.model.metrics.iter().copied().enumerate();
        metrics.filter(|(_, index)| visit::rule_names(rule, |metric| metric == MetricId::Declared(*index))).collect()
    }
}
