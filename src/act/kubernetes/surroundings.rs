use std::collections::BTreeMap;

use k8s_openapi::api::apps::v1::DaemonSet;
use k8s_openapi::api::core::v1::{Namespace, Node as ApiNode, Pod as ApiPod};
use kube::Api;
use kube::api::ListParams;

use crate::act::kubernetes::Kubernetes;
use crate::act::kubernetes::claims::look_up_claims;
use crate::act::kubernetes::failure::unseen;
use crate::act::kubernetes::list::list;
use crate::act::kubernetes::read_node::read_node;
use crate::act::kubernetes::read_pod::read_pod;
use crate::observe::{Pod, Requests, Seen, Surroundings};

/// All lists at once; namespaces and claims are asked for only where some pod makes them matter.
pub async fn look_around(kubernetes: &Kubernetes, waiting: &[Pod]) -> Seen<Surroundings> {
    let client = &kubernetes.client;
    let (all_nodes, all_pods) = (Api::<ApiNode>::all(client.clone()), Api::<ApiPod>::all(client.clone()));
    let daemon_sets = Api::<DaemonSet>::all(client.clone());
    let bound = ListParams::default().fields("spec.nodeName!=,status.phase!=Succeeded,status.phase!=Failed");
    let every = ListParams::default();
    let (nodes, pods, daemon_sets, claims) =
        tokio::join!(list(&all_nodes, &every), list(&all_pods, &bound), list(&daemon_sets, &every), look_up_claims(kubernetes, waiting));
    let failed = |what: &'static str| move |error: kube::Error| unseen(what, &kubernetes.address, &error);
    let nodes = nodes.map_err(failed("nodes"))?;
    let pods: Vec<Pod> = pods.map_err(failed("pods on nodes"))?.iter().filter_map(read_pod).collect();
    let daemons = daemon_sets.map_err(failed("DaemonSets"))?.iter().filter_map(|set| daemon(set, &pods)).collect();
    let asked = waiting.iter().chain(&pods).any(|pod| pod.scheduling.selects_namespaces());
    let namespaces = if asked { namespaces(kubernetes).await? } else { BTreeMap::new() };
    Ok(Surroundings { nodes: nodes.iter().filter_map(read_node).collect(), pods, daemons, namespaces, claims: claims? })
}

/// The pod that a DaemonSet would make, by its template. What admission added to requests shows on those that are there.
fn daemon(set: &DaemonSet, pods: &[Pod]) -> Option<Pod> {
    let template = &set.spec.as_ref()?.template;
    let mut pod = ApiPod { spec: template.spec.clone(), metadata: template.metadata.clone().unwrap_or_default(), status: None };
    pod.metadata.namespace.clone_from(&set.metadata.namespace);
    pod.metadata.name.clone_from(&set.metadata.name);
    pod.metadata.uid.clone_from(&set.metadata.uid);
    let mut pod = read_pod(&pod)?;
    pod.owner = Some(crate::observe::Owner { kind: "DaemonSet".to_owned(), name: pod.name.clone(), uid: pod.uid.clone(), replicas: None });
    let admitted = pods.iter().filter(|other| other.owner.as_ref().is_some_and(|owner| owner.uid == pod.uid));
    pod.requests = admitted.fold(pod.requests, |most, other| Requests {
        cpu_millis: most.cpu_millis.max(other.requests.cpu_millis),
        memory: most.memory.max(other.requests.memory),
    });
    Some(pod)
}

async fn namespaces(kubernetes: &Kubernetes) -> Seen<BTreeMap<String, BTreeMap<String, String>>> {
    let namespaces = Api::<Namespace>::all(kubernetes.client.clone());
    let listed = list(&namespaces, &ListParams::default()).await.map_err(|error| unseen("namespaces", &kubernetes.address, &error))?;
    let named = |namespace: Namespace| Some((namespace.metadata.name?, namespace.metadata.labels.unwrap_or_default()));
    Ok(listed.into_iter().filter_map(named).collect())
}
