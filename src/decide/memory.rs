use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::decide::{Action, History};
use crate::observe::{Answer, Counts};

/// What decisions remember, by name so that it outlives a change of the rules. It survives restarts in the ledger.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Memory {
    /// The last `add` or `remove` that was decided; the replacement of a lost worker is none.
    pub last_change: Option<Change>,
    /// The instant of the last change that each rule won.
    pub won: BTreeMap<String, Timestamp>,
    /// What was seen at earlier evaluations, in order of time, as far back as a rule may look.
    pub records: Vec<Record>,
    /// Condensed histories of the metrics that are forecast.
    pub histories: BTreeMap<String, History>,
}

/// A change of the number of nodes that was decided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// The evaluation that decided it.
    pub at: Timestamp,
    pub action: Action,
    /// The rules that made the winning proposal; none where a bound asked for it.
    pub winners: Vec<String>,
    /// Its nodes were ready, or gone, or given up; `None`: not yet.
    pub took_effect: Option<Timestamp>,
}

/// What one evaluation saw and what the `track` rules proposed at it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    pub at: Timestamp,
    pub counts: Counts,
    /// The answers of metrics whose source keeps no history, by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub answers: BTreeMap<String, Answer>,
    /// The count that each `track` rule proposed; a rule that was idle or unknown is left out.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub tracked: BTreeMap<String, u32>,
}

impl Memory {
    /// Marks the last change as in effect: its nodes are ready, or gone, or given up. To be called before the evaluation
    /// that sees it for the first time; does nothing where it was marked before.
    pub fn take_effect(&mut self, at: Timestamp) {
        if let Some(change) = &mut self.last_change {
            change.took_effect.get_or_insert(at);
        }
    }
}
