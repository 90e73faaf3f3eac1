//! What can be said of a condition without any observation: that it is never true, or always.

use crate::check::lints::Subject;
use crate::rules::{Comparison, Condition, Expression, MetricId, Number};

/// What is known of a condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::check) enum Truth {
    Always,
    Never,
    Depends,
}

impl Truth {
    const fn not(self) -> Self {
        match self {
            Self::Always => Self::Never,
            Self::Never => Self::Always,
            Self::Depends => Self::Depends,
        }
    }
}

/// A stretch of values: from a lower to an upper end, each with whether it is included.
#[derive(Clone)]
struct Interval {
    low: Option<(Number, bool)>,
    high: Option<(Number, bool)>,
}

impl Interval {
    fn is_empty(&self) -> bool {
        let (Some((low, low_included)), Some((high, high_included))) = (&self.low, &self.high) else { return false };
        low > high || (low == high && !(*low_included && *high_included))
    }

    fn meet(&mut self, operator: Comparison, value: &Number) {
        let (below, above) = match operator {
            Comparison::Less => (Some(false), None),
            Comparison::LessOrEqual => (Some(true), None),
            Comparison::Greater => (None, Some(false)),
            Comparison::GreaterOrEqual => (None, Some(true)),
            Comparison::Equal => (Some(true), Some(true)),
            Comparison::NotEqual => (None, None),
        };
        if let Some(included) = below
            && self.high.as_ref().is_none_or(|(high, old)| value < high || (value == high && *old && !included))
        {
            self.high = Some((value.clone(), included));
        }
        if let Some(included) = above
            && self.low.as_ref().is_none_or(|(low, old)| value > low || (value == low && *old && !included))
        {
            self.low = Some((value.clone(), included));
        }
    }
}

pub(super) fn truth(subject: &Subject<'_>, condition: &Condition) -> Truth {
    match condition {
        Condition::Not(inner) => truth(subject, inner).not(),
        Condition::For { condition, .. } => truth(subject, condition),
        Condition::And(parts) => {
            if contradict(subject, parts.iter().map(|part| (part, true))) {
                return Truth::Never;
            }
            let all: Vec<Truth> = parts.iter().map(|part| truth(subject, part)).collect();
            join(&all, Truth::Never, Truth::Always)
        }
        Condition::Or(parts) => {
            // Always true where all of its opposites together never are.
            if contradict(subject, parts.iter().map(|part| (part, false))) {
                return Truth::Always;
            }
            let all: Vec<Truth> = parts.iter().map(|part| truth(subject, part)).collect();
            join(&all, Truth::Always, Truth::Never)
        }
        Condition::Compare { operator, left, right } => match with_bound(*operator, left, right) {
            Some((value, operator, bound)) if is_impossible(subject, value, operator, bound) => Truth::Never,
            Some((value, operator, bound)) if is_impossible(subject, value, opposite(operator), bound) => Truth::Always,
            _ => Truth::Depends,
        },
        Condition::Within { .. } => {
            if contradict(subject, [(condition, true)].into_iter()) {
                Truth::Never
            } else if contradict(subject, [(condition, false)].into_iter()) {
                Truth::Always
            } else {
                Truth::Depends
            }
        }
        Condition::Missing(metric) => match metric {
            // What the cluster itself knows is there whenever anything is decided.
            MetricId::Fact(_) => Truth::Never,
            MetricId::Declared(_) => Truth::Depends,
        },
    }
}

fn join(parts: &[Truth], one: Truth, all: Truth) -> Truth {
    if parts.contains(&one) {
        one
    } else if parts.iter().all(|part| *part == all) {
        all
    } else {
        Truth::Depends
    }
}

/// Whether the conditions, each to be true or false as told, leave some quantity no value at all.
fn contradict<'c>(subject: &Subject<'_>, parts: impl Iterator<Item = (&'c Condition, bool)>) -> bool {
    let mut known: Vec<(&Expression, Interval)> = Vec::new();
    let mut atoms = Vec::new();
    for (part, wanted) in parts {
        collect(part, wanted, &mut atoms);
        for (value, operator, bound) in atoms.drain(..) {
            if let Expression::Literal(number) = value {
                if !holds(number, operator, bound) {
                    return true;
                }
                continue;
            }
            let place = known.iter().position(|(other, _)| *other == value);
            let interval = match place.and_then(|place| known.get_mut(place)) {
                Some((_, interval)) => interval,
                None => {
                    // A rule of hundreds of different quantities is no place to look for a slip.
                    if known.len() > 64 {
                        return false;
                    }
                    known.push((value, possible(subject, value)));
                    match known.last_mut() {
                        Some((_, interval)) => interval,
                        None => return false,
                    }
                }
            };
            interval.meet(operator, bound);
            if interval.is_empty() {
                return true;
            }
        }
    }
    false
}

/// The comparisons with a constant that must all hold for the condition to be as wanted.
fn collect<'c>(condition: &'c Condition, wanted: bool, atoms: &mut Vec<(&'c Expression, Comparison, &'c Number)>) {
    match condition {
        Condition::Compare { operator, left, right } => {
            atoms.extend(with_bound(if wanted { *operator } else { opposite(*operator) }, left, right));
        }
        Condition::Within { value, low, high } if wanted => {
            if let (Expression::Literal(low), Expression::Literal(high)) = (&**low, &**high) {
                atoms.push((value, Comparison::GreaterOrEqual, low));
                atoms.push((value, Comparison::LessOrEqual, high));
            }
        }
        Condition::Not(inner) => collect(inner, !wanted, atoms),
        Condition::And(parts) if wanted => parts.iter().for_each(|part| collect(part, true, atoms)),
        Condition::Or(parts) if !wanted => parts.iter().for_each(|part| collect(part, false, atoms)),
        // A span asks for the condition now, too.
        Condition::For { condition, .. } if wanted => collect(condition, true, atoms),
        _ => {}
    }
}

/// A comparison with a constant as that of a value with its bound.
const fn with_bound<'c>(
    operator: Comparison,
    left: &'c Expression,
    right: &'c Expression,
) -> Option<(&'c Expression, Comparison, &'c Number)> {
    match (left, right) {
        (value, Expression::Literal(bound)) => Some((value, operator, bound)),
        (Expression::Literal(bound), value) => Some((value, mirror(operator), bound)),
        _ => None,
    }
}

/// Whether the comparison leaves its quantity no value.
fn is_impossible(subject: &Subject<'_>, value: &Expression, operator: Comparison, bound: &Number) -> bool {
    if let Expression::Literal(number) = value {
        return !holds(number, operator, bound);
    }
    let mut interval = possible(subject, value);
    interval.meet(operator, bound);
    interval.is_empty()
}

pub(super) fn holds(left: &Number, operator: Comparison, right: &Number) -> bool {
    match operator {
        Comparison::Greater => left > right,
        Comparison::GreaterOrEqual => left >= right,
        Comparison::Less => left < right,
        Comparison::LessOrEqual => left <= right,
        Comparison::Equal => left == right,
        Comparison::NotEqual => left != right,
    }
}

const fn opposite(operator: Comparison) -> Comparison {
    match operator {
        Comparison::Greater => Comparison::LessOrEqual,
        Comparison::GreaterOrEqual => Comparison::Less,
        Comparison::Less => Comparison::GreaterOrEqual,
        Comparison::LessOrEqual => Comparison::Greater,
        Comparison::Equal => Comparison::NotEqual,
        Comparison::NotEqual => Comparison::Equal,
    }
}

/// The operator with its sides swapped.
pub(super) const fn mirror(operator: Comparison) -> Comparison {
    match operator {
        Comparison::Greater => Comparison::Less,
        Comparison::GreaterOrEqual => Comparison::LessOrEqual,
        Comparison::Less => Comparison::Greater,
        Comparison::LessOrEqual => Comparison::GreaterOrEqual,
        Comparison::Equal | Comparison::NotEqual => operator,
    }
}

/// The values that a quantity can have at all: counts of the cluster are no less than nothing, shares of capacity lie
/// between nothing and everything.
fn possible(subject: &Subject<'_>, value: &Expression) -> Interval {
    use crate::rules::Aggregate::{Delta, Slope};
    let metric = match value {
        Expression::Metric(metric) | Expression::Ago { metric, .. } => Some(*metric),
        Expression::Aggregate { function, metric, .. } if !matches!(function, Delta | Slope) => Some(*metric),
        _ => None,
    };
    let zero = || Some((Number::ZERO, true));
    match metric {
        Some(MetricId::Fact(_)) => Interval { low: zero(), high: None },
        Some(metric) if subject.of_capacity(metric) => Interval { low: zero(), high: Some((Number::integer(100), true)) },
        _ => Interval { low: None, high: None },
    }
}
