use std::collections::{BTreeMap, BTreeSet};

use k8s_openapi::api::core::v1::{Container, PodSpec};
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;

use crate::observe::{Requests, read_millis, read_whole};

/// What the scheduler reserves of CPU and memory.
pub fn read_requests(spec: &PodSpec) -> Requests {
    Requests { cpu_millis: of_resource(spec, "cpu"), memory: of_resource(spec, "memory") }
}

/// What the scheduler reserves of everything else, such as `nvidia.com/gpu` or `ephemeral-storage`; nothing is left out.
pub fn read_extended(spec: &PodSpec) -> BTreeMap<String, u64> {
    let containers = spec.containers.iter().chain(spec.init_containers.iter().flatten());
    let named = containers.filter_map(requests_of).chain(spec.overhead.as_ref()).flat_map(BTreeMap::keys);
    let names: BTreeSet<&String> = named.filter(|name| !matches!(name.as_str(), "cpu" | "memory")).collect();
    names.into_iter().map(|name| (name.clone(), of_resource(spec, name))).filter(|(_, amount)| *amount > 0).collect()
}

/// The larger of all running containers and of each init container beside the sidecars that started before it, or what
/// the pod asks for as a whole, and the overhead (KEP-753 and KEP-2837, "Resources calculation").
fn of_resource(spec: &PodSpec, name: &str) -> u64 {
    let of_container = |container: &Container| requests_of(container).map_or(0, |requests| amount(requests, name));
    let (mut sidecars, mut init_peak) = (0u64, 0u64);
    for container in spec.init_containers.iter().flatten() {
        let own = of_container(container);
        if container.restart_policy.as_deref() == Some("Always") {
            sidecars = sidecars.saturating_add(own);
            init_peak = init_peak.max(sidecars);
        } else {
            init_peak = init_peak.max(sidecars.saturating_add(own));
        }
    }
    let running = spec.containers.iter().map(of_container).fold(sidecars, u64::saturating_add);
    let as_a_whole =
        spec.resources.as_ref().and_then(|resources| resources.requests.as_ref()).filter(|requests| requests.contains_key(name));
    let asked = as_a_whole.map_or_else(|| running.max(init_peak), |requests| amount(requests, name));
    asked.saturating_add(spec.overhead.as_ref().map_or(0, |overhead| amount(overhead, name)))
}

fn requests_of(container: &Container) -> Option<&BTreeMap<String, Quantity>> {
    container.resources.as_ref()?.requests.as_ref()
}

fn amount(quantities: &BTreeMap<String, Quantity>, name: &str) -> u64 {
    let read = if name == "cpu" { read_millis } else { read_whole };
    quantities.get(name).and_then(|quantity| read(&quantity.0)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use k8s_openapi::api::core::v1::PodSpec;

    use crate::act::kubernetes::read_requests::{read_extended, read_requests};
    use crate::observe::Requests;

    fn spec(spec: serde_json::Value) -> PodSpec {
        serde_json::from_value(spec).unwrap()
    }

    #[test]
    fn requests_count_init_and_sidecar_containers_and_overhead() {
        let spec = spec(serde_json::json!({
            "initContainers": [
                { "name": "first", "resources": { "requests": { "cpu": "900m", "nvidia.com/gpu": "2" } } },
                { "name": "sidecar", "restartPolicy": "Always", "resources": { "requests": { "cpu": "100m", "memory": "64Mi" } } },
                { "name": "second", "resources": { "requests": { "cpu": "850m" } } },
            ],
            "containers": [{ "name": "main", "resources": { "requests": { "cpu": "500m", "memory": "128Mi", "nvidia.com/gpu": "1" } } }],
            "overhead": { "cpu": "50m", "ephemeral-storage": "1Gi" },
        }));
        assert_eq!(read_requests(&spec), Requests { cpu_millis: 1000, memory: 192 << 20 });
        let expected = BTreeMap::from([("ephemeral-storage".to_owned(), 1 << 30), ("nvidia.com/gpu".to_owned(), 2)]);
        assert_eq!(read_extended(&spec), expected);
    }

    #[test]
    fn what_a_pod_asks_for_as_a_whole_stands_for_its_containers() {
        let spec = spec(serde_json::json!({
            "resources": { "requests": { "cpu": "1" } },
            "containers": [{ "name": "main", "resources": { "requests": { "cpu": "200m", "memory": "128Mi" } } }],
        }));
        assert_eq!(read_requests(&spec), Requests { cpu_millis: 1000, memory: 128 << 20 });
    }
}
