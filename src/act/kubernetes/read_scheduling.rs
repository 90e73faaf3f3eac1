use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::{
    Container, NodeSelectorRequirement, NodeSelectorTerm, Pod as ApiPod, PodAffinityTerm, PodSpec, TopologySpreadConstraint,
};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector;

use crate::act::kubernetes::read_requests::read_extended;
use crate::observe::{HostPort, NodeTerm, Operator, PodSelector, PodTerm, Requirement, Scheduling, Spread, TaintEffect, Toleration};

/// What the pod asks of its node.
pub fn read_scheduling(spec: &PodSpec, pod: &ApiPod) -> Scheduling {
    let no_labels = BTreeMap::new();
    let labels = pod.metadata.labels.as_ref().unwrap_or(&no_labels);
    let affinity = spec.affinity.as_ref();
    Scheduling {
        node_selector: spec.node_selector.clone().unwrap_or_default(),
        node_affinity: affinity
            .and_then(|affinity| affinity.node_affinity.as_ref())
            .and_then(|affinity| affinity.required_during_scheduling_ignored_during_execution.as_ref())
            .map(|required| required.node_selector_terms.iter().map(node_term).collect()),
        tolerations: spec.tolerations.iter().flatten().map(toleration).collect(),
        spread: spec
            .topology_spread_constraints
            .iter()
            .flatten()
            .filter(|constraint| constraint.when_unsatisfiable == "DoNotSchedule")
            .map(|constraint| spread(constraint, labels))
            .collect(),
        affinity: pod_terms(
            affinity
                .and_then(|affinity| affinity.pod_affinity.as_ref())
                .and_then(|affinity| affinity.required_during_scheduling_ignored_during_execution.as_deref()),
        ),
        anti_affinity: pod_terms(
            affinity
                .and_then(|affinity| affinity.pod_anti_affinity.as_ref())
                .and_then(|affinity| affinity.required_during_scheduling_ignored_during_execution.as_deref()),
        ),
        host_ports: host_ports(spec),
        extended: read_extended(spec),
        priority: spec.priority.unwrap_or(0),
        claims: claims(spec, pod),
    }
}

pub fn node_term(term: &NodeSelectorTerm) -> NodeTerm {
    NodeTerm { labels: requirements(term.match_expressions.as_deref()), fields: requirements(term.match_fields.as_deref()) }
}

fn toleration(toleration: &k8s_openapi::api::core::v1::Toleration) -> Toleration {
    Toleration {
        key: toleration.key.clone().filter(|key| !key.is_empty()),
        value: (toleration.operator.as_deref() != Some("Exists")).then(|| toleration.value.clone().unwrap_or_default()),
        effect: toleration.effect.as_deref().and_then(read_effect),
    }
}

/// Newer API servers add the requirements of `matchLabelKeys` to the selector, older ones leave that to the scheduler: once
/// more changes nothing.
fn spread(constraint: &TopologySpreadConstraint, labels: &BTreeMap<String, String>) -> Spread {
    let of_own = constraint.match_label_keys.iter().flatten().filter_map(|key| {
        labels.get(key).map(|value| Requirement { key: key.clone(), operator: Operator::In, values: vec![value.clone()] })
    });
    Spread {
        max_skew: u32::try_from(constraint.max_skew).unwrap_or(1),
        topology_key: constraint.topology_key.clone(),
        selector: constraint.label_selector.as_ref().map(|selector| pod_selector(selector).into_iter().chain(of_own).collect()),
        min_domains: constraint.min_domains.and_then(|count| u32::try_from(count).ok()),
        honors_affinity: constraint.node_affinity_policy.as_deref() != Some("Ignore"),
        honors_taints: constraint.node_taints_policy.as_deref() == Some("Honor"),
    }
}

/// Of the containers that run beside each other: sidecars too.
fn host_ports(spec: &PodSpec) -> Vec<HostPort> {
    let is_sidecar = |container: &&Container| container.restart_policy.as_deref() == Some("Always");
    let running = spec.containers.iter().chain(spec.init_containers.iter().flatten().filter(is_sidecar));
    let ports = running.flat_map(|container| container.ports.iter().flatten());
    ports
        .filter_map(|port| {
            Some(HostPort {
                address: port.host_ip.clone().filter(|address| !address.is_empty() && address != "0.0.0.0"),
                protocol: port.protocol.clone().unwrap_or_else(|| "TCP".to_owned()),
                port: port.host_port.filter(|port| *port > 0)?,
            })
        })
        .collect()
}

/// A volume of its own (`ephemeral`) has a claim that is called after the pod and the volume.
fn claims(spec: &PodSpec, pod: &ApiPod) -> Vec<String> {
    let of_volume = |volume: &k8s_openapi::api::core::v1::Volume| match (&volume.persistent_volume_claim, &volume.ephemeral) {
        (Some(claim), _) => Some(claim.claim_name.clone()),
        (None, Some(_)) => Some(format!("{}-{}", pod.metadata.name.as_deref().unwrap_or_default(), volume.name)),
        (None, None) => None,
    };
    spec.volumes.iter().flatten().filter_map(of_volume).collect()
}

fn requirements(expressions: Option<&[NodeSelectorRequirement]>) -> Vec<Requirement> {
    let read = |expression: &NodeSelectorRequirement| Requirement {
        key: expression.key.clone(),
        operator: read_operator(&expression.operator),
        values: expression.values.clone().unwrap_or_default(),
    };
    expressions.unwrap_or_default().iter().map(read).collect()
}

/// An operator that no API server knows matches nothing: `In` without values.
fn read_operator(operator: &str) -> Operator {
    match operator {
        "NotIn" => Operator::NotIn,
        "Exists" => Operator::Exists,
        "DoesNotExist" => Operator::DoesNotExist,
        "Gt" => Operator::Gt,
        "Lt" => Operator::Lt,
        _ => Operator::In,
    }
}

fn read_effect(effect: &str) -> Option<TaintEffect> {
    match effect {
        "NoSchedule" => Some(TaintEffect::NoSchedule),
        "PreferNoSchedule" => Some(TaintEffect::PreferNoSchedule),
        "NoExecute" => Some(TaintEffect::NoExecute),
        _ => None,
    }
}

pub fn pod_selector(selector: &LabelSelector) -> PodSelector {
    let equal = selector.match_labels.iter().flatten().map(|(key, value)| Requirement {
        key: key.clone(),
        operator: Operator::In,
        values: vec![value.clone()],
    });
    let expressions = selector.match_expressions.iter().flatten().map(|expression| Requirement {
        key: expression.key.clone(),
        operator: read_operator(&expression.operator),
        values: expression.values.clone().unwrap_or_default(),
    });
    equal.chain(expressions).collect()
}

fn pod_terms(terms: Option<&[PodAffinityTerm]>) -> Vec<PodTerm> {
    let read = |term: &PodAffinityTerm| PodTerm {
        topology_key: term.topology_key.clone(),
        selector: term.label_selector.as_ref().map(pod_selector),
        namespaces: term.namespaces.clone().unwrap_or_default(),
        namespace_selector: term.namespace_selector.as_ref().map(pod_selector),
    };
    terms.unwrap_or_default().iter().map(read).collect()
}
