//! Expressions, conditions, texts and values as they are written.

use crate::syntax::tree::{Condition, Expr, ExprKind, Quote, Range, Text, Word};

/// An expression on one line.
pub(super) fn expr(expr: &Expr<'_>) -> String {
    match &expr.kind {
        ExprKind::Literal(literal) => literal.text.to_owned(),
        ExprKind::Name(name) => (*name).to_owned(),
        ExprKind::Binary(binary) => format!("{} {} {}", self::expr(&binary.left), binary.op.node.as_str(), self::expr(&binary.right)),
        ExprKind::Not(inner) => format!("not {}", self::expr(inner)),
        ExprKind::In(parts) => format!("{} in {}", self::expr(&parts.0), range(&parts.1)),
        ExprKind::Call(call) => format!("{}({})", call.function.node.as_str(), list(call.args.iter().map(self::expr))),
        ExprKind::Paren(inner) => format!("({})", condition(inner)),
        ExprKind::Error => String::new(),
    }
}

/// `EXPR [for D]`.
pub(super) fn condition(condition: &Condition<'_>) -> String {
    expr(&condition.expr) + &sustain(condition)
}

/// The condition cut at the `and`s or `or`s that bind least.
pub(super) fn condition_parts(condition: &Condition<'_>) -> Vec<String> {
    let mut parts = Vec::new();
    let mut rest = &condition.expr;
    while let ExprKind::Binary(binary) = &rest.kind {
        let precedence = binary.op.node.precedence();
        let outer = match &condition.expr.kind {
            ExprKind::Binary(outer) => outer.op.node.precedence(),
            _ => break,
        };
        if precedence > 2 || precedence != outer {
            break;
        }
        parts.push(format!("{} {}", binary.op.node.as_str(), expr(&binary.right)));
        rest = &binary.left;
    }
    parts.push(expr(rest));
    parts.reverse();
    if let Some(last) = parts.last_mut() {
        last.push_str(&sustain(condition));
    }
    parts
}

fn sustain(condition: &Condition<'_>) -> String {
    condition.sustain.as_ref().map_or_else(String::new, |duration| format!(" for {}", expr(duration)))
}

/// `A..B`.
pub(super) fn range(range: &Range<'_>) -> String {
    format!("{}..{}", expr(&range.start), expr(&range.end))
}

/// A text in the quotes that it had.
pub(super) fn text(text: &Text<'_>) -> String {
    match text.quote {
        Quote::Double => format!("\"{}\"", text.raw),
        Quote::Raw => format!("`{}`", text.raw),
    }
}

/// `EXPR node` or `EXPR nodes`.
pub(super) fn amount(value: &Expr<'_>) -> String {
    let value = expr(value);
    let word = if value == "1" { "node" } else { "nodes" };
    format!("{value} {word}")
}

/// Parts with commas between.
pub(super) fn list(parts: impl Iterator<Item = String>) -> String {
    parts.collect::<Vec<_>>().join(", ")
}
