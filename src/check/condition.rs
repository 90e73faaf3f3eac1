//! Conditions: comparisons, `and`, `or`, `in`, and `for`.

use crate::check::checker::Checker;
use crate::check::constant::Length;
use crate::check::expression::Typed;
use crate::check::quantity;
use crate::check::scope::Names;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::codes::{units, values};
use crate::rules::{Comparison, Condition, Expression};
use crate::syntax::tree::{self, Binary, BinaryOp, Expr, ExprKind, Range};

impl Checker<'_> {
    /// `EXPR [for D]`.
    pub fn condition(&mut self, names: Names<'_, '_>, condition: &tree::Condition<'_>) -> Option<Condition> {
        let inner = self.condition_of(names, &condition.expr);
        let Some(sustain) = &condition.sustain else {
            return inner;
        };
        let over = self.duration(names, sustain, "`for`", Length::Positive);
        Some(Condition::For { condition: Box::new(inner?), over: over? })
    }

    /// A part that must be true or false.
    pub fn condition_of(&mut self, names: Names<'_, '_>, expr: &Expr<'_>) -> Option<Condition> {
        match self.expression(names, expr) {
            Typed::Condition(condition) => Some(condition),
            Typed::Quantity(unit, _) => {
                let text = self.quote(expr.span);
                let message = format!("`{text}` is {}, and a condition is meant here", quantity::a(unit));
                let help = if matches!(expr.kind, ExprKind::Literal(_)) {
                    format!("write the comparison out: `cpu > 70% or memory > {text}`")
                } else {
                    format!("compare it with something: `{text} > {}`", quantity::sample(unit))
                };
                self.report(Diagnostic::new(units::CONDITION_EXPECTED, expr.span, message).label("neither true nor false").help(help));
                None
            }
            Typed::Wrong => None,
        }
    }

    /// `a and b and c`: one condition of all the parts, so that long ones stay flat.
    pub fn junction(&mut self, names: Names<'_, '_>, binary: &Binary<'_>) -> Typed {
        let operator = binary.op.node;
        let mut parts = vec![&binary.right];
        let mut left = &binary.left;
        while let ExprKind::Binary(inner) = &left.kind
            && inner.op.node == operator
        {
            parts.push(&inner.right);
            left = &inner.left;
        }
        parts.push(left);
        let conditions: Vec<Option<Condition>> = parts.into_iter().rev().map(|part| self.condition_of(names, part)).collect();
        match conditions.into_iter().collect::<Option<Vec<_>>>() {
            Some(conditions) if operator == BinaryOp::And => Typed::Condition(Condition::And(conditions)),
            Some(conditions) => Typed::Condition(Condition::Or(conditions)),
            None => Typed::Wrong,
        }
    }

    pub fn comparison(&mut self, names: Names<'_, '_>, binary: &Binary<'_>) -> Typed {
        // The parser has reported these already.
        if [&binary.left, &binary.right].into_iter().any(|side| is_reported(&side.kind)) {
            return Typed::Wrong;
        }
        let left = self.quantity_of(names, &binary.left);
        let right = self.quantity_of(names, &binary.right);
        let (Some((left_unit, left)), Some((right_unit, right))) = (left, right) else {
            return Typed::Wrong;
        };
        if !quantity::agree(left_unit, right_unit) {
            self.report_units(names, (&binary.left, left_unit), (&binary.right, right_unit), "compared");
            return Typed::Wrong;
        }
        let operator = match binary.op.node {
            BinaryOp::Greater => Comparison::Greater,
            BinaryOp::GreaterEqual => Comparison::GreaterOrEqual,
            BinaryOp::Less => Comparison::Less,
            BinaryOp::LessEqual => Comparison::LessOrEqual,
            BinaryOp::Equal => Comparison::Equal,
            _ => Comparison::NotEqual,
        };
        Typed::Condition(Condition::Compare { operator, left, right })
    }

    /// `x in low..high`.
    pub fn within(&mut self, names: Names<'_, '_>, value: &Expr<'_>, range: &Range<'_>) -> Typed {
        let subject = self.quantity_of(names, value);
        let low = self.quantity_of(names, &range.start);
        let high = self.quantity_of(names, &range.end);
        let (Some((unit, subject)), Some((low_unit, low)), Some((high_unit, high))) = (subject, low, high) else {
            return Typed::Wrong;
        };
        for (end, end_unit) in [(&range.start, low_unit), (&range.end, high_unit)] {
            if !quantity::agree(unit, end_unit) {
                self.report_units(names, (value, unit), (end, end_unit), "compared");
                return Typed::Wrong;
            }
        }
        if let (Expression::Literal(first), Expression::Literal(last)) = (&low, &high)
            && first > last
        {
            self.report_order(range);
            return Typed::Wrong;
        }
        Typed::Condition(Condition::Within { value: subject, low: Box::new(low), high: Box::new(high) })
    }

    /// Reports a range that runs backwards.
    pub fn report_order(&mut self, range: &Range<'_>) {
        let (low, high) = (self.quote(range.start.span), self.quote(range.end.span));
        self.report(
            Diagnostic::new(values::RANGE_ORDER, range.span, format!("the range `{low}..{high}` runs backwards"))
                .help("the lower end comes first")
                .fix(crate::diagnostic::Fix::maybe("swap its ends", range.span, format!("{high}..{low}"))),
        );
    }
}

/// A comparison that is compared, and a `not` inside an operation.
pub(super) fn is_reported(side: &ExprKind<'_>) -> bool {
    match side {
        ExprKind::Binary(inner) => inner.op.node.is_comparison(),
        ExprKind::Not(_) => true,
        _ => false,
    }
}
