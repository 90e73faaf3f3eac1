use k8s_openapi::api::core::v1::{Node, Taint};
use kube::Api;
use kube::api::{Patch, PatchParams};
use serde_json::{Value, json};

use crate::act::kubernetes::Kubernetes;
use crate::act::kubernetes::failure::classify;
use crate::plan::{CORDONED_BEFORE, Failure, FailureClass, MarkNode, RETIRING_TAINT, UnmarkNode};

/// Taints and cordons a node in one write, on the very object that was read: a change in between is a conflict.
pub async fn mark(kubernetes: &Kubernetes, step: &MarkNode) -> Result<(), Failure> {
    let nodes: Api<Node> = Api::all(kubernetes.client.clone());
    let node = read(&nodes, &step.node_name, &step.node_uid).await?;
    let (ours, mut taints) = split_taints(&node);
    let cordoned = node.spec.as_ref().and_then(|spec| spec.unschedulable).unwrap_or(false);
    if ours.as_ref().and_then(|taint| taint.value.as_deref()) == Some(step.operation.0.as_str()) && cordoned {
        return Ok(());
    }
    if ours.is_none() && cordoned != step.cordoned_before {
        // A person cordoned or uncordoned it since it was observed: the plan is to know before it marks (invariants 6 and 12).
        let what = if cordoned { "cordoned" } else { "uncordoned" };
        return Err(Failure {
            class: FailureClass::Conflict,
            code: what.to_owned(),
            message: format!("node `{}` was {what} by somebody else meanwhile", step.node_name),
        });
    }
    taints.push(json!({ "key": RETIRING_TAINT, "value": step.operation.0, "effect": "NoSchedule" }));
    let remembered = if step.cordoned_before { Value::String(step.operation.0.clone()) } else { Value::Null };
    let change = json!({
        "metadata": identity(&node, &[(CORDONED_BEFORE, remembered)]),
        "spec": { "taints": taints, "unschedulable": true },
    });
    write(&nodes, &step.node_name, change).await
}

/// Takes our taint and annotation off, and our cordon; a person's cordon stays.
pub async fn unmark(kubernetes: &Kubernetes, step: &UnmarkNode) -> Result<(), Failure> {
    let nodes: Api<Node> = Api::all(kubernetes.client.clone());
    let node = read(&nodes, &step.node_name, &step.node_uid).await?;
    let (ours, taints) = split_taints(&node);
    if ours.is_none() {
        // Unmarked before, by an attempt whose answer was lost: whatever cordon stands now is a person's.
        return Ok(());
    }
    let remembered = node.metadata.annotations.as_ref().is_some_and(|annotations| annotations.contains_key(CORDONED_BEFORE));
    let spec =
        if step.keep_cordon || remembered { json!({ "taints": taints }) } else { json!({ "taints": taints, "unschedulable": false }) };
    let change = json!({ "metadata": identity(&node, &[(CORDONED_BEFORE, Value::Null)]), "spec": spec });
    write(&nodes, &step.node_name, change).await
}

async fn read(nodes: &Api<Node>, name: &str, uid: &str) -> Result<Node, Failure> {
    let node = nodes.get(name).await.map_err(|error| classify(&error))?;
    if node.metadata.uid.as_deref() == Some(uid) {
        return Ok(node);
    }
    Err(Failure {
        class: FailureClass::NotFound,
        code: "other UID".to_owned(),
        message: format!("node `{name}` is another one now: its UID is not `{uid}`"),
    })
}

/// The UID and version that the write is conditional on, and the annotations that it sets.
fn identity(node: &Node, annotations: &[(&str, Value)]) -> Value {
    json!({
        "uid": node.metadata.uid,
        "resourceVersion": node.metadata.resource_version,
        "annotations": annotations.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect::<serde_json::Map<_, _>>(),
    })
}

/// Our taint, and all the others as they are: a merge patch replaces the whole list.
fn split_taints(node: &Node) -> (Option<Taint>, Vec<Value>) {
    let taints = node.spec.as_ref().and_then(|spec| spec.taints.clone()).unwrap_or_default();
    let (ours, others): (Vec<_>, Vec<_>) = taints.into_iter().partition(|taint| taint.key == RETIRING_TAINT);
    (ours.into_iter().next(), others.iter().map(|taint| json!(taint)).collect())
}

async fn write(nodes: &Api<Node>, name: &str, change: Value) -> Result<(), Failure> {
    nodes.patch(name, &PatchParams::default(), &Patch::Merge(change)).await.map(drop).map_err(|error| classify(&error))
}
