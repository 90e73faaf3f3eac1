use k8s_openapi::api::core::v1::Node as ApiNode;

use crate::observe::{Node, Taint, TaintEffect};
use crate::plan::INSTANCE_LABEL;

/// The Node as we see it; `None` for an object without a name or UID, which no API server sends.
pub fn read_node(node: &ApiNode) -> Option<Node> {
    let spec = node.spec.clone().unwrap_or_default();
    let status = node.status.clone().unwrap_or_default();
    let labels = node.metadata.labels.clone().unwrap_or_default();
    let ready = status.conditions.unwrap_or_default().into_iter().find(|condition| condition.type_ == "Ready");
    let instance_id = spec.provider_id.as_deref().and_then(instance_of).or_else(|| labels.get(INSTANCE_LABEL).cloned());
    Some(Node {
        name: node.metadata.name.clone()?,
        uid: node.metadata.uid.clone()?,
        instance_id,
        created_at: node.metadata.creation_timestamp.as_ref()?.0,
        ready_condition: ready.as_ref().is_some_and(|condition| condition.status == "True"),
        ready_changed_at: ready.and_then(|condition| condition.last_transition_time).map(|time| time.0),
        unschedulable: spec.unschedulable.unwrap_or(false),
        taints: spec.taints.unwrap_or_default().into_iter().filter_map(|taint| read_taint(taint.key, taint.value, &taint.effect)).collect(),
        labels,
        annotations: node.metadata.annotations.clone().unwrap_or_default(),
        allocatable: status.allocatable.unwrap_or_default().into_iter().map(|(name, quantity)| (name, quantity.0)).collect(),
    })
}

/// The instance in `aws:///zone/i-…`; K3s' own `k3s://NAME` names none.
fn instance_of(provider_id: &str) -> Option<String> {
    let instance = provider_id.strip_prefix("aws://")?.rsplit('/').next()?;
    instance.starts_with("i-").then(|| instance.to_owned())
}

fn read_taint(key: String, value: Option<String>, effect: &str) -> Option<Taint> {
    let effect = match effect {
        "NoSchedule" => TaintEffect::NoSchedule,
        "PreferNoSchedule" => TaintEffect::PreferNoSchedule,
        "NoExecute" => TaintEffect::NoExecute,
        _ => return None,
    };
    Some(Taint { key, value, effect })
}

#[cfg(test)]
mod tests {
    use crate::act::kubernetes::read_node::instance_of;

    #[test]
    fn a_provider_id_names_its_instance() {
        assert_eq!(instance_of("aws:///eu-west-1a/i-0abc").as_deref(), Some("i-0abc"));
        assert_eq!(instance_of("k3s://worker-1"), None);
        assert_eq!(instance_of("aws:///eu-west-1a/worker"), None);
    }
}
