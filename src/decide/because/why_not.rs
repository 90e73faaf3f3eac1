use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;

use crate::decide::because::lay_out::{guard_line, verdict_word};
use crate::decide::because::parts;
use crate::decide::because::text::{Clock, counted};
use crate::decide::guards::listed;
use crate::decide::{Account, Action, Because, Decision, Direction, GuardReason, RuleReason, Tone, Truth, Verdict};
use crate::rules::{Action as RuleAction, Cluster, Rule, Timing};

/// Why one rule did not fire, or did not win: each of its conditions with its numbers, and what would have to change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WhyNot {
    /// The evaluation.
    pub at: Timestamp,
    pub rule: String,
    /// What its author noted on it.
    pub note: Option<String>,
    pub action: String,
    pub verdict: Verdict,
    pub fate: Fate,
    /// The count it proposed.
    pub proposal: Option<u32>,
    pub windows: Vec<WindowStanding>,
    /// Its condition, part by part, the whole before its parts.
    pub parts: Vec<PartStanding>,
    /// What stood in its way, once it had fired.
    pub guards: Vec<GuardReason>,
    /// What would have to change, one line each.
    pub needs: Vec<String>,
}

/// What became of a rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fate {
    /// It won, and the change was made as it proposed it.
    Won,
    /// It won, and guards or bounds left less of it.
    Cut,
    /// It won, and guards or bounds left nothing.
    Stopped,
    /// A `keep` or `hold` that applied and had a say in the outcome.
    HadItsSay,
    /// A `keep` or `hold` that applied, and nothing came of it.
    MadeNoDifference,
    OutsideItsWindows,
    ConditionFalse,
    /// Something that it needs is not known.
    Unknown,
    /// Fired, and its amount comes to no change.
    ProposedNothing,
    /// Fired, and set aside by guards of its own.
    SetAside,
    /// Fired, and others asked for nodes: an addition goes before any removal.
    OtherDirection {
        by: Vec<String>,
    },
    /// Fired, and another proposal of the same direction won.
    Outbid {
        by: Vec<String>,
        with: u32,
    },
}

/// A window that the rule names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WindowStanding {
    pub window: String,
    pub open: bool,
    /// `during` wants it open, `outside` closed.
    pub wanted_open: bool,
    /// When it opens or closes next; `None`: not within the next year.
    pub changes_at: Option<Timestamp>,
}

/// A part of the condition.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PartStanding {
    /// How deep it is nested.
    pub depth: usize,
    pub truth: Truth,
    /// As the rule writes it.
    pub condition: String,
    /// Its numbers.
    pub found: String,
}

impl Decision {
    /// Why a rule of that name did not fire or win; `None`: the decision knows no such rule. `cluster` are the rules by
    /// which it was made.
    #[must_use]
    pub fn why_not(&self, name: &str, cluster: &Cluster) -> Option<WhyNot> {
        let reason = self.because.rule(name)?;
        let rule = cluster.rules.iter().find(|rule| rule.name == name);
        let clock = Clock { zone: &cluster.timezone, now: self.at };
        let windows = rule.map_or_else(Vec::new, |rule| windows(rule, reason, cluster, self.at));
        let fate = self.fate(reason, rule);
        let guards = match fate {
            Fate::SetAside => reason.held.clone(),
            Fate::Cut | Fate::Stopped => self.because.guards.clone(),
            _ => Vec::new(),
        };
        let mut why = WhyNot {
            at: self.at,
            rule: name.to_owned(),
            note: rule.and_then(|rule| rule.note.clone()),
            action: reason.action.clone(),
            verdict: reason.verdict,
            proposal: reason.proposal,
            parts: reason.condition.as_ref().map_or_else(Vec::new, |condition| parts::of(condition, clock)),
            windows,
            fate,
            guards,
            needs: Vec::new(),
        };
        why.needs = why.needs(reason, &self.because, clock);
        Some(why)
    }

    fn fate(&self, reason: &RuleReason, rule: Option<&Rule>) -> Fate {
        let because = &self.because;
        match reason.verdict {
            Verdict::Unknown => return Fate::Unknown,
            Verdict::Idle if reason.windows.iter().any(|window| window.open != window.wanted_open) => return Fate::OutsideItsWindows,
            Verdict::Idle => return Fate::ConditionFalse,
            Verdict::Fired => {}
        }
        if rule.is_some_and(|rule| matches!(rule.action, RuleAction::Keep(_) | RuleAction::Hold(_))) {
            let names = because.guards.iter().flat_map(|guard| &guard.by).chain(&because.reached);
            return if names.into_iter().any(|name| *name == reason.rule) { Fate::HadItsSay } else { Fate::MadeNoDifference };
        }
        let (Some(proposal), Some(nodes)) = (reason.proposal, because.nodes) else { return Fate::ProposedNothing };
        if because.winning.as_ref().is_some_and(|winning| winning.rules.contains(&reason.rule)) {
            return match (self.wanted, self.action) {
                (Some(wanted), _) if wanted == proposal => Fate::Won,
                (_, Action::Stay) => Fate::Stopped,
                _ => Fate::Cut,
            };
        }
        let way = if proposal > nodes { Direction::Up } else { Direction::Down };
        if because.direction != way {
            return Fate::OtherDirection { by: proposing_more(because, nodes) };
        }
        match &because.winning {
            _ if !reason.held.is_empty() => Fate::SetAside,
            Some(winning) => Fate::Outbid { by: winning.rules.clone(), with: winning.count },
            None => Fate::SetAside,
        }
    }
}

fn proposing_more(because: &Because, nodes: u32) -> Vec<String> {
    let more = because.rules.iter().filter(|rule| rule.proposal.is_some_and(|count| count > nodes));
    more.map(|rule| rule.rule.clone()).collect()
}

fn windows(rule: &Rule, reason: &RuleReason, cluster: &Cluster, at: Timestamp) -> Vec<WindowStanding> {
    let change = |timing: &Timing| cluster.windows.get(timing.window.0)?.next_change(&cluster.timezone, at, timing.early);
    let timings = rule.during.iter().chain(&rule.outside);
    let standings = reason.windows.iter().zip(timings).map(|(window, timing)| WindowStanding {
        window: window.window.clone(),
        open: window.open,
        wanted_open: window.wanted_open,
        changes_at: change(timing),
    });
    standings.collect()
}

impl WhyNot {
    fn needs(&self, reason: &RuleReason, because: &Because, clock: Clock<'_>) -> Vec<String> {
        let shut = self.windows.iter().filter(|window| window.open != window.wanted_open);
        let mut needs: Vec<String> = shut.map(|window| window.need(clock)).collect();
        if let Some(condition) = &reason.condition {
            needs.extend(parts::needs(condition, true, clock));
        }
        match &self.fate {
            Fate::Unknown if needs.is_empty() => {
                needs.extend(reason.amount.iter().filter_map(parts::missing).map(|why| format!("its amount must be known: {why}")));
            }
            Fate::ProposedNothing => needs.push("its amount must come to at least one node".to_owned()),
            Fate::OtherDirection { by } => needs.push(format!("{} must no longer ask for more nodes", listed(by))),
            Fate::Outbid { by, with } => needs.push(format!("{} must no longer propose {}", listed(by), counted(*with))),
            Fate::SetAside | Fate::Cut | Fate::Stopped => {
                let lifts = |guard: &GuardReason| format!("`{}` must lift: {}", guard.guard.word(), super::text::lifts(guard.lifts, clock));
                needs.extend(self.guards.iter().map(lifts));
            }
            Fate::MadeNoDifference if because.nodes.is_some() => {
                needs.push("something must be proposed that it would stop or change".to_owned());
            }
            _ => {}
        }
        needs
    }

    /// What became of it, in one line.
    #[must_use]
    pub fn headline(&self) -> String {
        let proposed = self.proposal.map_or_else(String::new, |count| format!(" {}", counted(count)));
        match &self.fate {
            Fate::Won => format!("it won, and{proposed} it was"),
            Fate::Cut => format!("it won with{proposed}, and was cut"),
            Fate::Stopped => format!("it won with{proposed}, and nothing was left of it"),
            Fate::HadItsSay => "it applied, and had its say".to_owned(),
            Fate::MadeNoDifference => "it applied, and made no difference".to_owned(),
            Fate::OutsideItsWindows => "it was idle: its windows did not let it apply".to_owned(),
            Fate::ConditionFalse => "it was idle: its condition did not hold".to_owned(),
            Fate::Unknown => "it was unknown, and what is unknown never acts".to_owned(),
            Fate::ProposedNothing => "it fired, and its amount came to no change".to_owned(),
            Fate::SetAside => format!("it fired and proposed{proposed}, and was set aside"),
            Fate::OtherDirection { by } => format!("it fired and proposed{proposed}, but {} asked for more nodes", listed(by)),
            Fate::Outbid { by, with } => format!("it fired and proposed{proposed}, but {} won with {}", listed(by), counted(*with)),
        }
    }

    /// Everything in lines, with times of that zone.
    #[must_use]
    pub fn account(&self, zone: &TimeZone) -> Account {
        let clock = Clock { zone, now: self.at };
        let mut account = Account::default();
        account.line(0, Tone::Heading, [format!("`{}`: {}", self.rule, self.headline())]);
        account.line(1, Tone::Plain, ["rule".to_owned(), format!("{}, {}", verdict_word(self.verdict), self.action)]);
        if let Some(note) = &self.note {
            account.line(1, Tone::Plain, ["note".to_owned(), note.clone()]);
        }
        if !self.windows.is_empty() {
            account.heading("windows");
        }
        for window in &self.windows {
            let tone = if window.open == window.wanted_open { Tone::Fired } else { Tone::Idle };
            let word = if window.wanted_open { "during" } else { "outside" };
            let cells = [window.state().to_owned(), format!("{word} {}", window.window), window.change(clock)];
            account.line(2, tone, cells);
        }
        if !self.parts.is_empty() {
            account.heading("condition");
        }
        for part in &self.parts {
            let (tone, word) = match part.truth {
                Truth::True => (Tone::Fired, "true"),
                Truth::Unknown => (Tone::Unknown, "unknown"),
                Truth::False => (Tone::Idle, "false"),
            };
            let condition = format!("{}{}", "  ".repeat(part.depth), part.condition);
            account.line(2, tone, [word.to_owned(), condition, part.found.clone()]);
        }
        if !self.guards.is_empty() {
            account.heading("guards");
            self.guards.iter().for_each(|guard| guard_line(&mut account, 2, guard, clock));
        }
        if !self.needs.is_empty() {
            account.heading("what would have to change");
            self.needs.iter().for_each(|need| account.line(2, Tone::Plain, [need.clone()]));
        }
        account
    }
}

impl WindowStanding {
    const fn state(&self) -> &'static str {
        if self.open { "open" } else { "closed" }
    }

    fn change(&self, clock: Clock<'_>) -> String {
        let verb = if self.open { "closes" } else { "opens" };
        self.changes_at.map_or_else(|| format!("never {verb} within a year"), |at| format!("{verb} {}", clock.shows(at)))
    }

    fn need(&self, clock: Clock<'_>) -> String {
        let verb = if self.wanted_open { "open" } else { "close" };
        format!("`{}` must {verb}: it {}", self.window, self.change(clock))
    }
}
