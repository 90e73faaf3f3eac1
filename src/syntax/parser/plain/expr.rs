//! Conditions, expressions and values.

use super::Reader;
use crate::source::Spanned;
use crate::syntax::parser::build::{COMPARISON, MAX_OPERATORS, NOT, RESERVED, is_comparison, read_number};
use crate::syntax::tree::{Binary, BinaryOp, Call, Condition, Expr, ExprKind, Function, Literal, Name, Range, Word as _};

/// What stands between two operands.
#[derive(Clone, Copy)]
enum Infix {
    /// An operator, and its length.
    Op(BinaryOp, usize),
    /// `in`, before a range.
    In,
}

impl<'s> Reader<'s> {
    /// `EXPR [for D]`
    pub(super) fn condition(&mut self) -> Option<Condition<'s>> {
        let expr = self.expr()?;
        let sustain = if self.cursor.keyword("for").is_some() { Some(Box::new(self.value()?)) } else { None };
        Some(Condition { expr, sustain })
    }

    pub(super) fn expr(&mut self) -> Option<Expr<'s>> {
        self.climb(0)
    }

    /// An operand and every operator that binds at least as tightly as `min`. What can not go on with the expression is
    /// left, and nothing that may follow one accepts a unit, a sign or a misspelt operator.
    fn climb(&mut self, min: u8) -> Option<Expr<'s>> {
        let mut left = self.operand(min)?;
        while let Some(infix) = self.infix() {
            let precedence = match infix {
                Infix::Op(op, _) => op.precedence(),
                Infix::In => COMPARISON,
            };
            if precedence < min {
                break;
            }
            self.count_operator()?;
            // Comparisons do not chain.
            if precedence == COMPARISON && is_comparison(&left) {
                return None;
            }
            left = match infix {
                Infix::Op(op, length) => {
                    let op = Spanned::new(op, self.cursor.take(length)?.span);
                    let right = self.climb(precedence + 1)?;
                    let span = left.span.to(right.span);
                    Expr { kind: ExprKind::Binary(Box::new(Binary { left, op, right })), span }
                }
                Infix::In => {
                    self.cursor.keyword("in")?;
                    let range = self.range()?;
                    let span = left.span.to(range.span);
                    Expr { kind: ExprKind::In(Box::new((left, range))), span }
                }
            };
        }
        Some(left)
    }

    fn count_operator(&mut self) -> Option<()> {
        self.operators += 1;
        (self.operators <= MAX_OPERATORS).then_some(())
    }

    fn infix(&self) -> Option<Infix> {
        let cursor = &self.cursor;
        let word = |word: &str, op: BinaryOp| cursor.has_word(word).then_some(Infix::Op(op, word.len()));
        let (op, length) = match (cursor.byte(0), cursor.byte(1)) {
            (b'a', _) => return word("and", BinaryOp::And),
            (b'o', _) => return word("or", BinaryOp::Or),
            (b'i', _) => return cursor.has_word("in").then_some(Infix::In),
            (b'>', b'=') => (BinaryOp::GreaterEqual, 2),
            (b'>', _) => (BinaryOp::Greater, 1),
            (b'<', b'=') => (BinaryOp::LessEqual, 2),
            (b'<', _) => (BinaryOp::Less, 1),
            (b'=', b'=') => (BinaryOp::Equal, 2),
            (b'!', b'=') => (BinaryOp::NotEqual, 2),
            (b'+', _) => (BinaryOp::Add, 1),
            (b'*', _) => (BinaryOp::Multiply, 1),
            // Names may hold a `-`, and units a `/`.
            (b'-', next) if cursor.is_apart() && next.is_ascii_whitespace() => (BinaryOp::Subtract, 1),
            (b'/', next) if next.is_ascii_whitespace() => (BinaryOp::Divide, 1),
            _ => return None,
        };
        Some(Infix::Op(op, length))
    }

    fn operand(&mut self, min: u8) -> Option<Expr<'s>> {
        match self.cursor.byte(0) {
            b'0'..=b'9' | b'$' => self.literal(),
            b'(' => {
                let open = self.cursor.mark(b'(')?;
                let condition = self.condition()?;
                self.cursor.mark(b')')?;
                Some(Expr { kind: ExprKind::Paren(Box::new(condition)), span: self.cursor.since(open) })
            }
            _ => {
                let word = self.cursor.word()?;
                if word.node == "not" {
                    self.not(word, min)
                } else if RESERVED.contains(&word.node) {
                    None
                } else if self.cursor.byte(0) == b'(' {
                    self.call(word)
                } else {
                    Some(Expr { kind: ExprKind::Name(word.node), span: word.span })
                }
            }
        }
    }

    /// `not` turns a whole condition round, and stands in no operation.
    fn not(&mut self, word: Name<'s>, min: u8) -> Option<Expr<'s>> {
        self.count_operator()?;
        if min > NOT {
            return None;
        }
        let operand = self.climb(NOT)?;
        let span = word.span.to(operand.span);
        Some(Expr { kind: ExprKind::Not(Box::new(operand)), span })
    }

    fn call(&mut self, name: Name<'s>) -> Option<Expr<'s>> {
        let function = Spanned::new(Function::parse(name.node)?, name.span);
        self.cursor.mark(b'(')?;
        // Most functions take two.
        let mut args = Vec::with_capacity(2);
        if self.cursor.byte(0) != b')' {
            args.push(self.expr()?);
            while self.cursor.mark(b',').is_some() {
                args.push(self.expr()?);
            }
        }
        self.cursor.mark(b')')?;
        let span = self.cursor.since(name.span);
        Some(Expr { kind: ExprKind::Call(Box::new(Call { function, args })), span })
    }

    /// A literal or a name.
    pub(super) fn value(&mut self) -> Option<Expr<'s>> {
        if matches!(self.cursor.byte(0), b'0'..=b'9' | b'$') {
            return self.literal();
        }
        self.name().map(|name| Expr { kind: ExprKind::Name(name.node), span: name.span })
    }

    /// `A..B`
    pub(super) fn range(&mut self) -> Option<Range<'s>> {
        let start = self.value()?;
        self.cursor.dots()?;
        let end = self.value()?;
        let span = start.span.to(end.span);
        Some(Range { start, end, span })
    }

    fn literal(&mut self) -> Option<Expr<'s>> {
        let Spanned { node: text, span } = self.cursor.number()?;
        let (value, kind) = read_number(text).ok()?;
        Some(Expr { kind: ExprKind::Literal(Literal::new(text, value, kind)), span })
    }
}
