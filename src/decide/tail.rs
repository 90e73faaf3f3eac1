use std::cell::{OnceCell, RefCell};

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
    /// The indices of the values among the answers, in order of time.
    values: Vec<u32>,
    /// For each value, the index of the lowest, or the highest, from it up to now; worked out where it is asked for.
    lowest: OnceCell<Vec<u32>>,
    highest: OnceCell<Vec<u32>>,
    /// Windows that start here or later are covered; `None`: none is.
    covered_since: Option<Timestamp>,
    /// Where the windows that were asked for start.
    starts: RefCell<Vec<Start>>,
}

/// The start of a window.
#[derive(Clone, Copy, Debug)]
struct Start {
    from: Timestamp,
    /// How many values lie before it.
    before: usize,
    /// The first value in the window, if any.
    first: Option<Timestamp>,
}

impl Tail {
    pub fn of(view: View<'_>, now: Timestamp) -> Self {
        let answers = view.answers().iter().zip(0_u32..);
        let is_value = |answer: &Answer| matches!(answer, Answer::Value(_));
        let values: Vec<u32> = answers.filter(|(sample, _)| is_value(&sample.answer)).map(|(_, index)| index).collect();
        let (mut covered_since, mut next) = (None, now);
        for at in values.iter().rev().filter_map(|index| view.at(*index)) {
            if next.duration_since(at) > view.missing_after() {
                break;
            }
            (covered_since, next) = (Some(at), at);
        }
        Self { values, lowest: OnceCell::new(), highest: OnceCell::new(), covered_since, starts: RefCell::new(Vec::new()) }
    }

    fn covers(&self, from: Timestamp) -> bool {
        self.covered_since.is_some_and(|since| since <= from)
    }

    fn start(&self, view: View<'_>, from: Timestamp) -> Start {
        if let Some(known) = self.starts.borrow().iter().find(|known| known.from == from) {
            return *known;
        }
        let before = self.values.partition_point(|index| view.at(*index).is_some_and(|at| at < from));
        let start = Start { from, before, first: self.values.get(before).and_then(|index| view.at(*index)) };
        self.starts.borrow_mut().push(start);
        start
    }

    /// The value before the window, where that bridges the first instant asked.
    fn bridging<'a>(&self, view: View<'a>, start: Start, first_asked: Timestamp) -> Option<&'a Number> {
        if start.first.is_some_and(|first| first <= first_asked) {
            return None;
        }
        let index = *self.values.get(start.before.checked_sub(1)?)?;
        let is_young = first_asked.duration_since(view.at(index)?) <= view.missing_after();
        if is_young { view.value(index) } else { None }
    }

    /// The lowest of the values at the instants of a window.
    fn lowest<'a>(&self, view: View<'a>, start: Start, first_asked: Timestamp) -> Option<&'a Number> {
        let lowest = self.lowest.get_or_init(|| self.extremes(view, |value, later| value < later));
        let own = lowest.get(start.before).and_then(|index| view.value(*index));
        own.into_iter().chain(self.bridging(view, start, first_asked)).min()
    }

    /// The highest of the values at the instants of a window.
    fn highest<'a>(&self, view: View<'a>, start: Start, first_asked: Timestamp) -> Option<&'a Number> {
        let highest = self.highest.get_or_init(|| self.extremes(view, |value, later| value > later));
        let own = highest.get(start.before).and_then(|index| view.value(*index));
        own.into_iter().chain(self.bridging(view, start, first_asked)).max()
    }

    fn extremes(&self, view: View<'_>, is_beyond: fn(&Number, &Number) -> bool) -> Vec<u32> {
        let mut extremes = self.values.clone();
        let mut extreme: Option<(u32, &Number)> = None;
        for index in extremes.iter_mut().rev() {
            let Some(value) = view.value(*index) else { continue };
            match extreme {
                Some((later, known)) if !is_beyond(value, known) => *index = later,
                _ => extreme = Some((*index, value)),
            }
        }
        extremes
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
            Condition::Within { value: Expression::Metric(metric), low, high } => match (&**low, &**high) {
                (Expression::Literal(low), Expression::Literal(high)) => Some(Simple::Within(*metric, low, high)),
                _ => None,
            },
            _ => None,
        }
    }

    const fn metric(&self) -> MetricId {
        match self {
            Self::Compare(metric, ..) | Self::Within(metric, ..) => *metric,
        }
    }

    /// Whether it holds of every value at the instants of a window: unknown where there is none; `None`: the extremes do
    /// not tell.
    fn throughout(&self, tail: &Tail, view: View<'_>, from: Timestamp, first_asked: Timestamp) -> Option<Truth> {
        let start = tail.start(view, from);
        let lowest = || tail.lowest(view, start, first_asked);
        let highest = || tail.highest(view, start, first_asked);
        let holds_of_all = match self {
            Self::Within(_, low, high) => lowest().zip(highest()).map(|(lowest, highest)| *low <= lowest && highest <= *high),
            Self::Compare(_, operator, limit) => match operator {
                Comparison::Greater | Comparison::GreaterOrEqual => lowest().map(|lowest| holds(*operator, lowest.cmp(limit))),
                Comparison::Less | Comparison::LessOrEqual => highest().map(|highest| holds(*operator, highest.cmp(limit))),
                Comparison::Equal => lowest().zip(highest()).map(|(lowest, highest)| lowest == *limit && highest == *limit),
                Comparison::NotEqual => match lowest().zip(highest()) {
                    Some((lowest, highest)) if highest < *limit || *limit < lowest => Some(true),
                    Some((lowest, highest)) if lowest == *limit || highest == *limit => Some(false),
                    Some(_) => return None,
                    None => None,
                },
            },
        };
        Some(holds_of_all.map_or(Truth::Unknown, Truth::of))
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
        match simple.throughout(tail, view, from, first_asked)? {
            Truth::False => return Some(Truth::False),
            Truth::True if tail.covers(from) => {}
            _ => all = Truth::Unknown,
        }
    }
    Some(all)
}
