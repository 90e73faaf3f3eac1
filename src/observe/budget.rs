use serde::{Deserialize, Serialize};

use crate::observe::{Pod, PodPhase, PodSelector};

/// A PodDisruptionBudget.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Budget {
    pub namespace: String,
    pub name: String,
    /// Every requirement holds for the pods that it is about; none: all of the namespace. `None`: no pod.
    pub selector: Option<PodSelector>,
    /// Pods that may be evicted now (`status.disruptionsAllowed`).
    pub allowed: u32,
}

impl Budget {
    /// Whether an eviction of this pod asks this budget: one that does not run yet, or is leaving, asks none (Kubernetes,
    /// "API-initiated eviction").
    #[must_use]
    pub fn is_asked_for(&self, pod: &Pod) -> bool {
        let holds = |selector: &PodSelector| selector.iter().all(|requirement| requirement.is_met_by(&pod.labels));
        let asks = pod.phase != PodPhase::Pending && !pod.is_terminal() && pod.deleted_at.is_none();
        asks && self.namespace == pod.namespace && self.selector.as_ref().is_some_and(holds)
    }
}
