use std::collections::BTreeMap;

use k8s_openapi::api::policy::v1::PodDisruptionBudget;
use k8s_openapi::api::storage::v1::VolumeAttachment;
use kube::Api;
use kube::api::ListParams;

use crate::act::kubernetes::Kubernetes;
use crate::act::kubernetes::failure::unseen;
use crate::act::kubernetes::list::list;
use crate::act::kubernetes::read_scheduling::pod_selector;
use crate::observe::{Budget, Seen};

/// Every disruption budget of the cluster.
pub async fn budgets(kubernetes: &Kubernetes) -> Seen<Vec<Budget>> {
    let api: Api<PodDisruptionBudget> = Api::all(kubernetes.client.clone());
    let listed = list(&api, &ListParams::default()).await;
    let listed = listed.map_err(|error| unseen("disruption budgets", &kubernetes.address, &error))?;
    Ok(listed.iter().filter_map(read_budget).collect())
}

fn read_budget(budget: &PodDisruptionBudget) -> Option<Budget> {
    Some(Budget {
        namespace: budget.metadata.namespace.clone()?,
        name: budget.metadata.name.clone()?,
        selector: budget.spec.as_ref().and_then(|spec| spec.selector.as_ref()).map(pod_selector),
        allowed: budget.status.as_ref().and_then(|status| u32::try_from(status.disruptions_allowed?).ok()).unwrap_or(0),
    })
}

/// The volumes that are attached to these nodes. They cannot be asked for by node: the API server knows no such selector.
pub async fn volumes_on(kubernetes: &Kubernetes, nodes: &[String]) -> Seen<BTreeMap<String, Vec<String>>> {
    let api: Api<VolumeAttachment> = Api::all(kubernetes.client.clone());
    let listed = list(&api, &ListParams::default()).await;
    let listed = listed.map_err(|error| unseen("volume attachments", &kubernetes.address, &error))?;
    let mut attached: BTreeMap<String, Vec<String>> = nodes.iter().map(|name| (name.clone(), Vec::new())).collect();
    for attachment in listed {
        let volume = attachment.spec.source.persistent_volume_name.or(attachment.metadata.name).unwrap_or_default();
        if let Some(volumes) = attached.get_mut(&attachment.spec.node_name) {
            volumes.push(volume);
        }
    }
    attached.values_mut().for_each(|volumes| volumes.sort());
    Ok(attached)
}
