use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::decide::because::quantity::{shown, span};
use crate::decide::guards::listed;
use crate::decide::written::{comparison, mirrored};
use crate::decide::{Action, Decision, Direction, Finding, GuardReason, Lift, Part, RuleReason, Term, TermValue, Truth, Verdict};

impl Decision {
    /// The decision and its main reason in one line, with times of that zone.
    #[must_use]
    pub fn headline(&self, zone: &TimeZone) -> String {
        let Some(nodes) = self.because.nodes else {
            return "stay: it is not known how many nodes there are: EC2 and Kubernetes must both be seen".to_owned();
        };
        match (self.action, self.wanted) {
            (Action::Stay, _) | (_, None) => format!("stay at {}: {}", counted(nodes), self.why_stay(zone)),
            (Action::Add(count), Some(wanted)) => format!("add {}, {nodes} to {wanted}: {}", counted(count), self.why_change()),
            (Action::Remove(count), Some(wanted)) => format!("remove {}, {nodes} to {wanted}: {}", counted(count), self.why_change()),
        }
    }

    /// The whole because, laid out as plain text with times of that zone.
    #[must_use]
    pub fn tree(&self, zone: &TimeZone) -> String {
        self.account(zone).to_string()
    }

    fn why_change(&self) -> String {
        let because = &self.because;
        let (way, bound) = if matches!(self.action, Action::Add(_)) {
            (Direction::Up, format!("the lower bound is {}", self.lower))
        } else {
            (Direction::Down, format!("the upper bound is {}", self.upper))
        };
        let keeps = if because.reached.is_empty() { String::new() } else { format!(", by {}", listed(&because.reached)) };
        // Towards a bound, nodes may change against what the rules asked for, or beyond it.
        let by_bound = self.is_by_bound();
        match because.winning.as_ref().filter(|_| because.direction == way) {
            Some(winning) => {
                let reasons = winning.rules.iter().filter_map(|name| because.rule(name)).map(RuleReason::reason);
                let bound = if by_bound { format!("; {bound}{keeps}") } else { String::new() };
                format!("{}{bound}", reasons.collect::<Vec<_>>().join("; "))
            }
            None => format!("{bound}{keeps}"),
        }
    }

    /// Whether a bound in force asks for this change, beside or instead of rules.
    fn is_by_bound(&self) -> bool {
        match (self.action, self.because.nodes) {
            (Action::Add(_), Some(nodes)) => nodes < self.lower,
            (Action::Remove(_), Some(nodes)) => nodes > self.upper,
            _ => false,
        }
    }

    fn why_stay(&self, zone: &TimeZone) -> String {
        let because = &self.because;
        let stopping: Vec<String> =
            because.guards.iter().filter(|reason| reason.to_nothing).map(|reason| guard(reason, Clock { zone, now: self.at })).collect();
        if !stopping.is_empty() {
            return stopping.join("; ");
        }
        let unknown: Vec<String> =
            because.rules.iter().filter(|rule| rule.verdict == Verdict::Unknown).map(|rule| rule.rule.clone()).collect();
        match unknown.len() {
            0 => "no rule asks for a change".to_owned(),
            1 => format!("no rule asks for a change; {} is unknown", listed(&unknown)),
            _ => format!("no rule asks for a change; {} are unknown", listed(&unknown)),
        }
    }
}

impl RuleReason {
    fn reason(&self) -> String {
        let reason = self.because();
        if reason.is_empty() { format!("`{}`", self.rule) } else { format!("`{}`: {reason}", self.rule) }
    }

    /// Windows that keep it idle, else its condition, else an amount that is not known.
    pub(super) fn because(&self) -> String {
        let unmet = |open: bool, wanted: bool| open != wanted;
        if let Some(window) = self.windows.iter().find(|window| unmet(window.open, window.wanted_open)) {
            return if window.wanted_open { format!("outside `{}`", window.window) } else { format!("during `{}`", window.window) };
        }
        let condition = self.condition.as_ref().map(Finding::told);
        let amount = self.amount.as_ref().map(told_term);
        match (condition, amount) {
            (Some(condition), Some(amount)) if self.verdict != Verdict::Idle && condition != amount => format!("{condition}, {amount}"),
            (Some(condition), _) => condition,
            (None, amount) => amount.unwrap_or_default(),
        }
    }
}

impl Finding {
    /// What decided: "cpu 68.2%, needs > 70% for 3m: 1m40s so far".
    #[must_use]
    pub fn told(&self) -> String {
        self.with_need("", false)
    }

    /// `sustained` is the ` for 3m` that belongs to what is needed, and which is `lacking` though all else holds now.
    fn with_need(&self, sustained: &str, lacking: bool) -> String {
        let holds = self.truth == Truth::True && !lacking;
        match &self.part {
            Part::Compare { left, operator, right } => match (&left.value, &right.value) {
                (TermValue::Missing(why), _) | (_, TermValue::Missing(why)) => why.clone(),
                _ if holds => format!("{} {} {}{sustained}", told_term(left), comparison(*operator), told_term(right)),
                _ if is_constant(left) && !is_constant(right) => {
                    format!("{}, needs {} {}{sustained}", told_term(right), comparison(mirrored(*operator)), left.text)
                }
                _ => format!("{}, needs {} {}{sustained}", told_term(left), comparison(*operator), told_term(right)),
            },
            Part::Within { value, low, high } => {
                let missing = [value, low, high].into_iter().find_map(|term| match &term.value {
                    TermValue::Missing(why) => Some(why.clone()),
                    TermValue::Known(_) => None,
                });
                let needs = if holds { " in" } else { ", needs in" };
                missing.unwrap_or_else(|| format!("{}{needs} {}..{}{sustained}", told_term(value), low.text, high.text))
            }
            Part::Missing { metric, .. } => match self.truth {
                Truth::True => format!("`{metric}` is missing{sustained}"),
                Truth::False => format!("`{metric}` is there, needs it missing{sustained}"),
                Truth::Unknown => format!("whether `{metric}` was missing is not known"),
            },
            Part::Not(inner) => format!("not ({}){sustained}", inner.told()),
            Part::And(parts) => self.joined(parts, Truth::True, " and ", sustained, lacking),
            Part::Or(parts) => self.joined(parts, Truth::False, " or ", sustained, lacking),
            Part::For { over, held, uncovered, now, .. } => {
                let need = format!("{sustained} for {}", span(*over));
                match (self.truth, now.truth, uncovered) {
                    (Truth::True, ..) | (_, Truth::False, _) => now.with_need(&need, lacking),
                    (Truth::Unknown, _, Some(uncovered)) => {
                        format!("{}: `{}` is not known that far back", now.with_need(&need, true), uncovered.metric)
                    }
                    _ => format!("{}: {} so far", now.with_need(&need, true), span(*held)),
                }
            }
        }
    }

    /// All parts where each counts, else those that decided.
    fn joined(&self, parts: &[Self], all_count_when: Truth, word: &str, sustained: &str, lacking: bool) -> String {
        let decisive = parts.iter().filter(|part| self.truth == all_count_when || part.truth == self.truth);
        // The last one alone says how long.
        let told: Vec<String> = decisive.map(|part| part.with_need("", lacking)).collect();
        format!("{}{sustained}", told.join(word))
    }
}

/// A term with its value; a constant is its own.
pub(super) fn told_term(term: &Term) -> String {
    match &term.value {
        TermValue::Known(_) if is_constant(term) => term.text.clone(),
        TermValue::Known(number) => format!("{} {}", term.text, shown(number, term.unit)),
        TermValue::Missing(why) => why.clone(),
    }
}

pub(super) fn is_constant(term: &Term) -> bool {
    matches!(&term.value, TermValue::Known(number) if shown(number, term.unit) == term.text)
}

/// Instants for people: the time of day, with the day where it is another one than the decision's.
#[derive(Clone, Copy)]
pub(super) struct Clock<'a> {
    pub zone: &'a TimeZone,
    pub now: Timestamp,
}

impl Clock<'_> {
    pub fn shows(self, at: Timestamp) -> String {
        let local = at.to_zoned(self.zone.clone());
        let same_day = local.date() == self.now.to_zoned(self.zone.clone()).date();
        local.strftime(if same_day { "%H:%M:%S" } else { "%a %-d %b %Y, %H:%M:%S" }).to_string()
    }
}

/// A guard with what it did and when it can lift.
fn guard(reason: &GuardReason, clock: Clock<'_>) -> String {
    let left = left(reason).map_or_else(String::new, |left| format!(", {left}"));
    let lifts = Some(lifts(reason.lifts, clock)).filter(|_| reason.to_nothing && reason.lifts != Lift::Never);
    let lifts = lifts.map_or_else(String::new, |lifts| format!(", {lifts}"));
    format!("{}: {}{left}{lifts}", reason.guard.word(), reason.text)
}

/// What a guard left of the change, where it left something.
pub(super) fn left(reason: &GuardReason) -> Option<String> {
    reason.left.filter(|_| !reason.to_nothing).map(|left| format!("leaves {}", counted(left)))
}

/// The first instant at which a guard can lift.
pub(super) fn lifts(lift: Lift, clock: Clock<'_>) -> String {
    match lift {
        Lift::At(at) => format!("until {}", clock.shows(at)),
        Lift::Seen(at) => format!("looked at again at {}", clock.shows(at)),
        Lift::Never => "until rules, prices or configuration change".to_owned(),
    }
}

pub(super) fn counted(count: u32) -> String {
    format!("{count} node{}", if count == 1 { "" } else { "s" })
}
