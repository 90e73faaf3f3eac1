use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::act::{Cluster, Fleet};
use crate::observe::{Budget, Instance, Node, Notice, Pod, Seen, Surroundings};
use crate::plan::{DeleteNode, Evict, Failure, FailureClass, FindByToken, MarkNode, RunInstances, Template, Terminate, UnmarkNode};

/// Looks at the real thing and changes nothing: what `smartscale plan` puts between a tick and the world.
///
/// A call that would change something answers as one whose outcome is unknown: plan concludes nothing from it, and the
/// step stands in the tick's report.
#[derive(Clone, Copy, Debug)]
pub struct DryRun<'a, P>(pub &'a P);

/// The code by which the report tells a step that was only planned.
pub const PLANNED_ONLY: &str = "planned only";

fn planned_only<T>() -> Result<T, Failure> {
    Err(Failure { class: FailureClass::Unknown, code: PLANNED_ONLY.to_owned(), message: "nothing was changed".to_owned() })
}

impl<F: Fleet> Fleet for DryRun<'_, F> {
    async fn instances(&self, cluster: &str) -> Seen<Vec<Instance>> {
        self.0.instances(cluster).await
    }

    async fn template(&self) -> Result<Template, Failure> {
        self.0.template().await
    }

    async fn run_instances(&self, _: &RunInstances, _: Timestamp) -> Result<Vec<Instance>, Failure> {
        planned_only()
    }

    async fn find_by_token(&self, step: &FindByToken) -> Result<Vec<Instance>, Failure> {
        self.0.find_by_token(step).await
    }

    async fn termination_protected(&self, instance_id: &str) -> Result<bool, Failure> {
        self.0.termination_protected(instance_id).await
    }

    async fn notices(&self) -> Seen<Vec<Notice>> {
        self.0.notices().await
    }

    async fn terminate(&self, _: &Terminate) -> Result<(), Failure> {
        planned_only()
    }
}

impl<C: Cluster> Cluster for DryRun<'_, C> {
    async fn nodes(&self, pool: Option<&str>) -> Seen<Vec<Node>> {
        self.0.nodes(pool).await
    }

    async fn pending_pods(&self) -> Seen<Vec<Pod>> {
        self.0.pending_pods().await
    }

    async fn pods_on(&self, nodes: &[String]) -> Seen<Vec<Pod>> {
        self.0.pods_on(nodes).await
    }

    async fn budgets(&self) -> Seen<Vec<Budget>> {
        self.0.budgets().await
    }

    async fn volumes_on(&self, nodes: &[String]) -> Seen<BTreeMap<String, Vec<String>>> {
        self.0.volumes_on(nodes).await
    }

    async fn surroundings(&self, waiting: &[Pod]) -> Seen<Surroundings> {
        self.0.surroundings(waiting).await
    }

    async fn mark(&self, _: &MarkNode) -> Result<(), Failure> {
        planned_only()
    }

    async fn unmark(&self, _: &UnmarkNode) -> Result<(), Failure> {
        planned_only()
    }

    async fn evict(&self, _: &Evict) -> Result<(), Failure> {
        planned_only()
    }

    async fn delete_node(&self, _: &DeleteNode) -> Result<(), Failure> {
        planned_only()
    }
}
