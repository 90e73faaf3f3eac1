//! `rule NAME [urgent] { … }`.

use super::{Condition, Expr, Hold, Name, Range, Text};
use crate::source::Span;

/// A proposal.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule<'s> {
    /// Its name.
    pub name: Name<'s>,
    /// The word `urgent`, where it stands.
    pub urgent: Option<Span>,
    /// Conditions and actions, in the order of the text. How often each may stand is for the checker.
    pub clauses: Vec<Clause<'s>>,
    /// The whole item.
    pub span: Span,
    /// Whether a part of it was wrong and has been reported: clauses may be missing for that reason.
    pub broken: bool,
}

/// One clause with its text.
#[derive(Clone, Debug, PartialEq)]
pub struct Clause<'s> {
    /// What it says.
    pub kind: ClauseKind<'s>,
    /// The whole clause.
    pub span: Span,
}

/// What a clause says.
#[derive(Clone, Debug, PartialEq)]
pub enum ClauseKind<'s> {
    /// `note "…"`.
    Note(Text<'s>),
    /// `during W [early D]`.
    During {
        /// The window.
        window: Name<'s>,
        /// How much sooner it opens.
        early: Option<Box<Expr<'s>>>,
    },
    /// `outside W [early D]`.
    Outside {
        /// The window.
        window: Name<'s>,
        /// How much sooner it opens.
        early: Option<Box<Expr<'s>>>,
    },
    /// `when CONDITION`.
    When(Condition<'s>),
    /// `cooldown D`.
    Cooldown(Expr<'s>),
    /// `then add EXPR nodes`: how many, or how much of `nodes`.
    Add(Expr<'s>),
    /// `then remove EXPR nodes`: how many, or how much of `nodes`.
    Remove(Expr<'s>),
    /// `then set EXPR nodes`.
    Set(Expr<'s>),
    /// `track METRIC at VALUE [within P]`.
    Track {
        /// The metric.
        metric: Name<'s>,
        /// The value to keep it at.
        target: Box<Expr<'s>>,
        /// How far off is near enough.
        within: Option<Box<Expr<'s>>>,
    },
    /// `keep A..B nodes`.
    Keep(Box<Range<'s>>),
    /// `hold`, `hold removals`, `hold additions`.
    Hold(Hold),
}

impl ClauseKind<'_> {
    /// Whether it is an action, of which a rule has exactly one.
    #[must_use]
    pub const fn is_action(&self) -> bool {
        matches!(self, Self::Add(_) | Self::Remove(_) | Self::Set(_) | Self::Track { .. } | Self::Keep(_) | Self::Hold(_))
    }
}
