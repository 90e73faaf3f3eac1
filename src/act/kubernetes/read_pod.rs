use k8s_openapi::api::core::v1::{Pod as ApiPod, PodSpec};

use crate::act::kubernetes::read_requests::read_requests;
use crate::act::kubernetes::read_scheduling::read_scheduling;
use crate::observe::{Owner, Pod, PodPhase};

/// The kubelet marks the pods that it made from files (Kubernetes, "Create static Pods").
const MIRROR: &str = "kubernetes.io/config.mirror";

/// The Pod as we see it; `None` for an object without a name or UID, which no API server sends.
pub fn read_pod(pod: &ApiPod) -> Option<Pod> {
    let spec = pod.spec.clone().unwrap_or_default();
    let status = pod.status.clone().unwrap_or_default();
    let annotations = pod.metadata.annotations.clone().unwrap_or_default();
    let unschedulable_since = status
        .conditions
        .unwrap_or_default()
        .into_iter()
        .find(|condition| {
            condition.type_ == "PodScheduled" && condition.status == "False" && condition.reason.as_deref() == Some("Unschedulable")
        })
        .and_then(|condition| condition.last_transition_time)
        .map(|time| time.0);
    Some(Pod {
        namespace: pod.metadata.namespace.clone()?,
        name: pod.metadata.name.clone()?,
        uid: pod.metadata.uid.clone()?,
        phase: match status.phase.as_deref() {
            Some("Pending") => PodPhase::Pending,
            Some("Running") => PodPhase::Running,
            Some("Succeeded") => PodPhase::Succeeded,
            Some("Failed") => PodPhase::Failed,
            _ => PodPhase::Unknown,
        },
        deleted_at: pod.metadata.deletion_timestamp.as_ref().map(|time| time.0),
        owner: pod.metadata.owner_references.iter().flatten().find(|owner| owner.controller == Some(true)).map(|owner| Owner {
            kind: owner.kind.clone(),
            name: owner.name.clone(),
            uid: owner.uid.clone(),
            replicas: None,
        }),
        labels: pod.metadata.labels.clone().unwrap_or_default(),
        mirror: annotations.contains_key(MIRROR),
        annotations,
        critical: matches!(spec.priority_class_name.as_deref(), Some("system-cluster-critical" | "system-node-critical")),
        local_storage: local_storage(&spec),
        unschedulable_since,
        requests: read_requests(&spec),
        scheduling: read_scheduling(&spec, pod),
        node_name: spec.node_name,
    })
}

/// Volumes whose content is lost with the node. An emptyDir in memory is lost with the pod anyway and does not count
/// (cluster-autoscaler reads it the same way).
fn local_storage(spec: &PodSpec) -> Vec<String> {
    let lost = |volume: &&k8s_openapi::api::core::v1::Volume| {
        volume.host_path.is_some() || volume.empty_dir.as_ref().is_some_and(|empty| empty.medium.as_deref() != Some("Memory"))
    };
    spec.volumes.iter().flatten().filter(lost).map(|volume| volume.name.clone()).collect()
}

#[cfg(test)]
mod tests {
    use k8s_openapi::api::core::v1::Pod as ApiPod;

    use crate::act::kubernetes::read_pod::read_pod;

    fn pod(spec: &serde_json::Value) -> ApiPod {
        serde_json::from_value(serde_json::json!({ "metadata": { "name": "a", "namespace": "b", "uid": "c" }, "spec": spec })).unwrap()
    }

    #[test]
    fn an_empty_dir_in_memory_is_no_local_storage() {
        let spec = serde_json::json!({
            "containers": [],
            "volumes": [
                { "name": "scratch", "emptyDir": {} },
                { "name": "shm", "emptyDir": { "medium": "Memory" } },
                { "name": "socket", "hostPath": { "path": "/run" } },
                { "name": "settings", "configMap": { "name": "x" } },
            ],
        });
        assert_eq!(read_pod(&pod(&spec)).unwrap().local_storage, ["scratch", "socket"]);
    }
}
