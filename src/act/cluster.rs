use std::collections::BTreeMap;
use std::future::Future;

use crate::observe::{Budget, Node, Pod, Seen, Surroundings};
use crate::plan::{DeleteNode, Evict, Failure, MarkNode, UnmarkNode};

/// The port to Kubernetes: the API server, or the sandbox.
pub trait Cluster: Send + Sync {
    /// The pool's workers (`smartscale.dev/pool=<pool>`; `None`: every worker, the control plane left out).
    fn nodes(&self, pool: Option<&str>) -> impl Future<Output = Seen<Vec<Node>>> + Send;

    /// Pods that the scheduler has marked unschedulable, DaemonSets left out.
    fn pending_pods(&self) -> impl Future<Output = Seen<Vec<Pod>>> + Send;

    /// Every pod on these nodes, owners' replica counts looked up.
    fn pods_on(&self, nodes: &[String]) -> impl Future<Output = Seen<Vec<Pod>>> + Send;

    /// Every disruption budget: asked before a node is chosen for removal, never by an idle tick.
    fn budgets(&self) -> impl Future<Output = Seen<Vec<Budget>>> + Send;

    /// The volumes that are attached to each of these nodes (VolumeAttachments), by the node's name.
    fn volumes_on(&self, nodes: &[String]) -> impl Future<Output = Seen<BTreeMap<String, Vec<String>>>> + Send;
    /// What the scheduler looks at for these waiting pods, beside the pool's own workers.
    fn surroundings(&self, waiting: &[Pod]) -> impl Future<Output = Seen<Surroundings>> + Send;

    fn mark(&self, step: &MarkNode) -> impl Future<Output = Result<(), Failure>> + Send;

    fn unmark(&self, step: &UnmarkNode) -> impl Future<Output = Result<(), Failure>> + Send;

    /// Accepted is not gone: the pod is gone when its UID is.
    fn evict(&self, step: &Evict) -> impl Future<Output = Result<(), Failure>> + Send;

    fn delete_node(&self, step: &DeleteNode) -> impl Future<Output = Result<(), Failure>> + Send;
}
