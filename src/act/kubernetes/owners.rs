use std::collections::BTreeMap;

use k8s_openapi::api::apps::v1::{ReplicaSet, StatefulSet};
use kube::Api;
use tokio::task::JoinSet;

use crate::act::kubernetes::Kubernetes;
use crate::act::kubernetes::failure::unseen;
use crate::observe::{Pod, Seen, Unseen};

/// (namespace, kind, name) of a controller.
type Controller = (String, String, String);

/// Fills in how many replicas each pod's controller wants; a controller that is gone wants none.
pub async fn look_up_replicas(kubernetes: &Kubernetes, pods: &mut [Pod]) -> Seen<()> {
    let mut lookups = JoinSet::new();
    let wanted: std::collections::BTreeSet<Controller> = pods.iter().filter_map(controller).collect();
    for (namespace, kind, name) in wanted {
        let client = kubernetes.client.clone();
        lookups.spawn(async move {
            let replicas = match kind.as_str() {
                "ReplicaSet" => Api::<ReplicaSet>::namespaced(client, &namespace)
                    .get_opt(&name)
                    .await
                    .map(|set| set.map_or(Some(0), |set| Some(set.spec.and_then(|spec| spec.replicas).unwrap_or(1)))),
                "StatefulSet" => Api::<StatefulSet>::namespaced(client, &namespace)
                    .get_opt(&name)
                    .await
                    .map(|set| set.map_or(Some(0), |set| Some(set.spec.and_then(|spec| spec.replicas).unwrap_or(1)))),
                _ => Ok(None),
            };
            ((namespace, kind, name), replicas)
        });
    }
    let mut replicas = BTreeMap::new();
    while let Some(looked_up) = lookups.join_next().await {
        let (controller, count) =
            looked_up.map_err(|error| Unseen { reason: format!("a look-up of a controller did not end: {error}") })?;
        let count =
            count.map_err(|error| unseen(&format!("{} `{}/{}`", controller.1, controller.0, controller.2), &kubernetes.address, &error))?;
        replicas.insert(controller, count.and_then(|count| u32::try_from(count).ok()));
    }
    for pod in pods {
        let found = controller(pod).and_then(|controller| replicas.get(&controller).copied().flatten());
        if let Some(owner) = &mut pod.owner {
            owner.replicas = found;
        }
    }
    Ok(())
}

fn controller(pod: &Pod) -> Option<Controller> {
    let owner = pod.owner.as_ref()?;
    matches!(owner.kind.as_str(), "ReplicaSet" | "StatefulSet").then(|| (pod.namespace.clone(), owner.kind.clone(), owner.name.clone()))
}
