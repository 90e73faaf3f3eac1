use std::collections::{BTreeMap, BTreeSet};

use k8s_openapi::api::core::v1::{PersistentVolume, PersistentVolumeClaim};
use k8s_openapi::api::storage::v1::StorageClass;
use kube::Api;

use crate::act::kubernetes::Kubernetes;
use crate::act::kubernetes::failure::unseen;
use crate::act::kubernetes::read_scheduling::node_term;
use crate::observe::{Claim, NodeTerm, Operator, Pod, Requirement, Seen};

/// Labels of older volumes that nodes must carry too (the scheduler's plugin `VolumeZone`); several values stand between `__`.
const ZONE_LABELS: [&str; 2] = ["topology.kubernetes.io/zone", "topology.kubernetes.io/region"];

/// Where the claims of these pods let them run, by `namespace/name`.
pub async fn look_up_claims(kubernetes: &Kubernetes, waiting: &[Pod]) -> Seen<BTreeMap<String, Claim>> {
    let of_pod = |pod: &Pod| pod.scheduling.claims.iter().map(|name| (pod.namespace.clone(), name.clone())).collect::<Vec<_>>();
    let names: BTreeSet<(String, String)> = waiting.iter().flat_map(of_pod).collect();
    let mut claims = BTreeMap::new();
    for (namespace, name) in names {
        let claim = look_up(kubernetes, &namespace, &name).await.map_err(|error| unseen("volume claims", &kubernetes.address, &error))?;
        claims.insert(format!("{namespace}/{name}"), claim);
    }
    Ok(claims)
}

async fn look_up(kubernetes: &Kubernetes, namespace: &str, name: &str) -> Result<Claim, kube::Error> {
    let client = &kubernetes.client;
    let claims: Api<PersistentVolumeClaim> = Api::namespaced(client.clone(), namespace);
    let Some(claim) = claims.get_opt(name).await? else {
        return Ok(Claim::Waits(format!("its volume claim `{name}` does not exist")));
    };
    let spec = claim.spec.unwrap_or_default();
    if let Some(volume) = spec.volume_name.filter(|volume| !volume.is_empty()) {
        let volume = Api::<PersistentVolume>::all(client.clone()).get_opt(&volume).await?;
        return Ok(volume.as_ref().map_or_else(|| Claim::Waits(format!("the volume of its claim `{name}` is gone")), of_volume));
    }
    let class = match spec.storage_class_name.filter(|class| !class.is_empty()) {
        Some(class) => Api::<StorageClass>::all(client.clone()).get_opt(&class).await?,
        None => None,
    };
    Ok(class
        .filter(|class| class.volume_binding_mode.as_deref() == Some("WaitForFirstConsumer"))
        .as_ref()
        .map_or_else(|| Claim::Waits(format!("its volume claim `{name}` is not bound")), of_class))
}

fn of_volume(volume: &PersistentVolume) -> Claim {
    let labels = volume.metadata.labels.iter().flatten().filter(|(key, _)| ZONE_LABELS.contains(&key.as_str()));
    let by_labels: Vec<Requirement> = labels.map(|(key, values)| is_in(key, values.split("__").map(str::to_owned).collect())).collect();
    let affinity = volume.spec.as_ref().and_then(|spec| spec.node_affinity.as_ref()).and_then(|affinity| affinity.required.as_ref());
    let Some(required) = affinity else {
        return if by_labels.is_empty() { Claim::Anywhere } else { Claim::Within(vec![NodeTerm { labels: by_labels, fields: vec![] }]) };
    };
    let with_labels = |mut term: NodeTerm| {
        // A term without requirements matches nothing, and must not begin to.
        if !(term.labels.is_empty() && term.fields.is_empty()) {
            term.labels.extend(by_labels.iter().cloned());
        }
        term
    };
    Claim::Within(required.node_selector_terms.iter().map(node_term).map(with_labels).collect())
}

/// A volume that is made once its pod has a node.
fn of_class(class: &StorageClass) -> Claim {
    let Some(topologies) = class.allowed_topologies.as_ref().filter(|topologies| !topologies.is_empty()) else { return Claim::Anywhere };
    let terms = topologies.iter().map(|term| NodeTerm {
        labels: term.match_label_expressions.iter().flatten().map(|expression| is_in(&expression.key, expression.values.clone())).collect(),
        fields: vec![],
    });
    Claim::Within(terms.collect())
}

fn is_in(key: &str, values: Vec<String>) -> Requirement {
    Requirement { key: key.to_owned(), operator: Operator::In, values }
}

#[cfg(test)]
mod tests {
    use crate::act::kubernetes::claims::{is_in, of_class, of_volume};
    use crate::observe::{Claim, NodeTerm};

    #[test]
    fn a_volume_says_where_its_pod_may_run() {
        let read = |volume| of_volume(&serde_json::from_value(volume).unwrap());
        assert_eq!(read(serde_json::json!({ "metadata": {}, "spec": {} })), Claim::Anywhere);
        let in_zone = |zone: &str| vec![is_in("topology.kubernetes.io/zone", vec![zone.to_owned()])];
        let labelled = serde_json::json!({ "metadata": { "labels": { "topology.kubernetes.io/zone": "a" } }, "spec": {} });
        assert_eq!(read(labelled), Claim::Within(vec![NodeTerm { labels: in_zone("a"), fields: vec![] }]));
        let expression = serde_json::json!({ "key": "topology.kubernetes.io/zone", "operator": "In", "values": ["b"] });
        let required = serde_json::json!({ "nodeSelectorTerms": [{ "matchExpressions": [expression] }] });
        let zonal = serde_json::json!({ "metadata": {}, "spec": { "nodeAffinity": { "required": required } } });
        assert_eq!(read(zonal), Claim::Within(vec![NodeTerm { labels: in_zone("b"), fields: vec![] }]));
    }

    #[test]
    fn a_storage_class_that_waits_for_its_pod_may_allow_some_topologies() {
        let read = |class| of_class(&serde_json::from_value(class).unwrap());
        assert_eq!(read(serde_json::json!({ "metadata": {}, "provisioner": "x" })), Claim::Anywhere);
        let allowed = serde_json::json!([{ "matchLabelExpressions": [{ "key": "zone", "values": ["a", "b"] }] }]);
        let term = NodeTerm { labels: vec![is_in("zone", vec!["a".to_owned(), "b".to_owned()])], fields: vec![] };
        assert_eq!(
            read(serde_json::json!({ "metadata": {}, "provisioner": "x", "allowedTopologies": allowed })),
            Claim::Within(vec![term])
        );
    }
}
