//! W0206: words and clauses without effect.

use crate::check::lints::{Looked, Subject};
use crate::diagnostic::codes::lint_rules::NO_EFFECT;
use crate::diagnostic::{Diagnostic, Fix};
use crate::rules::Action;
use crate::syntax::tree::ClauseKind;

pub(super) fn check(_: &Subject<'_>, looked: &Looked<'_>, found: &mut Vec<Diagnostic>) {
    let Looked { rule, text, .. } = looked;
    let action = match &rule.action {
        Action::Remove(_) => "removes nodes",
        Action::Keep(_) => "keeps bounds, which no cooldown delays",
        Action::Hold(_) => "only vetoes",
        Action::Add(_) | Action::Set(_) | Action::Track { .. } => return,
    };
    if let Some(urgent) = text.urgent {
        let message = format!("`urgent` has no effect: the rule `{}` {action}", rule.name);
        let diagnostic = Diagnostic::new(NO_EFFECT, urgent, message).note("`urgent` ignores the cluster's `cooldown up`, nothing else");
        found.push(diagnostic.fix(Fix::always("remove `urgent`", urgent, "")));
    }
    let cooldown = text.clauses.iter().find(|clause| matches!(clause.kind, ClauseKind::Cooldown(_)));
    if let (Some(cooldown), false) = (cooldown, matches!(rule.action, Action::Remove(_))) {
        let message = format!("`cooldown` has no effect: the rule `{}` {action}", rule.name);
        found.push(Diagnostic::new(NO_EFFECT, cooldown.span, message).fix(Fix::always("remove it", cooldown.span, "")));
    }
}
