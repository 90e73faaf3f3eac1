use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use crate::rules::{Action, Condition, WindowId};

/// A proposal: when it applies and what it asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    pub name: String,
    /// Ignores the cluster's `cooldown up`, nothing else.
    pub urgent: bool,
    pub note: Option<String>,
    /// All of these windows are open.
    pub during: Vec<Timing>,
    /// All of these windows are closed.
    pub outside: Vec<Timing>,
    /// Absent: the rule applies whenever its windows let it.
    pub when: Option<Condition>,
    /// Counts from the last change that this rule won, beside the cluster's.
    pub cooldown: Option<SignedDuration>,
    pub action: Action,
}

/// A window as a rule refers to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Timing {
    pub window: WindowId,
    /// Opens the window that much elapsed time sooner.
    pub early: SignedDuration,
}
