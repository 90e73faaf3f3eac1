//! W0101: metrics, constants and windows that nothing uses. The check has noted every name that something rests on.

use crate::check::lints::Model;
use crate::check::scope::Scope;
use crate::diagnostic::codes::lint_names::UNUSED;
use crate::diagnostic::{Diagnostic, Fix};

pub(super) fn check(model: &Model<'_>, found: &mut Vec<Diagnostic>) {
    for subject in &model.subjects {
        report(&subject.block.scope, found);
    }
    report(model.shared, found);
}

fn report(scope: &Scope<'_>, found: &mut Vec<Diagnostic>) {
    let metrics = scope.unused_metrics().map(|item| (item.name, item.span, "metric"));
    let constants = scope.unused_constants().map(|item| (item.name, item.span, "constant"));
    let windows = scope.unused_windows().map(|item| (item.name, item.span, "window"));
    for (name, whole, kind) in metrics.chain(constants).chain(windows) {
        let message = format!("the {kind} `{}` is not used by any rule or setting", name.node);
        let diagnostic = Diagnostic::new(UNUSED, name.span, message).help("remove it, or use it in a rule");
        found.push(diagnostic.fix(Fix::maybe("remove it", whole, "")));
    }
}
