//! W0202: rules that fire at every evaluation.

use crate::check::lints::logic::Truth;
use crate::check::lints::subject::condition_span;
use crate::check::lints::{Looked, Subject};
use crate::diagnostic::Diagnostic;
use crate::diagnostic::codes::lint_rules::ALWAYS_FIRES;
use crate::rules::Action;

pub(super) fn check(_: &Subject<'_>, looked: &Looked<'_>, found: &mut Vec<Diagnostic>) {
    let Looked { rule, text, truth } = looked;
    let timeless = rule.during.is_empty() && rule.outside.is_empty();
    match truth {
        // A tracking rule watches its metric by itself, and bounds may well be for always.
        None if timeless && !matches!(rule.action, Action::Track { .. } | Action::Keep(_)) => {
            let message = format!("the rule `{}` has no condition and no window: it always fires", rule.name);
            let diagnostic = Diagnostic::new(ALWAYS_FIRES, text.name.span, message);
            found.push(diagnostic.help("say when: `when …`, `during …` or `outside …`"));
        }
        Some(Truth::Always) => {
            let message = format!("the condition of the rule `{}` is always true", rule.name);
            found.push(Diagnostic::new(ALWAYS_FIRES, condition_span(text), message).label("true whatever is observed"));
        }
        _ => {}
    }
}
