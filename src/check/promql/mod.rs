//! Queries: parsed as Prometheus would, with errors shown inside the string.

mod place;
pub(super) mod shape;
mod token;

use promql_parser::parser::value::ValueType;
use promql_parser::parser::{self, Expr};

use crate::check::checker::Checker;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::codes::values;
use crate::syntax::tree::Text;

/// The longest query: far above any in use.
const LONGEST: usize = 16 * 1024;

/// The most tokens of a query, and so the depth of its tree.
const MOST_TOKENS: usize = 2000;

impl Checker<'_> {
    /// The query's text and its tree, where it is one.
    pub fn promql(&mut self, text: &Text<'_>) -> Option<(String, Expr)> {
        let query = text.value();
        if let Some((start, end, message)) = too_large(&query) {
            self.error(values::PROMQL, text.span_within(start, end), message);
            return None;
        }
        let expr = match parser::parse(&query) {
            Ok(expr) => expr,
            Err(reason) => {
                let problem = place::place(&query, &reason);
                let mut diagnostic = Diagnostic::new(values::PROMQL, text.span_within(problem.start, problem.end), problem.message);
                if let Some(help) = problem.help {
                    diagnostic = diagnostic.help(help);
                }
                self.report(diagnostic);
                return None;
            }
        };
        let found = match expr.value_type() {
            ValueType::Vector | ValueType::Scalar => return Some((query.into_owned(), expr)),
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

/// A bound on the size of a query, before anything walks its tree: every token can be a level of it.
fn too_large(query: &str) -> Option<(usize, usize, String)> {
    let wrong = if query.len() > LONGEST {
        format!("the query is {} bytes long, more than the {LONGEST} that one may have", query.len())
    } else if query.len() > MOST_TOKENS && token::tokens(query).is_ok_and(|tokens| tokens.len() > MOST_TOKENS) {
        format!("the query has more than the {MOST_TOKENS} words and signs that one may have")
    } else {
        return None;
    };
    Some((0, query.len(), wrong))
}
