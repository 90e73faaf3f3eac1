use std::borrow::Cow;
use std::cell::{OnceCell, RefCell};

use jiff::{SignedDuration, Timestamp};

use crate::decide::aggregate::aggregate;
use crate::decide::tail::Tail;
use crate::observe::{Answer, Sample};
use crate::rules::{Aggregate, Number};

/// The answers of one metric up to the instant of the evaluation, in order of time.
#[derive(Clone, Copy, Debug)]
pub(super) struct View<'a> {
    answers: &'a [Sample],
    missing_after: SignedDuration,
}

/// One metric's answers: a source's range as it came, or put together from the records; with what several rules share.
#[derive(Debug)]
pub(super) struct Line<'a> {
    answers: Cow<'a, [Sample]>,
    missing_after: SignedDuration,
    /// The index of the first settled sample.
    settled_from: usize,
    /// On all samples, and on settled ones alone.
    tails: [OnceCell<Tail>; 2],
    aggregates: RefCell<Vec<Aggregated>>,
    /// The first answer from an instant on, as far as it was asked for.
    firsts: RefCell<Vec<(Timestamp, Option<Timestamp>)>>,
}

/// A function over a window that ends now, worked out before.
#[derive(Debug)]
struct Aggregated {
    function: Aggregate,
    over: SignedDuration,
    settled: bool,
    value: Option<Number>,
}

impl<'a> Line<'a> {
    pub fn new(answers: Cow<'a, [Sample]>, missing_after: SignedDuration, settled_from: usize) -> Self {
        let tails = [OnceCell::new(), OnceCell::new()];
        let (aggregates, firsts) = (RefCell::new(Vec::new()), RefCell::new(Vec::new()));
        Self { answers, missing_after, settled_from, tails, aggregates, firsts }
    }

    pub fn answers(&self) -> &[Sample] {
        &self.answers
    }

    pub fn view(&self, settled: bool) -> View<'_> {
        let answers = if settled { self.answers.get(self.settled_from..).unwrap_or_default() } else { &self.answers };
        View { answers, missing_after: self.missing_after }
    }

    /// The instant of the first answer from then on.
    pub fn first_answer(&self, from: Timestamp) -> Option<Timestamp> {
        if let Some((_, first)) = self.firsts.borrow().iter().find(|(asked, _)| *asked == from) {
            return *first;
        }
        let first = self.answers.get(self.answers.partition_point(|sample| sample.at < from)).map(|sample| sample.at);
        self.firsts.borrow_mut().push((from, first));
        first
    }

    pub fn tail(&self, settled: bool, now: Timestamp) -> Option<&Tail> {
        Some(self.tails.get(usize::from(settled))?.get_or_init(|| Tail::of(self.view(settled), now)))
    }

    /// A function over a window that ends now.
    pub fn aggregate(&self, function: Aggregate, settled: bool, now: Timestamp, over: SignedDuration) -> Option<Number> {
        let known = |known: &&Aggregated| known.function == function && known.over == over && known.settled == settled;
        if let Some(known) = self.aggregates.borrow().iter().find(known) {
            return known.value.clone();
        }
        let value = aggregate(function, self.view(settled), now, over);
        self.aggregates.borrow_mut().push(Aggregated { function, over, settled, value: value.clone() });
        value
    }
}

impl<'a> View<'a> {
    pub const fn empty() -> Self {
        View { answers: &[], missing_after: SignedDuration::ZERO }
    }

    pub const fn answers(&self) -> &'a [Sample] {
        self.answers
    }

    pub const fn missing_after(&self) -> SignedDuration {
        self.missing_after
    }

    pub fn at(&self, index: u32) -> Option<Timestamp> {
        self.answers.get(usize::try_from(index).ok()?).map(|sample| sample.at)
    }

    pub fn value(&self, index: u32) -> Option<&'a Number> {
        value(self.answers.get(usize::try_from(index).ok()?)?).map(|(_, value)| value)
    }

    /// What the source answered for this very instant.
    pub fn exactly_at(&self, at: Timestamp) -> Option<&'a Sample> {
        let last = self.answers.last()?;
        if last.at == at {
            return Some(last);
        }
        let index = self.answers.binary_search_by_key(&at, |sample| sample.at).ok()?;
        self.answers.get(index)
    }

    /// The newest answer at or before an instant, a missing one included.
    pub fn newest_answer(&self, at: Timestamp) -> Option<&'a Sample> {
        self.answers.get(..self.after(at))?.last()
    }

    /// The newest value at or before an instant, unless it is more than `missing after` old: a shorter hole is bridged by
    /// the sample before it.
    pub fn bridged(&self, at: Timestamp) -> Option<&'a Number> {
        let (seen, value) = self.newest_value(at)?;
        (at.duration_since(seen) <= self.missing_after).then_some(value)
    }

    fn newest_value(&self, at: Timestamp) -> Option<(Timestamp, &'a Number)> {
        self.answers.get(..self.after(at))?.iter().rev().find_map(value)
    }

    /// All answers in the closed window, missing ones included.
    pub fn answers_in(&self, from: Timestamp, to: Timestamp) -> &'a [Sample] {
        let start = self.answers.partition_point(|sample| sample.at < from);
        self.answers.get(start..self.after(to)).unwrap_or_default()
    }

    /// The samples in the closed window.
    pub fn samples_in(&self, from: Timestamp, to: Timestamp) -> impl DoubleEndedIterator<Item = (Timestamp, &'a Number)> + Clone {
        self.answers_in(from, to).iter().filter_map(value)
    }

    /// The first instant of the closed window whose newest sample is more than `missing after` old, or that has none at
    /// all; `None`: the window is covered.
    pub fn uncovered(&self, from: Timestamp, to: Timestamp) -> Option<Timestamp> {
        let Some((mut seen, _)) = self.newest_value(from) else { return Some(from) };
        let reaches = |seen: Timestamp| seen.saturating_add(self.missing_after).unwrap_or(Timestamp::MAX);
        if reaches(seen) < from {
            return Some(from);
        }
        for (at, _) in self.samples_in(from, to) {
            if reaches(seen) < at {
                return Some(reaches(seen));
            }
            seen = at;
        }
        (reaches(seen) < to).then(|| reaches(seen))
    }

    /// The index of the first answer after an instant.
    fn after(&self, at: Timestamp) -> usize {
        match self.answers.last() {
            Some(last) if last.at <= at => self.answers.len(),
            _ => self.answers.partition_point(|sample| sample.at <= at),
        }
    }
}

fn value(sample: &Sample) -> Option<(Timestamp, &Number)> {
    match &sample.answer {
        Answer::Value(number) => Some((sample.at, number)),
        Answer::Missing(_) => None,
    }
}
