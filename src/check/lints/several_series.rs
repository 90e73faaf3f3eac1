//! W0501: queries that yield several series.

use promql_parser::parser::Expr;

use crate::check::promql::shape::{self, Series};
use crate::diagnostic::Diagnostic;
use crate::diagnostic::codes::lint_sources::SEVERAL_SERIES;
use crate::rules::Metric;
use crate::syntax::tree::Text;

pub(super) fn check(metric: &Metric, query: &Expr, text: &Text<'_>, found: &mut Vec<Diagnostic>) {
    let labels = match shape::series(query) {
        Series::One | Series::Unknown => return,
        Series::Labels(labels) => format!("one for each `{}`", labels.join("`, `")),
        Series::Exporter(name) => format!("`{name}` has one for each of its nodes, pods or containers"),
    };
    let message = format!("the query of `{}` yields several series: {labels}", metric.name);
    found.push(
        Diagnostic::new(SEVERAL_SERIES, text.span, message)
            .note("a metric has one sample per instant; several series are an error at run time")
            .help("aggregate what is left: `sum(…)`, `avg(…)` or `max(…)` around it"),
    );
}
