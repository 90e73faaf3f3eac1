//! Why a decision is what it is, as plain data: every rule with its verdict and numbers, every guard, the winning
//! proposal, and what would change it. All faces render from here.

mod account;
mod finding;
mod lay_out;
mod parts;
pub(in crate::decide) mod quantity;
mod text;
#[cfg(test)]
mod text_tests;
mod why_not;
#[cfg(test)]
mod why_not_tests;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use account::{Account, AccountLine, Tone};
pub use finding::{Finding, Part, Term, TermValue, Truth, Uncovered};

pub use why_not::{Fate, PartStanding, WhyNot, WindowStanding};

use crate::decide::Guard;
use crate::observe::Unhelped;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Because {
    /// Workers paid for and wanted before the decision; `None` where nobody could say.
    pub nodes: Option<u32>,
    pub direction: Direction,
    pub bounds: BoundsReason,
    /// Every rule, in order of name.
    pub rules: Vec<RuleReason>,
    /// The proposal that won, before it was cut.
    pub winning: Option<Winning>,
    /// The `keep` rules whose own number is the bound that was reached, or towards which nodes are removed by steps.
    pub reached: Vec<String>,
    /// Every guard that had a say in the change.
    pub guards: Vec<GuardReason>,
    /// Pods that wait for something else than a worker: they are not counted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unhelped: Vec<Unhelped>,
    /// How many more such pods there are than are named.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub more_unhelped: u32,
    /// What the count of waiting pods rests on, where a worker's size is estimated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub estimate: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    Up,
    Down,
    None,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
const fn is_zero(count: &u32) -> bool {
    *count == 0
}

/// The bounds in force and who set them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BoundsReason {
    pub lower: u32,
    pub upper: u32,
    /// The `keep` rules that set the lower end; empty: the cluster's own range.
    pub lower_by: Vec<String>,
    /// The `keep` rules that set the upper end; empty: the cluster's own range, or the budget.
    pub upper_by: Vec<String>,
    /// How many nodes the budget pays for, where there is one; `None` also where the prices are not known.
    pub budget: Option<u32>,
}

/// The proposal that won and every rule that made it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Winning {
    pub count: u32,
    pub rules: Vec<String>,
}

/// One rule with its verdict and the numbers behind it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleReason {
    pub rule: String,
    pub verdict: Verdict,
    /// The windows that it names, in its order.
    pub windows: Vec<WindowReason>,
    /// `None`: the rule has no condition.
    pub condition: Option<Finding>,
    /// What the amount, or the metric of a `track`, came to.
    pub amount: Option<Term>,
    /// The count proposed; `None`: nothing.
    pub proposal: Option<u32>,
    /// The guards of its own by which its proposal was set aside.
    pub held: Vec<GuardReason>,
    /// The action as the rule writes it: `add 1 node`, `keep 6..10 nodes`.
    pub action: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Outside its windows, or its condition false.
    Idle,
    Fired,
    Unknown,
}

/// A window that a rule names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WindowReason {
    pub window: String,
    pub open: bool,
    /// `during` wants it open, `outside` closed.
    pub wanted_open: bool,
}

/// What one guard did to the change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GuardReason {
    pub guard: Guard,
    /// It alone would have cut the change to nothing.
    pub to_nothing: bool,
    /// The count that it left, where it cut.
    pub left: Option<u32>,
    /// Who or what stands behind it: rules by name, or what is missing.
    pub by: Vec<String>,
    /// One clause for people, without the guard's name.
    pub text: String,
    pub lifts: Lift,
}

/// When a guard can lift at the earliest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Lift {
    /// Time alone decides: not before this instant.
    At(Timestamp),
    /// As soon as an evaluation sees it gone: the next one, at this instant, at the earliest.
    Seen(Timestamp),
    /// Only with other rules, prices or configuration.
    Never,
}

impl Because {
    /// Whether this guard is one of those that cut the change to nothing.
    #[must_use]
    pub fn cut_to_nothing_by(&self, guard: Guard) -> bool {
        self.guards.iter().any(|reason| reason.guard == guard && reason.to_nothing)
    }

    /// Whether this rule won, or is a `keep` whose own number is the bound reached.
    #[must_use]
    pub fn is_by(&self, rule: &str) -> bool {
        self.winning.iter().flat_map(|winning| &winning.rules).chain(&self.reached).any(|name| name == rule)
    }

    #[must_use]
    pub fn rule(&self, name: &str) -> Option<&RuleReason> {
        self.rules.iter().find(|reason| reason.rule == name)
    }
}
