use jiff::tz::TimeZone;

use crate::decide::because::text::{Clock, counted, left, lifts};
use crate::decide::guards::listed;
use crate::decide::{Account, Action, Because, BoundsReason, Decision, GuardReason, RuleReason, Tone, Verdict};

impl Decision {
    /// The whole because in lines, with times of that zone: the decision, what it had to keep to, every guard with the
    /// first instant at which it can lift, then the rules: those that fired, the unknown ones, the idle ones.
    #[must_use]
    pub fn account(&self, zone: &TimeZone) -> Account {
        let (because, clock) = (&self.because, Clock { zone, now: self.at });
        let mut account = Account::default();
        let tone = match self.action {
            Action::Add(_) => Tone::Add,
            Action::Remove(_) => Tone::Remove,
            Action::Stay => Tone::Stay,
        };
        let headline = self.headline(zone);
        let (title, reason) = headline.split_once(": ").unwrap_or((&headline, ""));
        account.line(0, tone, [title.to_owned()]);
        // Guards that leave nothing stand below, each in a line of its own.
        if !reason.is_empty() && !because.guards.iter().any(|guard| guard.to_nothing) {
            account.line(1, Tone::Plain, ["because".to_owned(), reason.to_owned()]);
        }
        account.line(1, Tone::Plain, ["bounds".to_owned(), because.bounds.told()]);
        if let Some(winning) = &because.winning {
            account.line(1, Tone::Plain, ["won".to_owned(), format!("{} with {}", listed(&winning.rules), counted(winning.count))]);
        }
        if !because.reached.is_empty() {
            account.line(1, Tone::Plain, ["reached".to_owned(), format!("the bound of {}", listed(&because.reached))]);
        }
        if !because.guards.is_empty() {
            account.heading("guards");
            because.guards.iter().for_each(|reason| guard_line(&mut account, 2, reason, clock));
        }
        if !because.rules.is_empty() {
            account.heading("rules");
        }
        for verdict in [Verdict::Fired, Verdict::Unknown, Verdict::Idle] {
            for rule in because.rules.iter().filter(|rule| rule.verdict == verdict) {
                rule_line(&mut account, rule);
                rule.held.iter().for_each(|reason| guard_line(&mut account, 3, reason, clock));
            }
        }
        waiting_lines(&mut account, because);
        account
    }
}

/// What of the pods that wait is not in the counts, and what these rest on.
fn waiting_lines(account: &mut Account, because: &Because) {
    if because.unhelped.is_empty() && because.estimate.is_none() {
        return;
    }
    account.heading("waiting pods");
    if let Some(estimate) = &because.estimate {
        account.line(2, Tone::Plain, [estimate.clone()]);
    }
    for unhelped in &because.unhelped {
        account.line(2, Tone::Plain, ["not counted".to_owned(), unhelped.pod.clone(), unhelped.reason.clone()]);
    }
    if because.more_unhelped > 0 {
        account.line(2, Tone::Plain, [format!("{} more are not counted", because.more_unhelped)]);
    }
}

impl BoundsReason {
    fn told(&self) -> String {
        let by = |names: &[String]| if names.is_empty() { String::new() } else { format!(" by {}", listed(names)) };
        let lower = if self.lower_by == self.upper_by { String::new() } else { by(&self.lower_by) };
        let budget = self.budget.map_or_else(String::new, |count| format!(", the budget pays for {count}"));
        format!("{}{lower}..{}{}{budget}", self.lower, self.upper, by(&self.upper_by))
    }
}

/// Its name, what it did, and until when; a guard that only cut the change has done so already.
pub(super) fn guard_line(account: &mut Account, depth: usize, reason: &GuardReason, clock: Clock<'_>) {
    let what = left(reason).map_or_else(|| reason.text.clone(), |left| format!("{}, {left}", reason.text));
    let tone = if reason.to_nothing { Tone::Held } else { Tone::Plain };
    account.line(depth, tone, [reason.guard.word().to_owned(), what, lifts(reason.lifts, clock)]);
}

fn rule_line(account: &mut Account, rule: &RuleReason) {
    let proposal = rule.proposal.map_or_else(String::new, |count| format!("→ {count}"));
    let cells = [verdict_word(rule.verdict).to_owned(), rule.rule.clone(), rule.action.clone(), proposal, rule.because()];
    account.line(2, verdict_tone(rule.verdict), cells);
}

pub(super) const fn verdict_word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Idle => "idle",
        Verdict::Fired => "fired",
        Verdict::Unknown => "unknown",
    }
}

const fn verdict_tone(verdict: Verdict) -> Tone {
    match verdict {
        Verdict::Idle => Tone::Idle,
        Verdict::Fired => Tone::Fired,
        Verdict::Unknown => Tone::Unknown,
    }
}
