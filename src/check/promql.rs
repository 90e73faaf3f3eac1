//! Queries: parsed as Prometheus would, with errors shown inside the string.

use promql_parser::parser::value::ValueType;
use promql_parser::parser::{self, Expr};

use crate::check::checker::Checker;
use crate::check::promql_place;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::codes::values;
use crate::syntax::tree::Text;

/// The longest query: far above any in use, and a bound on the depth of its tree.
const LONGEST: usize = 16 * 1024;

impl Checker<'_> {
    /// The query's text, where it is one.
    pub fn promql(&mut self, text: &Text<'_>) -> Option<String> {
        let query = text.value();
        if let Some((start, end, message)) = too_large(&query) {
            self.error(values::PROMQL, text.span_within(start, end), message);
            return None;
        }
        let expr = match parser::parse(&query) {
            Ok(expr) => expr,
            Err(reason) => {
                let problem = promql_place::place(&query, &reason);
                let mut diagnostic = Diagnostic::new(values::PROMQL, text.span_within(problem.start, problem.end), problem.message);
                if let Some(help) = problem.help {
                    diagnostic = diagnostic.help(help);
                }
                self.report(diagnostic);
                return None;
            }
        };
        let found = match expr.value_type() {
            ValueType::Vector | ValueType::Scalar => return Some(query.into_owned()),
            ValueType::Matrix => "a range of samples",
            ValueType::String => "a text",
        };
        let whole = text.span_within(0, query.len());
        let mut diagnostic =
            Diagnostic::new(values::PROMQL_TYPE, whole, format!("the query yields {found}, and a metric has one sample per instant"));
        if matches!(expr, Expr::MatrixSelector(_) | Expr::Subquery(_)) {
            diagnostic = diagnostic.help("take a function of the range: `rate(…)` of a counter, `avg_over_time(…)` of a gauge");
        }
        self.report(diagnostic);
        None
    }
}

/// A bound on the size of a query, before anything walks its tree: every operator can be a level.
fn too_large(query: &str) -> Option<(usize, usize, String)> {
    (query.len() > LONGEST)
        .then(|| (0, query.len(), format!("the query is {} bytes long, more than the {LONGEST} that one may have", query.len())))
}
