use jiff::{SignedDuration, Timestamp};

use crate::decide::judge::{Judge, Judged};
use crate::decide::needs::lookback;
use crate::decide::{Guard, GuardReason, Lift, Verdict};
use crate::rules::{Action, Cooldown, Rule, Timing, Veto};

/// The way in which a change goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    Up,
    Down,
}

impl Way {
    const fn of(self, cooldown: Cooldown) -> SignedDuration {
        match self {
            Self::Up => cooldown.up,
            Self::Down => cooldown.down,
        }
    }

    pub const fn noun(self) -> &'static str {
        match self {
            Self::Up => "addition",
            Self::Down => "removal",
        }
    }

    const fn is_stopped_by(self, veto: Veto) -> bool {
        matches!((self, veto), (_, Veto::Everything) | (Self::Up, Veto::Additions) | (Self::Down, Veto::Removals))
    }
}

/// A guard that leaves nothing of a change.
pub(super) fn stops(guard: Guard, by: Vec<String>, text: String, lifts: Lift) -> GuardReason {
    GuardReason { guard, to_nothing: true, left: None, by, text, lifts }
}

/// A list of names for people: "a, b and c", in backticks.
pub(super) fn listed(names: &[String]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    match quoted.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        Some((only, _)) => only.clone(),
        None => String::new(),
    }
}

impl Judge<'_> {
    /// The earliest instant at which another evaluation can see anything else.
    pub fn next_evaluation(self) -> Timestamp {
        let now = self.seen.now;
        now.saturating_add(self.input.cluster.interval(now)).unwrap_or(Timestamp::MAX)
    }

    /// The guards of its own by which a proposal is set aside.
    pub fn own_guards(self, rule: &Rule, proposal: u32, way: Way) -> Vec<GuardReason> {
        let mut held = Vec::new();
        if !(rule.urgent && way == Way::Up) {
            held.extend(self.cluster_cooldown(way));
        }
        if let (Some(won), Some(cooldown)) = (self.input.memory.won.get(&rule.name), rule.cooldown)
            && let Some(over) = self.running_until(*won, cooldown)
        {
            let text = format!("`{}` won {} ago, and waits {cooldown:#} after that", rule.name, self.ago(*won));
            held.push(stops(Guard::Cooldown, vec![rule.name.clone()], text, Lift::At(over)));
        }
        let is_relative = matches!(rule.action, Action::Add(_) | Action::Remove(_));
        if is_relative && !self.is_settled(rule, proposal) {
            held.push(self.settling(rule));
        }
        held
    }

    pub fn cluster_cooldown(self, way: Way) -> Option<GuardReason> {
        if let Some(until) = self.input.observed.no_removal_before.filter(|until| way == Way::Down && self.seen.now < *until) {
            let text = "the ledger is new, and when the last change was is not known".to_owned();
            return Some(stops(Guard::Cooldown, Vec::new(), text, Lift::At(until)));
        }
        let last = self.input.memory.last_change.as_ref()?;
        let cooldown = way.of(self.input.cluster.cooldown);
        let over = self.running_until(last.at, cooldown)?;
        let text = format!("the last change was {} ago, and no {} follows within {cooldown:#}", self.ago(last.at), way.noun());
        Some(stops(Guard::Cooldown, Vec::new(), text, Lift::At(over)))
    }

    /// Until when a cooldown runs, if it does: at its end exactly it is over.
    fn running_until(self, since: Timestamp, cooldown: SignedDuration) -> Option<Timestamp> {
        let over = since.saturating_add(cooldown).unwrap_or(Timestamp::MAX);
        (self.seen.now < over).then_some(over)
    }

    fn ago(self, then: Timestamp) -> String {
        format!("{:#}", SignedDuration::from_secs(self.seen.now.duration_since(then).as_secs()))
    }

    fn settling(self, rule: &Rule) -> GuardReason {
        let back = lookback(rule);
        let after = |from: Timestamp| from.saturating_add(back).unwrap_or(Timestamp::MAX).max(self.next_evaluation());
        let (text, lifts) = match self.input.memory.last_change.as_ref().and_then(|change| Some((change.at, change.took_effect?))) {
            Some((decided, effect)) => {
                let text =
                    format!("`{}` does not fire on samples taken since the last change took effect {} ago", rule.name, self.ago(effect));
                (text, Lift::At(after(effect.max(decided))))
            }
            None => (format!("the last change has not taken effect yet, and `{}` must fire on samples taken since then", rule.name), {
                Lift::Seen(after(self.next_evaluation()))
            }),
        };
        stops(Guard::Settling, vec![rule.name.clone()], text, lifts)
    }

    /// The vetoes that apply.
    pub fn hold(self, judged: &[Judged], way: Way) -> Option<GuardReason> {
        let rules = self.input.cluster.rules.iter().zip(judged);
        let holding: Vec<&Rule> = rules
            .filter(|(rule, judged)| {
                judged.verdict == Verdict::Fired && matches!(rule.action, Action::Hold(veto) if way.is_stopped_by(veto))
            })
            .map(|(rule, _)| rule)
            .collect();
        let lifts = holding.iter().map(|rule| self.applies_until(rule)).reduce(latest)?;
        let by: Vec<String> = holding.iter().map(|rule| rule.name.clone()).collect();
        let verb = if by.len() == 1 { "vetoes" } else { "veto" };
        Some(stops(Guard::Hold, by.clone(), format!("{} {verb} {}s", listed(&by), way.noun()), lifts))
    }

    /// When a rule that fired can cease to at the earliest: with its windows, or as soon as its condition is seen false.
    pub fn applies_until(self, rule: &Rule) -> Lift {
        if rule.when.is_some() {
            return Lift::Seen(self.next_evaluation());
        }
        let change = |timing: &Timing| {
            self.input.cluster.windows.get(timing.window.0)?.next_change(&self.input.cluster.timezone, self.seen.now, timing.early)
        };
        rule.during.iter().chain(&rule.outside).filter_map(change).min().map_or(Lift::Never, Lift::At)
    }

    /// No removal while any of these rules is unknown.
    pub fn blind(self, judged: &[Judged], matters: fn(&Action) -> bool) -> Option<GuardReason> {
        let rules = self.input.cluster.rules.iter().zip(judged);
        let by: Vec<String> = rules
            .filter(|(rule, judged)| judged.verdict == Verdict::Unknown && matters(&rule.action) && self.blinds(rule))
            .map(|(rule, _)| rule.name.clone())
            .collect();
        let verb = if by.len() == 1 { "is" } else { "are" };
        let text = format!("{} {verb} unknown, and nothing is removed blindly", listed(&by));
        (!by.is_empty()).then(|| stops(Guard::Blind, by, text, Lift::Seen(self.next_evaluation())))
    }

    pub fn busy(self) -> Option<GuardReason> {
        let flying = self.input.observed.launches_in_flight.max(self.input.observed.counts.launching.unwrap_or(0));
        let text = format!("{} in flight", if flying == 1 { "a launch is".to_owned() } else { format!("{flying} launches are") });
        (flying > 0).then(|| stops(Guard::Busy, Vec::new(), text, Lift::Seen(self.next_evaluation())))
    }

    /// More than three workers, and more than 45% of them, are unready.
    pub fn outage(self) -> Option<GuardReason> {
        let (unready, nodes) = (self.input.observed.counts.unready?, self.nodes()?);
        let is_outage = unready > 3 && u64::from(unready) * 100 > u64::from(nodes) * 45;
        let text = format!("{unready} of {nodes} workers are unready");
        is_outage.then(|| stops(Guard::Outage, Vec::new(), text, Lift::Seen(self.next_evaluation())))
    }

    pub fn backoff(self) -> Option<GuardReason> {
        let backoff = self.input.observed.backoff.as_ref()?;
        let lifts = match backoff.until {
            Some(until) if until <= self.seen.now => return None,
            Some(until) => Lift::At(until),
            None => Lift::Never,
        };
        Some(stops(Guard::Backoff, Vec::new(), format!("no capacity is to be had: {}", backoff.reason), lifts))
    }
}

/// Where several stand in the way, the last to go decides.
pub(super) fn latest(one: Lift, other: Lift) -> Lift {
    match (one, other) {
        (Lift::Never, _) | (_, Lift::Never) => Lift::Never,
        (Lift::At(one), Lift::At(other)) => Lift::At(one.max(other)),
        (Lift::At(one) | Lift::Seen(one), Lift::At(other) | Lift::Seen(other)) => Lift::Seen(one.max(other)),
    }
}
