use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::plan::{Operation, Progress, Situation, cooling};

/// What became of instances lately. Lists of EC2 and Kubernetes may be a little older than those of the tick before: one
/// that goes back in time neither hides a worker nor brings one back.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Lately {
    /// Workers that a launch brought, since when they are Ready: they count although no list shows them.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub ready: BTreeMap<String, Timestamp>,
    /// Instances that were let go on purpose or that another has replaced: their Nodes, seen again, bring no second one.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub let_go: BTreeMap<String, Timestamp>,
}

/// Longer than any list is old.
const READY_FOR: SignedDuration = SignedDuration::from_mins(5);
/// EC2 shows terminated instances for about an hour.
/// Source: <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/terminating-instances.html>
const LET_GO_FOR: SignedDuration = SignedDuration::from_hours(1);

impl Lately {
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ready.is_empty() && self.let_go.is_empty()
    }
}

impl Progress {
    /// Forgets what no list can show wrongly any more.
    pub(crate) fn forget_lately(&mut self, situation: &Situation<'_>) {
        let now = situation.now;
        let Self { lately, operations, .. } = self;
        let retired = |id: &str| {
            operations.iter().any(|operation| matches!(operation, Operation::Retire(retire) if retire.instance_id.as_deref() == Some(id)))
        };
        let dead = |id: &str| situation.instance(id).is_some_and(|instance| instance.state.is_dead());
        lately.ready.retain(|id, since| now < cooling::later(*since, READY_FOR) && !retired(id) && !dead(id));
        lately.let_go.retain(|_, since| now < cooling::later(*since, LET_GO_FOR));
    }

    pub(crate) fn note_let_go(&mut self, instance_id: &str, now: Timestamp) {
        self.lately.let_go.insert(instance_id.to_owned(), now);
    }
}
