use std::borrow::Cow;

use jiff::{SignedDuration, Timestamp};

use crate::observe::{Answer, Sample};
use crate::rules::Number;

/// The answers of one metric up to the instant of the evaluation, in order of time.
#[derive(Clone, Copy, Debug)]
pub(super) struct View<'a> {
    answers: &'a [Sample],
    missing_after: SignedDuration,
}

/// Where the view is kept from: a source's range as it came, or a line put together from the records.
#[derive(Debug)]
pub(super) struct Line<'a> {
    pub answers: Cow<'a, [Sample]>,
    pub missing_after: SignedDuration,
    /// The index of the first settled sample.
    pub settled_from: usize,
}

impl Line<'_> {
    pub fn view(&self, settled: bool) -> View<'_> {
        let answers = if settled { self.answers.get(self.settled_from..).unwrap_or_default() } else { &self.answers };
        View { answers, missing_after: self.missing_after }
    }
}

impl<'a> View<'a> {
    pub const fn empty() -> Self {
        View { answers: &[], missing_after: SignedDuration::ZERO }
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
