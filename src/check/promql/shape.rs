//! What can be read off a query without asking for it.

use promql_parser::label::MatchOp;
use promql_parser::parser::{Expr, LabelModifier, VectorSelector};

/// How many series a query yields.
pub(in crate::check) enum Series {
    One,
    /// One for each value of these labels.
    Labels(Vec<String>),
    /// One for each node, pod or container that this metric has.
    Exporter(String),
    /// It depends on what is stored.
    Unknown,
}

/// The expression without brackets around it.
pub(in crate::check) fn bare(expr: &Expr) -> &Expr {
    match expr {
        Expr::Paren(inner) => bare(&inner.expr),
        other => other,
    }
}

/// Calls `look` with every part of the query.
pub(in crate::check) fn visit<'e>(expr: &'e Expr, look: &mut impl FnMut(&'e Expr)) {
    look(expr);
    match expr {
        Expr::Aggregate(aggregate) => {
            visit(&aggregate.expr, look);
            aggregate.param.iter().for_each(|param| visit(param, look));
        }
        Expr::Unary(inner) => visit(&inner.expr, look),
        Expr::Binary(binary) => {
            visit(&binary.lhs, look);
            visit(&binary.rhs, look);
        }
        Expr::Paren(inner) => visit(&inner.expr, look),
        Expr::Subquery(inner) => visit(&inner.expr, look),
        Expr::Call(call) => call.args.args.iter().for_each(|arg| visit(arg, look)),
        _ => {}
    }
}

pub(in crate::check) fn series(expr: &Expr) -> Series {
    match expr {
        Expr::NumberLiteral(_) | Expr::StringLiteral(_) => Series::One,
        Expr::Paren(inner) => series(&inner.expr),
        Expr::Unary(inner) => series(&inner.expr),
        Expr::Subquery(inner) => series(&inner.expr),
        Expr::VectorSelector(selector) => selected(selector),
        Expr::MatrixSelector(matrix) => selected(&matrix.vs),
        Expr::Aggregate(aggregate) => match (&aggregate.modifier, aggregate.op.to_string().as_str()) {
            (_, "topk" | "bottomk" | "limitk" | "limit_ratio" | "count_values") => match aggregate.param.as_deref().map(bare) {
                Some(Expr::NumberLiteral(one)) if one.val <= 1.0 => Series::One,
                _ => Series::Unknown,
            },
            (None, _) => Series::One,
            (Some(LabelModifier::Include(labels)), _) if labels.labels.is_empty() => Series::One,
            (Some(LabelModifier::Include(labels)), _) => match series(&aggregate.expr) {
                Series::One => Series::One,
                _ => Series::Labels(labels.labels.clone()),
            },
            (Some(LabelModifier::Exclude(_)), _) => match series(&aggregate.expr) {
                Series::One => Series::One,
                _ => Series::Unknown,
            },
        },
        Expr::Call(call) => match (call.func.name, call.args.args.last()) {
            ("scalar" | "vector" | "time" | "pi" | "absent" | "absent_over_time", _) => Series::One,
            ("histogram_quantile", Some(buckets)) => match series(buckets) {
                Series::Labels(labels) => {
                    let left: Vec<String> = labels.into_iter().filter(|label| label != "le").collect();
                    if left.is_empty() { Series::One } else { Series::Labels(left) }
                }
                other => other,
            },
            _ => call.args.args.iter().map(|arg| series(arg)).reduce(more).unwrap_or(Series::Unknown),
        },
        Expr::Binary(binary) => match (series(&binary.lhs), series(&binary.rhs)) {
            (Series::One, Series::One) => Series::One,
            (left, right) => more(left, right),
        },
        Expr::Extension(_) => Series::Unknown,
    }
}

/// The side that has more of them, as far as that is known.
fn more(left: Series, right: Series) -> Series {
    match (left, right) {
        (Series::One, other) | (other, Series::One) => other,
        (Series::Unknown, _) | (_, Series::Unknown) => Series::Unknown,
        (left, _) => left,
    }
}

/// Exporters of nodes and pods have a series for each; a label that names one of them picks it.
fn selected(selector: &VectorSelector) -> Series {
    let Some(name) = &selector.name else { return Series::Unknown };
    let exporter = ["node_", "container_", "kube_pod_", "kube_node_", "kubelet_"].iter().any(|prefix| name.starts_with(prefix));
    let picked = selector.matchers.matchers.iter().any(|matcher| {
        matches!(matcher.op, MatchOp::Equal) && matches!(matcher.name.as_str(), "instance" | "node" | "pod" | "container" | "uid")
    });
    if exporter && !picked { Series::Exporter(name.clone()) } else { Series::Unknown }
}
