use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::{NodeSelectorRequirement, PodAffinityTerm, PodSpec};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector;

use crate::observe::read_whole;
use crate::observe::{NodeTerm, Operator, PodSelector, PodTerm, Requirement, Scheduling, Spread, TaintEffect, Toleration};

/// What the pod asks of its node.
pub fn read_scheduling(spec: &PodSpec) -> Scheduling {
    let affinity = spec.affinity.as_ref();
    Scheduling {
        node_selector: spec.node_selector.clone().unwrap_or_default(),
        node_affinity: affinity
            .and_then(|affinity| affinity.node_affinity.as_ref())
            .and_then(|affinity| affinity.required_during_scheduling_ignored_during_execution.as_ref())
            .map(|required| {
                let term = |term: &k8s_openapi::api::core::v1::NodeSelectorTerm| NodeTerm {
                    labels: requirements(term.match_expressions.as_deref()),
                    fields: requirements(term.match_fields.as_deref()),
                };
                required.node_selector_terms.iter().map(term).collect()
            }),
        tolerations: spec
            .tolerations
            .iter()
            .flatten()
            .map(|toleration| Toleration {
                key: toleration.key.clone().filter(|key| !key.is_empty()),
                value: (toleration.operator.as_deref() != Some("Exists")).then(|| toleration.value.clone().unwrap_or_default()),
                effect: toleration.effect.as_deref().and_then(read_effect),
            })
            .collect(),
        spread: spec
            .topology_spread_constraints
            .iter()
            .flatten()
            .filter(|constraint| constraint.when_unsatisfiable == "DoNotSchedule")
            .map(|constraint| Spread {
                max_skew: u32::try_from(constraint.max_skew).unwrap_or(1),
                topology_key: constraint.topology_key.clone(),
                selector: constraint.label_selector.as_ref().map(pod_selector),
                min_domains: constraint.min_domains.and_then(|count| u32::try_from(count).ok()),
            })
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
        host_ports: spec
            .containers
            .iter()
            .flat_map(|container| container.ports.iter().flatten())
            .filter_map(|port| Some((port.protocol.clone().unwrap_or_else(|| "TCP".to_owned()), port.host_port?)))
            .collect(),
        extended: extended(spec),
    }
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
    };
    terms.unwrap_or_default().iter().map(read).collect()
}

fn extended(spec: &PodSpec) -> BTreeMap<String, u64> {
    let mut sums: BTreeMap<String, u64> = BTreeMap::new();
    for requests in spec.containers.iter().filter_map(|container| container.resources.as_ref()?.requests.as_ref()) {
        for (name, quantity) in requests.iter().filter(|(name, _)| !matches!(name.as_str(), "cpu" | "memory")) {
            let amount = read_whole(&quantity.0).unwrap_or(0);
            sums.entry(name.clone()).and_modify(|sum| *sum = sum.saturating_add(amount)).or_insert(amount);
        }
    }
    sums
}
