use jiff::SignedDuration;

use crate::decide::because::quantity::{shown, span};
use crate::decide::because::text::{Clock, is_constant, told_term};
use crate::decide::written::{comparison, mirrored};
use crate::decide::{Finding, Part, PartStanding, Term, TermValue, Truth};
use crate::rules::{Comparison, Number, Unit};

/// A condition part by part, the whole before its parts.
pub fn of(condition: &Finding, clock: Clock<'_>) -> Vec<PartStanding> {
    let mut standings = Vec::new();
    collect(condition, 0, clock, &mut standings);
    standings
}

fn collect(finding: &Finding, depth: usize, clock: Clock<'_>, into: &mut Vec<PartStanding>) {
    let mut push = |condition: String, found: String| into.push(PartStanding { depth, truth: finding.truth, condition, found });
    match &finding.part {
        Part::Compare { left, operator, right } => {
            push(format!("{} {} {}", left.text, comparison(*operator), right.text), compared(finding, left, *operator, right));
        }
        Part::Within { value, low, high } => {
            push(format!("{} in {}..{}", value.text, low.text, high.text), value_of(value));
        }
        Part::Missing { metric, absence } => {
            let found = absence.as_ref().map_or_else(|| "it is there".to_owned(), crate::decide::explain::told);
            push(format!("missing({metric})"), found);
        }
        Part::Not(inner) => {
            push("not".to_owned(), String::new());
            collect(inner, depth + 1, clock, into);
        }
        Part::And(parts) | Part::Or(parts) => {
            let word = if matches!(finding.part, Part::And(_)) { "all of" } else { "any of" };
            push(word.to_owned(), String::new());
            parts.iter().for_each(|part| collect(part, depth + 1, clock, into));
        }
        Part::For { over, held, last_failed, uncovered, now } => {
            let mut found = match (finding.truth, last_failed) {
                (Truth::True, _) => format!("held for all of {}", span(*over)),
                (_, Some(failed)) if held.is_zero() => format!("does not hold, last asked at {}", clock.shows(*failed)),
                (_, Some(failed)) => format!("held for {} so far, not at {}", span(*held), clock.shows(*failed)),
                (_, None) => format!("held for {} so far", span(*held)),
            };
            if let Some(hole) = uncovered {
                found.push_str(&format!("; `{}` is not known at {}", hole.metric, clock.shows(hole.from)));
            }
            push(format!("for {}", span(*over)), found);
            collect(now, depth + 1, clock, into);
        }
    }
}

/// The numbers of a comparison, and how far they are from holding.
fn compared(finding: &Finding, left: &Term, operator: Comparison, right: &Term) -> String {
    let (TermValue::Known(one), TermValue::Known(other)) = (&left.value, &right.value) else {
        return [left, right].into_iter().find_map(missing).unwrap_or_default();
    };
    let terms = [left, right].into_iter().filter(|term| !is_constant(term)).map(|term| format!("{} is {}", term.text, shown_term(term)));
    let values = terms.collect::<Vec<_>>().join(", ");
    let gap = one.subtract(other).absolute();
    match (finding.truth, operator) {
        (Truth::False, Comparison::NotEqual) | (Truth::True, _) => values,
        (Truth::False, _) if gap.is_zero() => format!("{values}, exactly the limit"),
        (Truth::False, Comparison::Greater | Comparison::GreaterOrEqual) => format!("{values}, {} short", distance(&gap, left.unit)),
        (Truth::False, Comparison::Less | Comparison::LessOrEqual) => format!("{values}, {} over", distance(&gap, left.unit)),
        (Truth::False, Comparison::Equal) => format!("{values}, {} off", distance(&gap, left.unit)),
        (Truth::Unknown, _) => values,
    }
}

/// A difference of shares is told in points: 1.8% of what?
fn distance(gap: &Number, unit: Unit) -> String {
    match unit {
        Unit::Percent => format!("{} points", shown(gap, Unit::Number)),
        unit => shown(gap, unit),
    }
}

fn value_of(term: &Term) -> String {
    missing(term).unwrap_or_else(|| format!("{} is {}", term.text, shown_term(term)))
}

fn shown_term(term: &Term) -> String {
    match &term.value {
        TermValue::Known(number) => shown(number, term.unit),
        TermValue::Missing(why) => why.clone(),
    }
}

/// Why a term has no value; `None`: it has one.
pub fn missing(term: &Term) -> Option<String> {
    match &term.value {
        TermValue::Known(_) => None,
        TermValue::Missing(why) => Some(why.clone()),
    }
}

/// What would have to change for a condition to hold (or not to), one line each; nothing where it does already.
pub fn needs(finding: &Finding, to_hold: bool, clock: Clock<'_>) -> Vec<String> {
    let wanted = if to_hold { Truth::True } else { Truth::False };
    if finding.truth == wanted {
        return Vec::new();
    }
    match &finding.part {
        Part::Compare { left, operator, right } => vec![compare_need(left, *operator, right, to_hold)],
        Part::Within { value, low, high } => {
            let not = if to_hold { "" } else { "not " };
            vec![missing(value).map_or_else(
                || format!("{} must {not}be in {}..{}", told_term(value), low.text, high.text),
                |why| format!("{} must be known: {why}", value.text),
            )]
        }
        Part::Missing { metric, .. } if to_hold => vec![format!("`{metric}` must be missing")],
        Part::Missing { metric, .. } => vec![format!("`{metric}` must be there")],
        Part::Not(inner) => needs(inner, !to_hold, clock),
        Part::And(parts) if to_hold => each(parts, true, clock),
        Part::Or(parts) if !to_hold => each(parts, false, clock),
        Part::And(parts) | Part::Or(parts) => one_of(parts, to_hold, clock),
        Part::For { over, held, now, uncovered, .. } => sustained(now, *over, *held, uncovered.is_some(), to_hold, clock),
    }
}

fn each(parts: &[Finding], to_hold: bool, clock: Clock<'_>) -> Vec<String> {
    parts.iter().flat_map(|part| needs(part, to_hold, clock)).collect()
}

fn one_of(parts: &[Finding], to_hold: bool, clock: Clock<'_>) -> Vec<String> {
    let ways = parts.iter().map(|part| needs(part, to_hold, clock).join(" and ")).filter(|way| !way.is_empty());
    let ways: Vec<String> = ways.collect();
    if ways.is_empty() { ways } else { vec![ways.join(", or ")] }
}

/// What holds now must go on for the rest; what does not must begin, and then last.
fn sustained(
    now: &Finding,
    over: SignedDuration,
    held: SignedDuration,
    is_uncovered: bool,
    to_hold: bool,
    clock: Clock<'_>,
) -> Vec<String> {
    if !to_hold {
        return needs(now, false, clock);
    }
    let first = needs(now, true, clock);
    let rest = if first.is_empty() { over.saturating_sub(held) } else { over };
    let earliest = clock.now.saturating_add(rest).map_or_else(|_| String::new(), |at| format!(", {} at the earliest", clock.shows(at)));
    let mut all = first;
    let begun = all.is_empty();
    all.push(match (begun, rest.is_zero() || is_uncovered && rest.is_negative()) {
        (true, true) => "its samples must reach back that far".to_owned(),
        (true, false) => format!("this must last for another {}{earliest}", span(rest)),
        (false, _) => format!("and then last for {}{earliest}", span(rest)),
    });
    all
}

fn compare_need(left: &Term, operator: Comparison, right: &Term, to_hold: bool) -> String {
    if let Some((term, why)) = [left, right].into_iter().find_map(|term| missing(term).map(|why| (term, why))) {
        return format!("{} must be known: {why}", term.text);
    }
    let (value, operator, limit) =
        if is_constant(left) && !is_constant(right) { (right, mirrored(operator), left) } else { (left, operator, right) };
    let operator = comparison(if to_hold { operator } else { opposite(operator) });
    format!("{} must be {operator} {}, it is {}", value.text, told_term(limit), shown_term(value))
}

const fn opposite(operator: Comparison) -> Comparison {
    match operator {
        Comparison::Greater => Comparison::LessOrEqual,
        Comparison::GreaterOrEqual => Comparison::Less,
        Comparison::Less => Comparison::GreaterOrEqual,
        Comparison::LessOrEqual => Comparison::Greater,
        Comparison::Equal => Comparison::NotEqual,
        Comparison::NotEqual => Comparison::Equal,
    }
}
