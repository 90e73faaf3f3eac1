//! W0203: rules that a stronger one always overrules.

use std::collections::BTreeMap;

use crate::check::lints::Subject;
use crate::check::lints::logic::mirror;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::codes::lint_rules::SHADOWED;
use crate::rules::{Action, Amount, Comparison, Condition, Expression, Number, Rule};
use crate::syntax::tree;

/// Beyond this many alike, pairs are not looked at.
const MOST: usize = 200;

pub(super) fn check(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    // Only rules of one direction and one kind of amount can overrule each other for certain.
    let mut alike: BTreeMap<(bool, bool), Vec<(&Rule, &tree::Rule<'_>)>> = BTreeMap::new();
    for (rule, text) in subject.rules() {
        match &rule.action {
            Action::Add(amount) => alike.entry((true, matches!(amount, Amount::Percent(_)))).or_default().push((rule, text)),
            Action::Remove(amount) => alike.entry((false, matches!(amount, Amount::Percent(_)))).or_default().push((rule, text)),
            _ => {}
        }
    }
    for rules in alike.values().filter(|rules| rules.len() <= MOST) {
        for (weak, text) in rules {
            let stronger = rules.iter().find(|(strong, _)| strong.name != weak.name && overrules(strong, weak));
            if let Some((strong, strong_text)) = stronger {
                let message = format!("the rule `{}` never decides: whenever it fires, `{}` fires too and wins", weak.name, strong.name);
                found.push(Diagnostic::new(SHADOWED, text.name.span, message).also(strong_text.name.span, "the stronger rule"));
            }
        }
    }
}

/// Whether `strong` fires and wins whenever `weak` fires. Of two that do so to each other the one of the later name is
/// the weaker.
fn overrules(strong: &Rule, weak: &Rule) -> bool {
    let (Some(strong_amount), Some(weak_amount)) = (amount(strong), amount(weak)) else { return false };
    let adds = matches!(strong.action, Action::Add(_));
    let wins = if adds { strong_amount >= weak_amount } else { strong_amount <= weak_amount };
    let freer = strong.urgent >= weak.urgent && strong.cooldown.is_none() && (!adds || strong.urgent == weak.urgent || strong.urgent);
    let open = strong.during.iter().all(|timing| weak.during.contains(timing))
        && strong.outside.iter().all(|timing| weak.outside.contains(timing));
    let implied = match (&weak.when, &strong.when) {
        (_, None) => true,
        (None, Some(_)) => false,
        (Some(weak), Some(strong)) => implies(weak, strong),
    };
    if !(wins && freer && open && implied) {
        return false;
    }
    let equal = strong_amount == weak_amount && strong.when == weak.when && strong.during == weak.during && strong.outside == weak.outside;
    !(equal && strong.urgent == weak.urgent && weak.cooldown.is_none() && weak.name < strong.name)
}

const fn amount(rule: &Rule) -> Option<&Number> {
    match &rule.action {
        Action::Add(Amount::Nodes(Expression::Literal(value)) | Amount::Percent(value))
        | Action::Remove(Amount::Nodes(Expression::Literal(value)) | Amount::Percent(value)) => Some(value),
        _ => None,
    }
}

/// Whether `one` being true makes `other` true: by its parts, never by guessing.
fn implies(one: &Condition, other: &Condition) -> bool {
    if one == other {
        return true;
    }
    match (one, other) {
        (Condition::Or(parts), _) => parts.iter().all(|part| implies(part, other)),
        (_, Condition::And(parts)) => parts.iter().all(|part| implies(one, part)),
        (Condition::And(parts), _) if parts.iter().any(|part| implies(part, other)) => true,
        (_, Condition::Or(parts)) => parts.iter().any(|part| implies(one, part)),
        (Condition::For { condition: one, over: longer }, Condition::For { condition: other, over: shorter }) => {
            longer >= shorter && implies(one, other)
        }
        (Condition::For { condition, .. }, _) => implies(condition, other),
        (Condition::Compare { .. }, Condition::Compare { .. }) => match (atom(one), atom(other)) {
            (Some((value, operator, bound)), Some((other_value, other_operator, other_bound))) => {
                value == other_value && comparison_implies((operator, bound), (other_operator, other_bound))
            }
            _ => false,
        },
        _ => false,
    }
}

fn atom(condition: &Condition) -> Option<(&Expression, Comparison, &Number)> {
    match condition {
        Condition::Compare { operator, left, right: Expression::Literal(bound) } => Some((left, *operator, bound)),
        Condition::Compare { operator, left: Expression::Literal(bound), right } => Some((right, mirror(*operator), bound)),
        _ => None,
    }
}

fn comparison_implies((one, bound): (Comparison, &Number), (other, least): (Comparison, &Number)) -> bool {
    use Comparison::{Equal, Greater, GreaterOrEqual, Less, LessOrEqual};
    match (one, other) {
        (Greater, Greater | GreaterOrEqual) | (GreaterOrEqual, GreaterOrEqual) | (Equal, GreaterOrEqual) => bound >= least,
        (GreaterOrEqual | Equal, Greater) => bound > least,
        (Less, Less | LessOrEqual) | (LessOrEqual, LessOrEqual) | (Equal, LessOrEqual) => bound <= least,
        (LessOrEqual | Equal, Less) => bound < least,
        _ => false,
    }
}
