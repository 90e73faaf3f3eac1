use std::future::Future;

use jiff::Timestamp;

use crate::observe::{Instance, Notice, Seen};
use crate::plan::{Failure, FindByToken, RunInstances, Template, Terminate};

/// The port to the cloud: EC2, or the sandbox.
pub trait Fleet: Send + Sync {
    /// All instances that are tagged as this cluster's, terminated ones included while they show: one paginated call.
    fn instances(&self, cluster: &str) -> impl Future<Output = Seen<Vec<Instance>>> + Send;

    /// The launch template's current version, by number, and the subnets that may be used. Asked only when a launch is
    /// planned, never by an idle tick.
    fn template(&self) -> impl Future<Output = Result<Template, Failure>> + Send;

    /// One RunInstances call. The same token brings the same instances, however often it is asked.
    fn run_instances(&self, step: &RunInstances, now: Timestamp) -> impl Future<Output = Result<Vec<Instance>, Failure>> + Send;

    fn find_by_token(&self, step: &FindByToken) -> impl Future<Output = Result<Vec<Instance>, Failure>> + Send;

    /// Whether termination protection is on: asked for a candidate before any mark.
    fn termination_protected(&self, instance_id: &str) -> impl Future<Output = Result<bool, Failure>> + Send;

    /// What EC2 itself tells of instances whose end is near. Only the daemon asks, between its ticks: a function is told by
    /// events. Others' instances are among them.
    fn notices(&self) -> impl Future<Output = Seen<Vec<Notice>>> + Send {
        std::future::ready(Ok(Vec::new()))
    }

    fn terminate(&self, step: &Terminate) -> impl Future<Output = Result<(), Failure>> + Send;
}
