use k8s_openapi::api::core::v1::Pod;
use k8s_openapi::api::policy::v1::Eviction;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{DeleteOptions, ObjectMeta, Preconditions};
use kube::Api;
use kube::api::PostParams;

use crate::act::kubernetes::Kubernetes;
use crate::act::kubernetes::failure::classify_eviction;
use crate::plan::{Evict, Failure};

/// Asks the Eviction API to evict one pod, by its UID.
///
/// The body is built here: kube's own `evict` writes `delete_options` where the API reads `deleteOptions`, and so loses
/// the precondition.
pub async fn evict(kubernetes: &Kubernetes, step: &Evict) -> Result<(), Failure> {
    let eviction = Eviction {
        metadata: ObjectMeta { name: Some(step.pod_name.clone()), namespace: Some(step.namespace.clone()), ..ObjectMeta::default() },
        delete_options: Some(DeleteOptions {
            preconditions: Some(Preconditions { uid: Some(step.pod_uid.clone()), resource_version: None }),
            ..DeleteOptions::default()
        }),
    };
    let pods: Api<Pod> = Api::namespaced(kubernetes.client.clone(), &step.namespace);
    // Answered with a Status, not with an Eviction.
    pods.create_subresource::<_, serde_json::Value>("eviction", &step.pod_name, &PostParams::default(), &eviction)
        .await
        .map(drop)
        .map_err(|error| classify_eviction(&error))
}
