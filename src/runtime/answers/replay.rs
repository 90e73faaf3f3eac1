use serde::Serialize;

use crate::decide::{Decision, Input, decide};
use crate::ledger::Decided;
use crate::rules::Cluster;

/// What came of deciding again with the recorded rules, observations and memory.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "result")]
pub enum Replay {
    /// The same, byte for byte.
    Same,
    /// This version of the program decides the same and explains it otherwise.
    OtherWords,
    /// This version of the program decides otherwise.
    Differs { decision: Box<Decision> },
    /// The ledger no longer has the rules.
    RulesLost,
}

impl Replay {
    /// Decides again.
    #[must_use]
    pub fn of(decided: &Decided, rules: Option<&Cluster>) -> Self {
        let Some(cluster) = rules else { return Self::RulesLost };
        let again = decide(&Input { cluster, observed: &decided.observed, memory: &decided.memory });
        let bytes = |decision: &Decision| serde_json::to_vec(decision).ok();
        let recorded = &decided.decision;
        if bytes(&again) == bytes(recorded) {
            return Self::Same;
        }
        let same = (again.action, again.wanted) == (recorded.action, recorded.wanted);
        if same { Self::OtherWords } else { Self::Differs { decision: Box::new(again) } }
    }
}
