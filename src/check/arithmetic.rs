//! `+ - * /`: which units go together, and the folding of constants.

use crate::check::checker::Checker;
use crate::check::expression::Typed;
use crate::check::quantity::{self, is_plain};
use crate::check::scope::Names;
use crate::diagnostic::codes::{units, values};
use crate::diagnostic::{Diagnostic, Fix};
use crate::rules::{Arithmetic, Expression, Unit};
use crate::syntax::tree::{Binary, BinaryOp, Expr, ExprKind};

impl Checker<'_> {
    pub fn arithmetic(&mut self, names: Names<'_, '_>, binary: &Binary<'_>) -> Typed {
        // The parser has reported this already.
        if [&binary.left, &binary.right].into_iter().any(|side| matches!(side.kind, ExprKind::Not(_))) {
            return Typed::Wrong;
        }
        let left = self.quantity_of(names, &binary.left);
        let right = self.quantity_of(names, &binary.right);
        let (Some((left_unit, left)), Some((right_unit, right))) = (left, right) else {
            return Typed::Wrong;
        };
        let operator = match binary.op.node {
            BinaryOp::Add => Arithmetic::Add,
            BinaryOp::Subtract => Arithmetic::Subtract,
            BinaryOp::Multiply => Arithmetic::Multiply,
            _ => Arithmetic::Divide,
        };
        let unit = match operator {
            Arithmetic::Add | Arithmetic::Subtract => sum(left_unit, right_unit),
            Arithmetic::Multiply => product(left_unit, right_unit),
            Arithmetic::Divide => quotient(left_unit, right_unit),
        };
        let Some(unit) = unit else {
            match operator {
                Arithmetic::Add => self.report_units(names, (&binary.left, left_unit), (&binary.right, right_unit), "added"),
                Arithmetic::Subtract => self.report_units(names, (&binary.left, left_unit), (&binary.right, right_unit), "subtracted"),
                Arithmetic::Multiply | Arithmetic::Divide => self.report_product(binary, left_unit, right_unit),
            }
            return Typed::Wrong;
        };
        self.fold(binary, operator, left, right).map_or(Typed::Wrong, |value| Typed::Quantity(unit, value))
    }

    fn fold(&mut self, binary: &Binary<'_>, operator: Arithmetic, left: Expression, right: Expression) -> Option<Expression> {
        if let (Arithmetic::Divide, Expression::Literal(divisor)) = (operator, &right)
            && divisor.is_zero()
        {
            let message = format!("`{}` is zero, and a division by zero is missing", self.quote(binary.right.span));
            self.error(units::DIVISION_BY_ZERO, binary.right.span, message);
            return None;
        }
        let (Expression::Literal(a), Expression::Literal(b)) = (&left, &right) else {
            return Some(Expression::Binary { operator, left: Box::new(left), right: Box::new(right) });
        };
        let value = match operator {
            Arithmetic::Add => a.add(b),
            Arithmetic::Subtract => a.subtract(b),
            Arithmetic::Multiply => a.multiply(b),
            Arithmetic::Divide => a.divide(b)?,
        };
        if !value.is_compact() {
            let message = format!("`{}` is too large or too fine to count with", self.quote(binary.left.span.to(binary.right.span)));
            self.error(values::OUT_OF_RANGE, binary.left.span.to(binary.right.span), message);
            return None;
        }
        Some(Expression::Literal(value))
    }

    fn report_product(&mut self, binary: &Binary<'_>, left: Unit, right: Unit) {
        let span = binary.left.span.to(binary.right.span);
        let (verb, word) = if binary.op.node == BinaryOp::Multiply { ("multiplied", "by") } else { ("divided", "by") };
        let message = format!("{} cannot be {verb} {word} {}", quantity::a(left), quantity::a(right));
        let mut diagnostic = Diagnostic::new(units::PRODUCT, span, message)
            .note("a quantity keeps its unit with a plain number, and a quotient of two of one unit is a plain number");
        if let ExprKind::Literal(literal) = &binary.right.kind
            && right == Unit::Percent
            && let Some(plain) = quantity::number(literal.value()).divide(&crate::rules::Number::integer(100))
        {
            let title = format!("write `{plain}` for the share of it");
            diagnostic = diagnostic.fix(Fix::maybe(title, binary.right.span, plain.to_string()));
        }
        let counts = [left, right].contains(&Unit::Count);
        if binary.op.node == BinaryOp::Multiply && counts && left != right {
            let other = if left == Unit::Count { right } else { left };
            diagnostic =
                diagnostic.help(format!("compare plain numbers: `m / {} > nodes` rather than `m > {0} * nodes`", quantity::sample(other)));
        }
        self.report(diagnostic);
    }

    /// Reports two quantities that have no common unit: ``verb`` says what should have been done with them.
    pub fn report_units(&mut self, names: Names<'_, '_>, left: (&Expr<'_>, Unit), right: (&Expr<'_>, Unit), verb: &str) {
        for ((plain, plain_unit), (other, unit)) in [(right, left), (left, right)] {
            if plain_unit == Unit::Number && self.is_constant(names, plain) {
                let message =
                    format!("`{}` is {}, and `{}` has no unit", self.quote(other.span), quantity::a(unit), self.quote(plain.span));
                let diagnostic = Diagnostic::new(units::UNIT_MISSING, plain.span, message).label(format!("expected {}", quantity::a(unit)));
                let diagnostic = self.offer_unit(diagnostic, plain, unit);
                self.report(diagnostic);
                return;
            }
        }
        let ((left, left_unit), (right, right_unit)) = (left, right);
        let message = format!(
            "`{}` is {} and `{}` is {}: they cannot be {verb}",
            self.quote(left.span),
            quantity::a(left_unit),
            self.quote(right.span),
            quantity::a(right_unit)
        );
        let mut diagnostic = Diagnostic::new(units::UNITS_DIFFER, right.span, message)
            .label(format!("this is {}", quantity::a(right_unit)))
            .also(left.span, format!("this is {}", quantity::a(left_unit)));
        let fitting = names.metrics().find(|metric| metric.unit.is_some_and(|mark| quantity::unit(mark.unit.node) == right_unit));
        if matches!(right.kind, ExprKind::Literal(_)) {
            diagnostic = diagnostic.help(format!(
                "`{}` wants {}, as in `{}`",
                self.quote(left.span),
                quantity::a(left_unit),
                quantity::sample(left_unit)
            ));
            if let (ExprKind::Name(_), Some(metric)) = (&left.kind, fitting) {
                diagnostic = diagnostic.help(format!("or did you mean `{}`, which is {}?", metric.name.node, quantity::a(right_unit)));
            }
        }
        if let (ExprKind::Literal(literal), true) = (&right.kind, right_unit == Unit::Percent && is_plain(left_unit)) {
            let number = literal.text.trim_end_matches('%').trim_end();
            diagnostic = diagnostic.fix(Fix::maybe(format!("write `{number}`"), right.span, number));
        }
        self.report(diagnostic);
    }

    /// Adds the fix that gives a plain number its unit.
    pub fn offer_unit(&self, diagnostic: Diagnostic, plain: &Expr<'_>, unit: Unit) -> Diagnostic {
        let ExprKind::Literal(literal) = &plain.kind else {
            return diagnostic.help(format!("write {} with its unit, as in `{}`", quantity::a(unit), quantity::sample(unit)));
        };
        let value = quantity::number(literal.value());
        let one = crate::rules::Number::integer(1);
        if unit == Unit::Percent && !value.is_zero() && value <= one {
            // 0.7 is most likely the share and not seven tenths of a percent.
            let percent = format!("{}%", value.multiply(&crate::rules::Number::integer(100)));
            return diagnostic.fix(Fix::maybe(format!("write `{percent}`"), plain.span, percent));
        }
        let text = quantity::with_unit(literal.text, unit);
        let title = format!("write `{text}`");
        match unit {
            Unit::Percent | Unit::Rate => diagnostic.fix(Fix::always(title, plain.span, text)),
            Unit::Bytes => diagnostic.help("bytes are written with their unit: `512MiB`, `20GB`"),
            _ => diagnostic.fix(Fix::maybe(title, plain.span, text)),
        }
    }
}

fn sum(left: Unit, right: Unit) -> Option<Unit> {
    match (left, right) {
        _ if left == right => Some(left),
        _ if is_plain(left) && is_plain(right) => Some(Unit::Count),
        _ => None,
    }
}

fn product(left: Unit, right: Unit) -> Option<Unit> {
    match (left, right) {
        (unit, Unit::Number) | (Unit::Number, unit) => Some(unit),
        _ => None,
    }
}

fn quotient(left: Unit, right: Unit) -> Option<Unit> {
    match (left, right) {
        (unit, Unit::Number) => Some(unit),
        _ if left == right => Some(Unit::Number),
        // A plain number counts things: the share of each.
        (Unit::Number, Unit::Count) => Some(Unit::Number),
        _ => None,
    }
}
