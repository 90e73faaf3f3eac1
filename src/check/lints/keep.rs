//! W0207 and W0208: `keep` ranges outside the cluster's own, and ranges that cross.

use crate::check::lints::logic::{Truth, truth};
use crate::check::lints::subject::action_span;
use crate::check::lints::{Subject, week};
use crate::diagnostic::Diagnostic;
use crate::diagnostic::codes::lint_rules::{KEEP_CROSS, KEEP_OUTSIDE};
use crate::rules::{Action, Bounds, Condition, Rule};
use crate::syntax::tree::{self, SettingKind};

/// Beyond this many `keep` rules pairs are not looked at: nobody could read them either.
const MOST: usize = 200;

pub(super) fn check(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    let range = subject.cluster.nodes;
    let mut keeps: Vec<(&Rule, &tree::Rule<'_>, Bounds)> = Vec::new();
    for (rule, text) in subject.rules() {
        let Action::Keep(keep) = rule.action else { continue };
        if keep.lower < range.lower || keep.upper > range.upper {
            let message = format!(
                "the rule `{}` keeps {}..{} nodes, and the cluster `{}` has {}..{}",
                rule.name, keep.lower, keep.upper, subject.cluster.name, range.lower, range.upper
            );
            let mut diagnostic = Diagnostic::new(KEEP_OUTSIDE, action_span(text), message)
                .help("bounds never reach outside the cluster's own: widen `nodes`, or narrow the `keep`");
            if let Some(setting) = subject.setting(|kind| matches!(kind, SettingKind::Nodes(_))) {
                diagnostic = diagnostic.also(setting.span, "the cluster's range");
            }
            found.push(diagnostic);
        }
        keeps.push((rule, text, keep));
    }
    if keeps.len() < 2 || keeps.len() > MOST {
        return;
    }
    let open = week::combinations(&subject.cluster.windows, 1000);
    for (index, (one, one_text, high)) in keeps.iter().enumerate() {
        for (other, other_text, low) in keeps.iter().skip(index + 1) {
            let crosses = high.lower > low.upper || low.lower > high.upper;
            if crosses && open.iter().any(|open| applies(one, open) && applies(other, open)) && !exclude(subject, one, other) {
                let (winner, loser) = if high.lower > low.upper { (one, other) } else { (other, one) };
                let message = format!("the rules `{}` and `{}` keep ranges that cross", one.name, other.name);
                found.push(
                    Diagnostic::new(KEEP_CROSS, action_span(other_text), message).also(action_span(one_text), "the other range").note(
                        format!(
                            "where both apply the lower end of `{}` wins, and the upper end of `{}` is ignored",
                            winner.name, loser.name
                        ),
                    ),
                );
            }
        }
    }
}

/// Whether the conditions of the two are never true at once.
fn exclude(subject: &Subject<'_>, one: &Rule, other: &Rule) -> bool {
    match (&one.when, &other.when) {
        (Some(one), Some(other)) => truth(subject, &Condition::And(vec![one.clone(), other.clone()])) == Truth::Never,
        _ => false,
    }
}

fn applies(rule: &Rule, open: &[bool]) -> bool {
    let is_open = |window: crate::rules::WindowId| open.get(window.0) == Some(&true);
    rule.during.iter().all(|timing| is_open(timing.window)) && !rule.outside.iter().any(|timing| is_open(timing.window))
}
