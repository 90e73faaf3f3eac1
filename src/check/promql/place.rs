//! Where in a query the mistake is. The parser says what is wrong, seldom where: so the place is found by asking it
//! which beginnings of the query could still become one.

use promql_parser::parser;

use crate::check::promql::token::{self, Kind, Token};

/// What is wrong with a query, and where in it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Problem {
    pub start: usize,
    pub end: usize,
    pub message: String,
    pub help: Option<String>,
}

/// What the parser answers to a text that the grammar has no place for.
const SYNTAX: [&str; 2] = ["invalid promql query", "ParseError"];

pub(super) fn place(query: &str, reason: &str) -> Problem {
    if query.trim().is_empty() {
        return problem(query, 0, query.len(), "the query is empty");
    }
    let tokens = match token::tokens(query) {
        Ok(tokens) => tokens,
        Err(quote) => return problem(query, quote, query.len(), "this text is never closed"),
    };
    if let Some(problem) = brackets(query, &tokens) {
        return problem;
    }
    if parser::lexer(query).is_ok() && !SYNTAX.contains(&reason) {
        return meaning(query, &tokens, reason);
    }
    // Every beginning of one that can go on can go on too, so the first that cannot is found by halving.
    let wrong = partition(tokens.len(), |count| viable(query, &tokens, count));
    let Some(token) = wrong.checked_sub(1).and_then(|index| tokens.get(index)) else {
        let end = query.trim_end().len();
        return problem(query, end, end, "the query ends too soon");
    };
    let text = query.get(token.start..token.end).unwrap_or("");
    let mut problem = problem(query, token.start, token.end, &format!("`{text}` cannot stand here"));
    problem.help = hint(query, &tokens, wrong - 1);
    problem
}

fn problem(query: &str, start: usize, end: usize, message: &str) -> Problem {
    let end = end.min(query.len());
    Problem { start: start.min(end), end, message: format!("the query is no PromQL: {message}"), help: None }
}

/// Brackets that are never opened or never closed.
fn brackets(query: &str, tokens: &[Token]) -> Option<Problem> {
    match token::open_brackets(query, tokens) {
        Err(close) => {
            let text = query.get(close.start..close.end).unwrap_or("");
            Some(problem(query, close.start, close.end, &format!("this `{text}` closes nothing")))
        }
        Ok(open) => open.last().map(|(open, close)| {
            let text = query.get(open.start..open.end).unwrap_or("");
            let mut problem = problem(query, open.start, open.end, &format!("this `{text}` is never closed"));
            problem.help = Some(format!("add the `{close}` that belongs to it"));
            problem
        }),
    }
}

/// A query that the grammar admits and that means nothing: the parser's own words, at the function that they name.
fn meaning(query: &str, tokens: &[Token], reason: &str) -> Problem {
    let named = reason.split('\'').nth(1).unwrap_or("");
    let place = tokens.iter().find(|token| !named.is_empty() && query.get(token.start..token.end) == Some(named));
    let (start, end) = place.map_or((0, query.len()), |token| (token.start, token.end));
    let said = reason.replace('\'', "`").replace("expected type ", "expected ");
    let said = said
        .replace("matrix", "a range of samples")
        .replace("instant vector", "instant samples")
        .replace("vector", "one sample of each series");
    let mut problem = problem(query, start, end, &said);
    if reason.starts_with("expected type matrix") || reason.starts_with("expected type range") {
        problem.help = Some(format!("`{named}` looks at a range of samples: give it one, as in `{named}(some_metric[5m])`"));
    } else if reason.contains("got matrix") || reason.contains("instant vector types") || reason.contains("got range") {
        problem.help = Some("a range such as `[5m]` needs a function over it first: `rate(…)` or `avg_over_time(…)`".to_owned());
    }
    problem
}

fn hint(query: &str, tokens: &[Token], wrong: usize) -> Option<String> {
    let text = |index: usize| tokens.get(index).and_then(|token| query.get(token.start..token.end));
    let found = text(wrong)?;
    let before = wrong.checked_sub(1).and_then(text).unwrap_or("");
    match (before, found) {
        (_, "&") | (_, "|") => Some("PromQL joins vectors by `and`, `or` and `unless`".to_owned()),
        ("=", _) => Some("PromQL compares with `==`; a single `=` belongs to labels, inside `{…}`".to_owned()),
        (_, "=") => Some("PromQL compares with `==`; labels stand in `{…}`".to_owned()),
        _ if tokens.get(wrong).is_some_and(|token| matches!(token.kind, Kind::Word | Kind::Number)) => {
            Some("an operator is missing before it, or a comma between arguments".to_owned())
        }
        _ => None,
    }
}

/// How many tokens it takes until the beginning cannot go on; 0 where all of it could.
fn partition(count: usize, mut viable: impl FnMut(usize) -> bool) -> usize {
    if viable(count) {
        return 0;
    }
    let (mut good, mut bad) = (0, count);
    while bad - good > 1 {
        let middle = good.midpoint(bad);
        if viable(middle) { good = middle } else { bad = middle }
    }
    bad
}

/// Whether some text could follow the first `count` tokens.
fn viable(query: &str, tokens: &[Token], count: usize) -> bool {
    let Some(beginning) = tokens.get(..count) else { return false };
    let (Some(last), Ok(open)) = (beginning.last(), token::open_brackets(query, beginning)) else {
        return beginning.is_empty();
    };
    let start = query.get(..last.end).unwrap_or(query);
    let closers: Vec<char> = open.iter().rev().map(|(_, close)| *close).collect();
    let (inner, outer) = closers.split_at(closers.len().min(1));
    let outer: String = outer.iter().collect();
    let inner: String = inner.iter().collect();
    let fills = ["", " x", "x\"", "(x)", " 5m", " (a) x", " (a) (x)", "=\"a\"", "\"a\"", " 1", ":", " 5m:", "0", "=x"];
    let middles: &[&str] = if inner.is_empty() { &[""] } else { &["", "(x)", " x", "5m"] };
    fills.iter().any(|fill| middles.iter().any(|middle| reads(&format!("{start}{fill}{inner}{middle}{outer}"))))
}

fn reads(text: &str) -> bool {
    match parser::parse(text) {
        Ok(_) => true,
        // Right by the grammar; what it means is another question.
        Err(reason) => parser::lexer(text).is_ok() && !SYNTAX.contains(&reason.as_str()),
    }
}

#[cfg(test)]
mod tests {
    use super::place;

    /// The words that are underlined, and what is said.
    fn wrong(query: &str) -> (String, String) {
        let reason = promql_parser::parser::parse(query).unwrap_err();
        let problem = place(query, &reason);
        let message = problem.message.strip_prefix("the query is no PromQL: ").unwrap().to_owned();
        (query.get(problem.start..problem.end).unwrap().to_owned(), message)
    }

    #[test]
    fn mistakes_are_found_where_they_are() {
        let at = |query: &str| wrong(query).0;
        assert_eq!(at("sum(up"), "(");
        assert_eq!(at("sum(up))"), ")");
        assert_eq!(at("sum(rate(x[5m)])"), ")");
        assert_eq!(at("sum(up) by by (job)"), "by");
        assert_eq!(at("avg up"), "up");
        assert_eq!(at("up up"), "up");
        assert_eq!(at("sum(rate(a[5m])) / / sum(b)"), "/");
        assert_eq!(at("sum by (le) (rate(a[5m])) +"), "");
        assert_eq!(at("rate(http_requests_total)"), "rate");
        assert_eq!(at("100 * (1 - average(x))"), "average");
        assert_eq!(at("up{job=prometheus}"), "prometheus");
        assert_eq!(at("up{job=\"a\" instance=\"b\"}"), "instance");
        assert_eq!(at("rate(x[5 m])"), "m");
        assert_eq!(at("up && down"), "&");
        assert_eq!(at("up{job=\"a}"), "\"a}");
        assert_eq!(at(""), "");
    }

    #[test]
    fn the_reason_is_told() {
        assert_eq!(wrong("sum(up").1, "this `(` is never closed");
        assert_eq!(wrong("up up").1, "`up` cannot stand here");
        assert_eq!(wrong("average(x)").1, "unknown function with name `average`");
        assert_eq!(wrong("sum(up) /").1, "the query ends too soon");
    }
}
