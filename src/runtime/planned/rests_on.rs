use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::decide::Change;
use crate::ledger::State;
use crate::observe::{Answer, Counts};
use crate::plan::{Census, OperationId, Standing};
use crate::rules::{Cluster, Number};
use crate::runtime::tick::{TickReport, absence_in_words};

/// What a plan rests on: it is carried out only while this still stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RestsOn {
    pub counts: Counts,
    /// In order of instance and node.
    pub workers: Vec<SeenWorker>,
    /// In flight when the plan was made.
    pub operations: Vec<OperationId>,
    /// The last change before it.
    pub last_change: Option<Change>,
    /// For people: what the rules looked at. The rules themselves are asked again.
    pub metrics: BTreeMap<String, SeenMetric>,
}

/// One worker as it was seen.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct SeenWorker {
    pub instance_id: Option<String>,
    pub node_name: Option<String>,
    pub node_uid: Option<String>,
    /// In one word: `ready`, `launching`, `unready`, `draining`, `dead`, `stopped`.
    pub standing: String,
}

/// A metric at the instant of the plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SeenMetric {
    Value(Number),
    Missing(String),
}

impl RestsOn {
    pub(super) fn of(report: &TickReport, cluster: &Cluster, before: Option<&State>) -> Self {
        let mut metrics = BTreeMap::new();
        if let Some(decided) = &report.decided {
            for (metric, answer) in cluster.metrics.iter().zip(&decided.observed.metrics) {
                let now = answer.as_ref().and_then(|answer| answer.series.at(report.at));
                let seen = match now.map(|sample| &sample.answer) {
                    Some(Answer::Value(value)) => SeenMetric::Value(value.clone()),
                    Some(Answer::Missing(absence)) => SeenMetric::Missing(absence_in_words(absence)),
                    None => continue,
                };
                metrics.insert(metric.name.clone(), seen);
            }
        }
        Self {
            counts: report.counts,
            workers: report.workers.clone(),
            operations: operations(before),
            last_change: before.and_then(|state| state.memory.last_change.clone()),
            metrics,
        }
    }

    /// The worker that has this instance, or this node.
    pub(super) fn worker(&self, like: &SeenWorker) -> Option<&SeenWorker> {
        self.workers.iter().find(|worker| worker.is_same_machine(like))
    }
}

fn operations(state: Option<&State>) -> Vec<OperationId> {
    state.map_or_else(Vec::new, |state| state.progress.operations.iter().map(|operation| operation.id().clone()).collect())
}

impl SeenWorker {
    /// Everyone in a census, in order.
    #[must_use]
    pub fn all(census: &Census<'_>) -> Vec<Self> {
        let known = census.workers.iter().filter(|worker| worker.instance.is_some() || worker.node.is_some());
        let mut workers: Vec<Self> = known
            .map(|worker| Self {
                instance_id: worker.instance.map(|instance| instance.id.clone()),
                node_name: worker.node.map(|node| node.name.clone()),
                node_uid: worker.node.map(|node| node.uid.clone()),
                standing: word(worker.standing).to_owned(),
            })
            .collect();
        workers.sort();
        workers
    }

    fn is_same_machine(&self, other: &Self) -> bool {
        match (&self.instance_id, &other.instance_id) {
            (Some(one), Some(another)) => one == another,
            _ => self.node_uid.is_some() && self.node_uid == other.node_uid,
        }
    }

    pub(super) fn name(&self) -> String {
        match (&self.instance_id, &self.node_name) {
            (Some(instance), Some(node)) => format!("{instance} ({node})"),
            (Some(name), None) | (None, Some(name)) => name.clone(),
            (None, None) => "of no name".to_owned(),
        }
    }
}

const fn word(standing: Standing) -> &'static str {
    match standing {
        Standing::Ready => "ready",
        Standing::Launching => "launching",
        Standing::Unready => "unready",
        Standing::Draining => "draining",
        Standing::Dead => "dead",
        Standing::Stopped => "stopped",
    }
}

/// When a change was decided, for comparing.
pub(super) fn decided_at(change: Option<&Change>) -> Option<Timestamp> {
    change.map(|change| change.at)
}
