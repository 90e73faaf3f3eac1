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

    /// The whole because, as an indented tree with times of that zone.
    #[must_use]
    pub fn tree(&self, zone: &TimeZone) -> String {
        let because = &self.because;
        let mut lines = vec![self.headline(zone)];
        let by = |names: &[String]| if names.is_empty() { String::new() } else { format!(" by {}", listed(names)) };
        let (lower, upper) = (by(&because.bounds.lower_by), by(&because.bounds.upper_by));
        let budget = because.bounds.budget.map_or_else(String::new, |count| format!(", the budget pays for {count}"));
        lines.push(format!("  bounds {}{lower}..{}{upper}{budget}", because.bounds.lower, because.bounds.upper));
        if let Some(winning) = &because.winning {
            lines.push(format!("  {} won with {}", listed(&winning.rules), counted(winning.count)));
        }
        lines.extend(because.guards.iter().map(|reason| format!("  {}", guard(reason, zone))));
        for rule in &because.rules {
            lines.push(format!("  {}", rule.line()));
            lines.extend(rule.held.iter().map(|reason| format!("    {}", guard(reason, zone))));
        }
        lines.join("\n")
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
        let stopping: Vec<String> = because.guards.iter().filter(|reason| reason.to_nothing).map(|reason| guard(reason, zone)).collect();
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
    /// The rule, its verdict, and what would have changed it, in one line.
    #[must_use]
    pub fn line(&self) -> String {
        let verdict = match self.verdict {
            Verdict::Idle => "idle",
            Verdict::Fired => "fired",
            Verdict::Unknown => "unknown",
        };
        let proposal = self.proposal.map_or_else(String::new, |count| format!(", proposes {}", counted(count)));
        let reason = self.because();
        let reason = if reason.is_empty() { reason } else { format!(": {reason}") };
        format!("`{}` {verdict}, {}{proposal}{reason}", self.rule, self.action)
    }

    fn reason(&self) -> String {
        let reason = self.because();
        if reason.is_empty() { format!("`{}`", self.rule) } else { format!("`{}`: {reason}", self.rule) }
    }

    /// Windows that keep it idle, else its condition, else an amount that is not known.
    fn because(&self) -> String {
        let unmet = |open: bool, wanted: bool| open != wanted;
        if let Some(window) = self.windows.iter().find(|window| unmet(window.open, window.wanted_open)) {
            return if window.wanted_open { format!("outside `{}`", window.window) } else { format!("during `{}`", window.window) };
        }
        let condition = self.condition.as_ref().map(Finding::told);
        let amount = self.amount.as_ref().map(told_term);
        match (condition, amount) {
            (Some(condition), Some(amount)) if self.verdict != Verdict::Idle => format!("{condition}, {amount}"),
            (Some(condition), _) => condition,
            (None, amount) => amount.unwrap_or_default(),
        }
    }
}

impl Finding {
    /// What decided: "cpu 68.2%, needs > 70% for 3m: 1m40s so far".
    #[must_use]
    pub fn told(&self) -> String {
        self.with_need("")
    }

    /// `sustained` is the ` for 3m` that belongs to what is needed.
    fn with_need(&self, sustained: &str) -> String {
        match &self.part {
            Part::Compare { left, operator, right } => match (&left.value, &right.value, self.truth) {
                (TermValue::Missing(why), ..) | (_, TermValue::Missing(why), _) => why.clone(),
                (_, _, Truth::True) => format!("{} {} {}{sustained}", told_term(left), comparison(*operator), told_term(right)),
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
                let needs = if self.truth == Truth::True { " in" } else { ", needs in" };
                missing.unwrap_or_else(|| format!("{}{needs} {}..{}{sustained}", told_term(value), low.text, high.text))
            }
            Part::Missing { metric, .. } => match self.truth {
                Truth::True => format!("`{metric}` is missing{sustained}"),
                Truth::False => format!("`{metric}` is there, needs it missing{sustained}"),
                Truth::Unknown => format!("whether `{metric}` was missing is not known"),
            },
            Part::Not(inner) => format!("not ({}){sustained}", inner.told()),
            Part::And(parts) => self.joined(parts, Truth::True, " and ", sustained),
            Part::Or(parts) => self.joined(parts, Truth::False, " or ", sustained),
            Part::For { over, held, uncovered, now, .. } => {
                let need = format!("{sustained} for {}", span(*over));
                let now_told = now.with_need(&need);
                match (self.truth, now.truth, uncovered) {
                    (Truth::True, ..) | (_, Truth::False, _) => now_told,
                    (Truth::Unknown, _, Some(uncovered)) => format!("{now_told}: `{}` is not known that far back", uncovered.metric),
                    _ => format!("{now_told}: {} so far", span(*held)),
                }
            }
        }
    }

    /// All parts where each counts, else those that decided.
    fn joined(&self, parts: &[Self], all_count_when: Truth, word: &str, sustained: &str) -> String {
        let decisive = parts.iter().filter(|part| self.truth == all_count_when || part.truth == self.truth);
        let told: Vec<String> = decisive.map(|part| part.with_need("")).collect();
        if told.len() > 1 { format!("{}{sustained}", told.join(word)) } else { format!("{}{sustained}", told.concat()) }
    }
}

/// A term with its value; a constant is its own.
fn told_term(term: &Term) -> String {
    match &term.value {
        TermValue::Known(_) if is_constant(term) => term.text.clone(),
        TermValue::Known(number) => format!("{} {}", term.text, shown(number, term.unit)),
        TermValue::Missing(why) => why.clone(),
    }
}

fn is_constant(term: &Term) -> bool {
    matches!(&term.value, TermValue::Known(number) if shown(number, term.unit) == term.text)
}

/// A guard with what it did and when it can lift.
fn guard(reason: &GuardReason, zone: &TimeZone) -> String {
    let left = match reason.left {
        Some(left) if !reason.to_nothing => format!(", leaves {}", counted(left)),
        _ => String::new(),
    };
    let clock = |at: Timestamp| at.to_zoned(zone.clone()).strftime("%H:%M:%S").to_string();
    let lifts = match reason.lifts {
        _ if !reason.to_nothing => String::new(),
        Lift::At(at) => format!(", until {}", clock(at)),
        Lift::Seen(at) => format!(", looked at again at {}", clock(at)),
        Lift::Never => String::new(),
    };
    format!("{}: {}{left}{lifts}", reason.guard.word(), reason.text)
}

fn counted(count: u32) -> String {
    format!("{count} node{}", if count == 1 { "" } else { "s" })
}
