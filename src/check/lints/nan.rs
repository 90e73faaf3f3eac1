//! W0502: quantiles and ratios that are NaN without traffic, and lack `empty is`.

use promql_parser::parser::Expr;

use crate::check::promql::shape;
use crate::check::quantity::with_unit;
use crate::diagnostic::codes::lint_sources::NAN;
use crate::diagnostic::{Diagnostic, Fix};
use crate::rules::Metric;
use crate::syntax::tree::Text;

pub(super) fn check(metric: &Metric, query: &Expr, text: &Text<'_>, found: &mut Vec<Diagnostic>) {
    // Workers that run are never without load figures, so a share of capacity may not say what none means.
    if metric.empty_is.is_some() || metric.of_capacity {
        return;
    }
    let Some(what) = nan(query) else { return };
    let zero = with_unit("0", metric.unit);
    let message = format!("without traffic `{}` is {what}, which is missing, and nothing is removed", metric.name);
    found.push(Diagnostic::new(NAN, text.span, message).help(format!("say what no traffic means: `empty is {zero}`")).fix(Fix::maybe(
        format!("add `empty is {zero}`"),
        text.span.after(),
        format!(" empty is {zero}"),
    )));
}

/// What is NaN where nothing was counted.
fn nan(query: &Expr) -> Option<&'static str> {
    match query {
        Expr::Paren(inner) => nan(&inner.expr),
        Expr::Unary(inner) => nan(&inner.expr),
        Expr::Call(call) if call.func.name == "histogram_quantile" => Some("a quantile of no requests"),
        Expr::Call(call) => call.args.args.iter().find_map(|arg| nan(arg)),
        Expr::Aggregate(aggregate) => nan(&aggregate.expr),
        // `x or vector(0)` says it in PromQL.
        Expr::Binary(binary) if matches!(binary.op.to_string().as_str(), "or") => None,
        Expr::Binary(binary) if binary.op.to_string() == "/" && counts(&binary.rhs) => Some("a ratio of nothing to nothing"),
        Expr::Binary(binary) => nan(&binary.lhs).or_else(|| nan(&binary.rhs)),
        _ => None,
    }
}

/// Whether the divisor is what happened in some time, which can be nothing.
fn counts(divisor: &Expr) -> bool {
    let mut counts = false;
    shape::visit(divisor, &mut |part| {
        if let Expr::Call(call) = part {
            counts |= matches!(call.func.name, "rate" | "irate" | "increase" | "delta");
        }
    });
    counts
}
