use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::observe::Instance;
use crate::plan::{Failure, Offering, OperationId};

/// One side effect, complete: ids, the state that is expected, the token. Every step is idempotent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Step {
    RunInstances(RunInstances),
    FindByToken(FindByToken),
    Terminate(Terminate),
    MarkNode(MarkNode),
    UnmarkNode(UnmarkNode),
    Evict(Evict),
    DeleteNode(DeleteNode),
}

/// One RunInstances call: MinCount 1, MaxCount `count`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunInstances {
    pub operation: OperationId,
    pub attempt: u32,
    pub offering: Offering,
    pub template_version: u64,
    pub count: u32,
    pub token: String,
    /// Dollars per hour for spot; `None`: the on-demand price.
    pub max_price: Option<crate::rules::Number>,
    /// For the instances and their volumes.
    pub tags: BTreeMap<String, String>,
}

/// Looks up what an earlier call with this token brought (DescribeInstances, filter `client-token`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FindByToken {
    pub operation: OperationId,
    pub attempt: u32,
    pub token: String,
}

/// Never undrained, unless the instance is dead, never joined, or its notice runs out (invariant 4).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terminate {
    pub operation: OperationId,
    pub instance_id: String,
}

/// Taint, cordon and annotation in one write, conditional on the node's UID. Where this operation's taint stands already it
/// is done; else the cordon must be as `cordoned_before` says, or it is a conflict: a person was there in between.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MarkNode {
    pub operation: OperationId,
    pub node_name: String,
    pub node_uid: String,
    /// Remember that a person had cordoned it.
    pub cordoned_before: bool,
}

/// Our taint and annotation off; the cordon too, unless a person had set it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnmarkNode {
    pub operation: OperationId,
    pub node_name: String,
    pub node_uid: String,
    pub keep_cordon: bool,
}

/// Through the Eviction API, with a UID precondition.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evict {
    pub operation: OperationId,
    pub namespace: String,
    pub pod_name: String,
    pub pod_uid: String,
}

/// Deletes the Node object, with a UID precondition.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeleteNode {
    pub operation: OperationId,
    pub node_name: String,
    pub node_uid: String,
}

/// What came of a step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    pub step: Step,
    pub result: Result<OutcomeKind, Failure>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OutcomeKind {
    /// Instances, some perhaps dead already: a replay returns what the first call brought.
    Instances(Vec<Instance>),
    Done,
}

impl Step {
    /// The operation that this step advances.
    #[must_use]
    pub const fn operation(&self) -> &OperationId {
        match self {
            Self::RunInstances(step) => &step.operation,
            Self::FindByToken(step) => &step.operation,
            Self::Terminate(step) => &step.operation,
            Self::MarkNode(step) => &step.operation,
            Self::UnmarkNode(step) => &step.operation,
            Self::Evict(step) => &step.operation,
            Self::DeleteNode(step) => &step.operation,
        }
    }
}
