use serde::Serialize;

use crate::decide::{Decision, Input, Observed, decide};
use crate::ledger::Decided;
use crate::rules::Cluster;

/// What the rules in the files would have decided upon what was seen then.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Today {
    /// The hash of the rules in the files.
    pub ruleset: String,
    /// They are those by which it was decided.
    pub unchanged: bool,
    /// Only where they have changed.
    pub decision: Option<Box<Decision>>,
    /// Metrics that today's rules name and that were not observed then, or in other words: their rules are unknown.
    pub unobserved: Vec<String>,
}

impl Today {
    /// `then`: the rules by which it was decided, where the ledger still has them.
    #[must_use]
    pub fn of(decided: &Decided, then: Option<&Cluster>, now: &Cluster) -> Self {
        let ruleset = now.hash();
        if ruleset == decided.ruleset {
            return Self { ruleset, unchanged: true, decision: None, unobserved: Vec::new() };
        }
        let Some(then) = then else { return Self { ruleset, unchanged: false, decision: None, unobserved: Vec::new() } };
        let mut unobserved = Vec::new();
        let metrics = now.metrics.iter().map(|metric| {
            let same = then.metrics.iter().zip(&decided.observed.metrics).find(|(known, _)| **known == *metric);
            if same.is_none() {
                unobserved.push(metric.name.clone());
            }
            same.and_then(|(_, answer)| answer.clone())
        });
        let metrics = metrics.collect();
        let observed = Observed { metrics, ..(*decided.observed).clone() };
        let decision = decide(&Input { cluster: now, observed: &observed, memory: &decided.memory });
        Self { ruleset, unchanged: false, decision: Some(Box::new(decision)), unobserved }
    }
}
