//! W0201: rules that can never fire.

use crate::check::lints::logic::Truth;
use crate::check::lints::subject::condition_span;
use crate::check::lints::{Looked, Subject, week};
use crate::diagnostic::Diagnostic;
use crate::diagnostic::codes::lint_rules::NEVER_FIRES;
use crate::rules::{Rule, Stretch};
use crate::syntax::tree;

pub(super) fn check(subject: &Subject<'_>, looked: &Looked<'_>, found: &mut Vec<Diagnostic>) {
    let Looked { rule, text, truth } = looked;
    if *truth == Some(Truth::Never) {
        let message = format!("the rule `{}` can never fire: its condition is never true", rule.name);
        let diagnostic = Diagnostic::new(NEVER_FIRES, condition_span(text), message).label("contradicts itself, or what is possible");
        found.push(diagnostic);
    } else if excluded(subject, rule) {
        let message = format!("the rule `{}` can never fire: its windows exclude each other", rule.name);
        found.push(Diagnostic::new(NEVER_FIRES, windows_span(text), message));
    }
}

/// Whether the weekly windows leave the rule no minute. Dated ones depend on the year, so they are left out.
fn excluded(subject: &Subject<'_>, rule: &Rule) -> bool {
    if rule.during.iter().any(|during| rule.outside.iter().any(|outside| outside.window == during.window && outside.early >= during.early))
    {
        return true;
    }
    if rule.during.len() < 2 || rule.during.iter().any(|timing| !timing.early.is_zero()) {
        return false;
    }
    let windows: Vec<_> = rule.during.iter().filter_map(|timing| subject.window(timing.window)).cloned().collect();
    let weekly = windows.iter().all(|window| window.stretches.iter().all(|stretch| matches!(stretch, Stretch::Weekly { .. })));
    weekly && !week::combinations(&windows, 1000).iter().any(|open| open.iter().all(|open| *open))
}

fn windows_span(rule: &tree::Rule<'_>) -> crate::source::Span {
    let windows =
        rule.clauses.iter().filter(|clause| matches!(clause.kind, tree::ClauseKind::During { .. } | tree::ClauseKind::Outside { .. }));
    windows.map(|clause| clause.span).reduce(crate::source::Span::to).unwrap_or(rule.name.span)
}
