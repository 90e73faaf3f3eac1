//! Expressions and conditions.

use super::{Function, Literal};
use crate::source::{Span, Spanned};

/// An expression with its text.
#[derive(Clone, Debug, PartialEq)]
pub struct Expr<'s> {
    /// What it is.
    pub kind: ExprKind<'s>,
    /// Its text.
    pub span: Span,
}

/// What an expression is.
#[derive(Clone, Debug, PartialEq)]
pub enum ExprKind<'s> {
    /// `70%`.
    Literal(Literal<'s>),
    /// `cpu`: a metric, a constant or a name that the cluster knows.
    Name(&'s str),
    /// `a OP b`.
    Binary(Box<Binary<'s>>),
    /// `not a`.
    Not(Box<Expr<'s>>),
    /// `x in 2..5`.
    In(Box<(Expr<'s>, Range<'s>)>),
    /// `avg(cpu, 5m)`. How many arguments there must be is for the checker.
    Call(Box<Call<'s>>),
    /// `( … )`, with a `for` of its own where it has one.
    Paren(Box<Condition<'s>>),
    /// Something that was wrong and has been reported: nothing is known about it.
    Error,
}

/// `left OP right`.
#[derive(Clone, Debug, PartialEq)]
pub struct Binary<'s> {
    /// The left side.
    pub left: Expr<'s>,
    /// The operator and its text.
    pub op: Spanned<BinaryOp>,
    /// The right side.
    pub right: Expr<'s>,
}

/// `FUNCTION(ARGUMENTS)`.
#[derive(Clone, Debug, PartialEq)]
pub struct Call<'s> {
    /// The function and its name's text.
    pub function: Spanned<Function>,
    /// The arguments, as many as were written.
    pub args: Vec<Expr<'s>>,
}

/// `EXPR [for D]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Condition<'s> {
    /// What must hold.
    pub expr: Expr<'s>,
    /// How long it must have held: a duration or the name of one; the span is that of the value.
    pub sustain: Option<Box<Expr<'s>>>,
}

impl Condition<'_> {
    /// The whole condition.
    #[must_use]
    pub fn span(&self) -> Span {
        self.sustain.as_ref().map_or(self.expr.span, |sustain| self.expr.span.to(sustain.span))
    }
}

/// `A..B`, both ends included; each end is a literal or the name of a constant.
#[derive(Clone, Debug, PartialEq)]
pub struct Range<'s> {
    /// The lower end.
    pub start: Expr<'s>,
    /// The upper end.
    pub end: Expr<'s>,
    /// Both.
    pub span: Span,
}

/// A binary operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BinaryOp {
    /// `or`
    Or,
    /// `and`
    And,
    /// `>`
    Greater,
    /// `>=`
    GreaterEqual,
    /// `<`
    Less,
    /// `<=`
    LessEqual,
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`
    Divide,
}

impl BinaryOp {
    /// As it is written.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Or => "or",
            Self::And => "and",
            Self::Greater => ">",
            Self::GreaterEqual => ">=",
            Self::Less => "<",
            Self::LessEqual => "<=",
            Self::Equal => "==",
            Self::NotEqual => "!=",
            Self::Add => "+",
            Self::Subtract => "-",
            Self::Multiply => "*",
            Self::Divide => "/",
        }
    }

    /// Whether it compares two quantities.
    #[must_use]
    pub const fn is_comparison(self) -> bool {
        matches!(self, Self::Greater | Self::GreaterEqual | Self::Less | Self::LessEqual | Self::Equal | Self::NotEqual)
    }

    /// How tightly it binds: `or` 1, `and` 2, (`not` 3), comparison 4, `+ -` 5, `* /` 6.
    #[must_use]
    pub const fn precedence(self) -> u8 {
        match self {
            Self::Or => 1,
            Self::And => 2,
            Self::Add | Self::Subtract => 5,
            Self::Multiply | Self::Divide => 6,
            _ => 4,
        }
    }
}
