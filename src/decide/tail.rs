use jiff::{SignedDuration, Timestamp};

use crate::decide::evaluate::holds;
use crate::decide::seen::Seen;
use crate::decide::view::View;
use crate::decide::{Truth, written};
use crate::observe::Answer;
use crate::rules::{Comparison, Condition, Expression, MetricId, Number};

/// One metric's windows that end now, prepared once for all rules: in every such window the lowest and the highest
/// sample, and how far back it is covered.
#[derive(Debug)]
pub(super) struct Tail {
    /// One for each value, in order of time.
    entries: Vec<Entry>,
    /// Windows that start here or later are covered; `None`: none is.
    covered_since: Option<Timestamp>,
}

/// One value, with the lowest and the highest from it up to now, as indices into the answers.
#[derive(Clone, Copy, Debug)]
struct Entry {
    index: u32,
    lowest: u32,
    highest: u32,
}

/// The extremes of the values at the instants of a window.
#[derive(Clone, Copy)]
struct Extremes<'a> {
    lowest: &'a Number,
    highest: &'a Number,
}

impl Tail {
    pub fn of(view: View<'_>, now: Timestamp) -> Self {
        let mut entries: Vec<Entry> = Vec::with_capacity(view.answers().len());
        let mut covered_since = None;
        let (mut next, mut unbroken) = (now, true);
        for (index, sample) in view.answers().iter().enumerate().rev() {
            let Answer::Value(value) = &sample.answer else { continue };
            let Ok(index) = u32::try_from(index) else { break };
            let entry = match entries.last() {
                None => Entry { index, lowest: index, highest: index },
                Some(later) => Entry {
                    index,
                    lowest: if view.value(later.lowest).is_some_and(|lowest| lowest < value) { later.lowest } else { index },
                    highest: if view.value(later.highest).is_some_and(|highest| highest > value) { later.highest } else { index },
                },
            };
            entries.push(entry);
            unbroken = unbroken && next.duration_since(sample.at) <= view.missing_after();
            if unbroken {
                covered_since = Some(sample.at);
            }
            next = sample.at;
        }
        entries.reverse();
        Self { entries, covered_since }
    }

    fn covers(&self, from: Timestamp) -> bool {
        self.covered_since.is_some_and(|since| since <= from)
    }

    /// The extremes of the values in the window, and of the one before it where that bridges the first instant asked.
    fn extremes<'a>(&self, view: View<'a>, from: Timestamp, first_asked: Timestamp) -> Option<Extremes<'a>> {
        let inside = self.entries.partition_point(|entry| view.at(entry.index).is_some_and(|at| at < from));
        let entry = self.entries.get(inside);
        let own = entry.and_then(|entry| Some(Extremes { lowest: view.value(entry.lowest)?, highest: view.value(entry.highest)? }));
        let bridges = entry.is_none_or(|entry| view.at(entry.index).is_some_and(|at| first_asked < at));
        let before = inside.checked_sub(1).and_then(|before| self.entries.get(before)).filter(|_| bridges);
        let before = before.filter(|before| view.at(before.index).is_some_and(|at| first_asked.duration_since(at) <= view.missing_after()));
        match (own, before.and_then(|before| view.value(before.index))) {
            (Some(own), Some(before)) => Some(Extremes { lowest: own.lowest.min(before), highest: own.highest.max(before) }),
            (own, before) => own.or(before.map(|value| Extremes { lowest: value, highest: value })),
        }
    }
}

/// A comparison of one metric with constants.
enum Simple<'c> {
    Compare(MetricId, Comparison, &'c Number),
    Within(MetricId, &'c Number, &'c Number),
}

impl Simple<'_> {
    fn of(condition: &Condition) -> Option<Simple<'_>> {
        match condition {
            Condition::Compare { operator, left: Expression::Metric(metric), right: Expression::Literal(limit) } => {
                Some(Simple::Compare(*metric, *operator, limit))
            }
            Condition::Compare { operator, left: Expression::Literal(limit), right: Expression::Metric(metric) } => {
                Some(Simple::Compare(*metric, written::mirrored(*operator), limit))
            }
            Condition::Within { value: Expression::Metric(metric), low: Expression::Literal(low), high: Expression::Literal(high) } => {
                Some(Simple::Within(*metric, low, high))
            }
            _ => None,
        }
    }

    const fn metric(&self) -> MetricId {
        match self {
            Self::Compare(metric, ..) | Self::Within(metric, ..) => *metric,
        }
    }

    /// Whether it holds of every value between the extremes that occurs; `None`: the extremes do not tell.
    fn holds_throughout(&self, extremes: Extremes<'_>) -> Option<bool> {
        let Extremes { lowest, highest } = extremes;
        match self {
            Self::Within(_, low, high) => Some(*low <= lowest && highest <= *high),
            Self::Compare(_, operator, limit) => match operator {
                Comparison::Greater | Comparison::GreaterOrEqual => Some(holds(*operator, lowest.cmp(limit))),
                Comparison::Less | Comparison::LessOrEqual => Some(holds(*operator, highest.cmp(limit))),
                Comparison::Equal => Some(lowest == *limit && highest == *limit),
                Comparison::NotEqual if highest < *limit || *limit < lowest => Some(true),
                Comparison::NotEqual if lowest == *limit || highest == *limit => Some(false),
                Comparison::NotEqual => None,
            },
        }
    }
}

/// A `for` up to now over comparisons of metrics with constants, joined by `and`, through the extremes of its window;
/// `None`: the condition is not so simple.
///
/// Kleene's `and` over all instants of an `and` is that of its parts: one false value of one part at one instant decides,
/// else one part that is not covered.
pub(super) fn held_simply(condition: &Condition, over: SignedDuration, settled: bool, seen: &Seen<'_>) -> Option<Truth> {
    let parts = match condition {
        Condition::And(parts) => parts.as_slice(),
        single => std::slice::from_ref(single),
    };
    let from = seen.now.saturating_sub(over).unwrap_or(Timestamp::MIN);
    let mut first_asked = seen.now;
    for part in parts {
        first_asked = first_asked.min(seen.first_asked(Simple::of(part)?.metric(), from));
    }
    let mut all = Truth::True;
    for part in parts {
        let simple = Simple::of(part)?;
        let (view, tail) = (seen.view(simple.metric(), settled), seen.tail(simple.metric(), settled)?);
        match tail.extremes(view, from, first_asked) {
            Some(extremes) if !simple.holds_throughout(extremes)? => return Some(Truth::False),
            Some(_) if tail.covers(from) => {}
            _ => all = Truth::Unknown,
        }
    }
    Some(all)
}
