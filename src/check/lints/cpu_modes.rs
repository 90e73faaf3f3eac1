//! W0503: averages over `node_cpu_seconds_total` that divide by the number of modes.

use promql_parser::label::MatchOp;
use promql_parser::parser::{Expr, LabelModifier, VectorSelector};

use crate::check::promql::shape;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::codes::lint_sources::CPU_MODES;
use crate::rules::Metric;
use crate::syntax::tree::Text;

pub(super) fn check(metric: &Metric, query: &Expr, text: &Text<'_>, found: &mut Vec<Diagnostic>) {
    let mut wrong = false;
    shape::visit(query, &mut |part| wrong |= averages_modes(part));
    if wrong {
        let message = format!("the average in `{}` divides by the number of CPU modes too, and never reaches 15%", metric.name);
        found.push(
            Diagnostic::new(CPU_MODES, text.span, message)
                .note("`node_cpu_seconds_total` has one series for each mode of each CPU")
                .help("write `100 * (1 - avg(rate(node_cpu_seconds_total{mode=\"idle\"}[5m])))`"),
        );
    }
}

/// `avg(rate(node_cpu_seconds_total{…}[…]))` over more than one mode.
fn averages_modes(part: &Expr) -> bool {
    let Expr::Aggregate(aggregate) = part else { return false };
    if aggregate.op.to_string() != "avg" {
        return false;
    }
    let by_mode = match &aggregate.modifier {
        Some(LabelModifier::Include(labels)) => labels.labels.iter().any(|label| label == "mode"),
        Some(LabelModifier::Exclude(labels)) => !labels.labels.iter().any(|label| label == "mode"),
        None => false,
    };
    // A sum below has added the modes up already.
    !by_mode && selector(&aggregate.expr).is_some_and(|selector| is_cpu(selector) && !one_mode(selector))
}

/// The selector at the bottom, past functions and brackets but not past another aggregation.
fn selector(expr: &Expr) -> Option<&VectorSelector> {
    match expr {
        Expr::VectorSelector(selector) => Some(selector),
        Expr::MatrixSelector(matrix) => Some(&matrix.vs),
        Expr::Paren(inner) => selector(&inner.expr),
        Expr::Call(call) => call.args.args.iter().find_map(|arg| selector(arg)),
        Expr::Subquery(inner) => selector(&inner.expr),
        _ => None,
    }
}

fn is_cpu(selector: &VectorSelector) -> bool {
    selector.name.as_deref() == Some("node_cpu_seconds_total")
}

fn one_mode(selector: &VectorSelector) -> bool {
    selector.matchers.matchers.iter().any(|matcher| {
        matcher.name == "mode"
            && match &matcher.op {
                MatchOp::Equal => true,
                MatchOp::Re(_) => matcher.value.bytes().all(|byte| byte.is_ascii_alphanumeric()),
                _ => false,
            }
    })
}
