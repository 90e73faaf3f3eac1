//! Files and the items that are no blocks of their own file here.

use super::{Cluster, Expr, Name, Rule, Test, Text, Unit, Window};
use crate::source::{Span, Spanned};

/// One file: its items and its comments, each in the order of the text.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tree<'s> {
    /// The items.
    pub items: Vec<Item<'s>>,
    /// Every comment, inside items too.
    pub comments: Vec<Comment<'s>>,
}

/// `# …` up to the end of its line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Comment<'s> {
    /// The text after the `#`, as written, without trailing white space.
    pub text: &'s str,
    /// From the `#` on.
    pub span: Span,
    /// Whether nothing but white space stands before it on its line.
    pub own_line: bool,
}

/// One item, at the top level or in a cluster.
#[derive(Clone, Debug, PartialEq)]
pub enum Item<'s> {
    /// `cluster "NAME" { … }`, at the top level only.
    Cluster(Box<Cluster<'s>>),
    /// `metric NAME : UNIT = SOURCE …`.
    Metric(Box<Metric<'s>>),
    /// `let NAME = EXPR`.
    Let(Box<Let<'s>>),
    /// `window NAME = …`.
    Window(Box<Window<'s>>),
    /// `rule NAME [urgent] { … }`.
    Rule(Box<Rule<'s>>),
    /// `test "…" { … }`.
    Test(Box<Test<'s>>),
}

impl Item<'_> {
    /// The whole item.
    #[must_use]
    pub fn span(&self) -> Span {
        match self {
            Self::Cluster(item) => item.span,
            Self::Metric(item) => item.span,
            Self::Let(item) => item.span,
            Self::Window(item) => item.span,
            Self::Rule(item) => item.span,
            Self::Test(item) => item.span,
        }
    }
}

/// `metric NAME : UNIT [of capacity] = SOURCE [empty is VALUE] [missing after D]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Metric<'s> {
    /// Its name.
    pub name: Name<'s>,
    /// Its unit; `None` where it was wrong and has been reported.
    pub unit: Option<UnitMark>,
    /// Where its samples come from; `None` where it was wrong and has been reported.
    pub source: Option<Source<'s>>,
    /// `empty is VALUE`: the value and the whole clause.
    pub empty_is: Option<Box<Spanned<Expr<'s>>>>,
    /// `missing after D`: the duration and the whole clause.
    pub missing_after: Option<Box<Spanned<Expr<'s>>>>,
    /// The whole item.
    pub span: Span,
    /// Whether a part of it was wrong and has been reported.
    pub broken: bool,
}

/// A metric's unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnitMark {
    /// The unit.
    pub unit: Spanned<Unit>,
    /// The words `of capacity`, where they stand: the series is the share of the ready workers' capacity in use.
    pub of_capacity: Option<Span>,
}

/// Where a metric's samples come from.
#[derive(Clone, Debug, PartialEq)]
pub enum Source<'s> {
    /// ``prometheus `PROMQL` ``; the span covers both words.
    Prometheus {
        /// The query.
        query: Text<'s>,
        /// From `prometheus` on.
        span: Span,
    },
    /// `kubernetes.NAME`.
    Kubernetes {
        /// The name after the dot.
        name: Name<'s>,
        /// From `kubernetes` on.
        span: Span,
    },
}

/// `let NAME = EXPR`.
#[derive(Clone, Debug, PartialEq)]
pub struct Let<'s> {
    /// Its name.
    pub name: Name<'s>,
    /// Its value; `None` where it was wrong and has been reported.
    pub value: Option<Expr<'s>>,
    /// The whole item.
    pub span: Span,
}
