//! W0504: percentages whose query yields a share from 0 to 1.

use promql_parser::parser::Expr;

use crate::check::promql::shape;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::codes::lint_sources::SHARE;
use crate::rules::{Metric, Unit};
use crate::syntax::tree::Text;

pub(super) fn check(metric: &Metric, query: &Expr, text: &Text<'_>, found: &mut Vec<Diagnostic>) {
    if metric.unit != Unit::Percent || !is_share(query) || scaled(query) {
        return;
    }
    let message = format!("`{}` is a percentage, and its query yields a share from 0 to 1", metric.name);
    let mut diagnostic = Diagnostic::new(SHARE, text.span, message).note("a sample of 70 is 70%, and one of 0.7 is less than 1%");
    diagnostic = diagnostic.help("multiply the query by 100");
    found.push(diagnostic);
}

/// `1 - x`, or a ratio of two vectors.
fn is_share(query: &Expr) -> bool {
    let Expr::Binary(binary) = shape::bare(query) else { return false };
    match binary.op.to_string().as_str() {
        "-" => matches!(shape::bare(&binary.lhs), Expr::NumberLiteral(one) if (one.val - 1.0).abs() < f64::EPSILON),
        "/" => !matches!(shape::bare(&binary.lhs), Expr::NumberLiteral(_)) && !matches!(shape::bare(&binary.rhs), Expr::NumberLiteral(_)),
        _ => false,
    }
}

/// Whether a number in the query looks like the factor.
fn scaled(query: &Expr) -> bool {
    let mut scaled = false;
    shape::visit(query, &mut |part| {
        if let Expr::NumberLiteral(number) = part {
            scaled |= number.val >= 100.0 || (number.val - 0.01).abs() < f64::EPSILON;
        }
    });
    scaled
}
