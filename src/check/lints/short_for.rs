//! W0204: `for` shorter than the evaluation interval.

use jiff::SignedDuration;

use crate::check::lints::subject::condition_span;
use crate::check::lints::visit;
use crate::check::lints::{Looked, Subject};
use crate::check::quantity::show_duration;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::codes::lint_rules::SHORT_FOR;
use crate::rules::Condition;
use crate::syntax::tree::SettingKind;

pub(super) fn check(subject: &Subject<'_>, looked: &Looked<'_>, found: &mut Vec<Diagnostic>) {
    let evaluate = &subject.cluster.evaluate;
    let shortest = evaluate.quicker.iter().map(|quicker| quicker.every).fold(evaluate.every, SignedDuration::min);
    let Looked { rule, text, .. } = looked;
    let mut least: Option<SignedDuration> = None;
    rule.when.iter().for_each(|when| {
        visit::conditions(when, &mut |part| {
            if let Condition::For { over, .. } = part {
                least = Some(least.map_or(*over, |least| least.min(*over)));
            }
        });
    });
    let Some(least) = least.filter(|least| *least < shortest) else { return };
    let message = format!("`for {}` is shorter than the {} between two evaluations", show_duration(least), show_duration(shortest));
    let mut diagnostic = Diagnostic::new(SHORT_FOR, condition_span(text), message)
        .help(format!("ask for at least two evaluations: `for {}`", show_duration(shortest.saturating_add(shortest))));
    if let Some(setting) = subject.setting(|kind| matches!(kind, SettingKind::Evaluate(_))) {
        diagnostic = diagnostic.also(setting.span, "the interval is set here");
    } else {
        diagnostic = diagnostic.note("without `evaluate every D` the interval is 2m");
    }
    found.push(diagnostic);
}
