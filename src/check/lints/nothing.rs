//! W0205: actions that propose nothing.

use crate::check::lints::subject::action_span;
use crate::check::lints::{Looked, Subject};
use crate::diagnostic::Diagnostic;
use crate::diagnostic::codes::lint_rules::NOTHING;
use crate::rules::{Action, Amount, Expression, Number};

pub(super) fn check(subject: &Subject<'_>, looked: &Looked<'_>, found: &mut Vec<Diagnostic>) {
    let Looked { rule, text, .. } = looked;
    let most = Number::from(subject.cluster.nodes.upper);
    let of_all = |share: &Number| share.multiply(&most).divide(&Number::integer(100)).unwrap_or(Number::ZERO);
    let nothing = match &rule.action {
        Action::Add(Amount::Nodes(Expression::Literal(amount)) | Amount::Percent(amount)) => *amount <= Number::ZERO,
        Action::Remove(Amount::Nodes(Expression::Literal(amount))) => *amount < Number::integer(1),
        Action::Remove(Amount::Percent(share)) => of_all(share) < Number::integer(1),
        _ => false,
    };
    if nothing {
        let message = format!("the rule `{}` proposes no change", rule.name);
        let diagnostic = Diagnostic::new(NOTHING, action_span(text), message);
        found.push(diagnostic.note("additions are rounded up to whole nodes, removals down"));
    }
}
