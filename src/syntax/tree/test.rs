//! `test "…" { … }`.

use jiff::civil::Date;

use super::{Expr, Guard, Name, Text, TimeOfDay};
use crate::source::{Span, Spanned};

/// An executable example.
#[derive(Clone, Debug, PartialEq)]
pub struct Test<'s> {
    /// What it shows.
    pub name: Text<'s>,
    /// Its steps in the order of the text. How often each may stand is for the checker.
    pub steps: Vec<Spanned<TestStep<'s>>>,
    /// The whole item.
    pub span: Span,
    /// Whether a part of it was wrong and has been reported.
    pub broken: bool,
}

/// One line of a test.
#[derive(Clone, Debug, PartialEq)]
pub enum TestStep<'s> {
    /// `start nodes N at DATE TIME`.
    Start {
        /// How many workers there are.
        nodes: Expr<'s>,
        /// The day, in the cluster's zone.
        date: Spanned<Date>,
        /// The time; never 24:00.
        time: Spanned<TimeOfDay>,
    },
    /// `join D`.
    Join(Expr<'s>),
    /// `series NAME STRETCH, …`.
    Series {
        /// The metric.
        name: Name<'s>,
        /// Its values, one after another.
        stretches: Vec<Stretch<'s>>,
    },
    /// `load STRETCH, …`: nodes' worth of work.
    Load(Vec<Stretch<'s>>),
    /// `at T expect …`.
    Expect(Expect<'s>),
}

/// One stretch of a series.
#[derive(Clone, Debug, PartialEq)]
pub struct Stretch<'s> {
    /// What the series is.
    pub kind: StretchKind<'s>,
    /// How long: `for D` or `over D`; the last may have none and lasts.
    pub lasts: Option<Expr<'s>>,
    /// The whole stretch.
    pub span: Span,
}

/// What a series is in a stretch.
#[derive(Clone, Debug, PartialEq)]
pub enum StretchKind<'s> {
    /// `V`.
    Constant(Expr<'s>),
    /// `V..V over D`.
    Ramp {
        /// The value at its start.
        from: Expr<'s>,
        /// The value at the start of the next stretch.
        to: Expr<'s>,
    },
    /// `missing`.
    Missing,
}

/// `at T expect …`.
#[derive(Clone, Debug, PartialEq)]
pub struct Expect<'s> {
    /// When, after the start.
    pub at: Expr<'s>,
    /// What.
    pub kind: Spanned<ExpectKind<'s>>,
    /// `by RULE` or `because GUARD`; never with `nodes N`.
    pub reason: Option<Spanned<Reason<'s>>>,
}

/// What is expected.
#[derive(Clone, Debug, PartialEq)]
pub enum ExpectKind<'s> {
    /// `add N nodes`.
    Add(Expr<'s>),
    /// `remove N nodes`.
    Remove(Expr<'s>),
    /// `stay`.
    Stay,
    /// `nodes N`.
    Nodes(Expr<'s>),
}

/// Why it is expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason<'s> {
    /// `by RULE`.
    By(Name<'s>),
    /// `because GUARD`.
    Because(Spanned<Guard>),
}
