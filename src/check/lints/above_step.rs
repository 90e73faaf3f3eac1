//! W0210: constant amounts above the cluster's step.

use crate::check::lints::subject::action_span;
use crate::check::lints::{Looked, Subject};
use crate::diagnostic::Diagnostic;
use crate::diagnostic::codes::lint_rules::ABOVE_STEP;
use crate::rules::{Action, Amount, Expression, Number};
use crate::syntax::tree::SettingKind;

pub(super) fn check(subject: &Subject<'_>, looked: &Looked<'_>, found: &mut Vec<Diagnostic>) {
    let step = subject.cluster.step;
    let Looked { rule, text, .. } = looked;
    let (amount, step, word) = match &rule.action {
        Action::Add(Amount::Nodes(Expression::Literal(amount))) => (amount.ceil(), step.up, "up"),
        Action::Remove(Amount::Nodes(Expression::Literal(amount))) => (amount.floor(), step.down, "down"),
        _ => return,
    };
    if amount <= Number::from(step) {
        return;
    }
    let message = format!("the rule `{}` asks for {amount} nodes, and one decision changes at most {step}", rule.name);
    let mut diagnostic = Diagnostic::new(ABOVE_STEP, action_span(text), message)
        .help(format!("ask for {step}, or raise the cluster's step: `step {word} {amount}`"));
    match subject.setting(|kind| matches!(kind, SettingKind::Step { .. })) {
        Some(setting) => diagnostic = diagnostic.also(setting.span, "the step is set here"),
        None => diagnostic = diagnostic.note(format!("without `step {word}` it is {step}")),
    }
    found.push(diagnostic);
}
