//! W0305: removals, and `track`, that rest on a forecast.

use crate::check::lints::subject::condition_span;
use crate::check::lints::visit;
use crate::check::lints::{Looked, Subject};
use crate::diagnostic::Diagnostic;
use crate::diagnostic::codes::lint_dynamics::FORECAST;
use crate::rules::{Action, Expression};

pub(super) fn check(_: &Subject<'_>, looked: &Looked<'_>, found: &mut Vec<Diagnostic>) {
    let Looked { rule, text, .. } = looked;
    let what = match rule.action {
        Action::Remove(_) => "removes nodes",
        Action::Track { .. } => "tracks a metric",
        _ => return,
    };
    let mut forecast = false;
    let mut look = |part: &Expression| forecast |= matches!(part, Expression::Forecast { .. });
    rule.when.iter().for_each(|when| visit::condition_expressions(when, &mut look));
    visit::amount(rule).into_iter().for_each(|amount| visit::expressions(amount, &mut look));
    if forecast {
        let message = format!("the rule `{}` {what} and rests on a forecast, which never removes any", rule.name);
        found.push(
            Diagnostic::new(FORECAST, condition_span(text), message).help("look at what was measured: `avg(m, D)`, or the value now"),
        );
    }
}
