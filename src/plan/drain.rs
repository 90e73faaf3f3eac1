use crate::observe::Pod;
use crate::plan::DO_NOT_EVICT;
use crate::rules::{Drain, Protection};

/// Pods that a drain has to see gone: not the kubelet's own, not ended ones, not a DaemonSet's, which would only come back.
pub(crate) fn to_be_gone(pods: &[Pod]) -> impl Iterator<Item = &Pod> {
    pods.iter().filter(|pod| !pod.mirror && !pod.is_terminal() && !pod.is_of_daemon_set())
}

/// Why this pod must not be evicted, in words that name it; `None`: it may.
#[must_use]
pub(crate) fn blocks(pod: &Pod, drain: &Drain) -> Option<String> {
    let name = pod.full_name();
    if pod.annotations.get(DO_NOT_EVICT).is_some_and(|value| value != "false") {
        return Some(format!("pod {name} is annotated {DO_NOT_EVICT}"));
    }
    let Some(owner) = &pod.owner else {
        return Some(format!("pod {name} has no controller that would start it again"));
    };
    if !drain.local_storage_allowed
        && let Some(volume) = pod.local_storage.first()
    {
        return Some(format!("pod {name} would lose its local volume `{volume}`"));
    }
    drain.protect.iter().find_map(|protection| match protection {
        Protection::Namespace(namespace) => {
            (pod.namespace == *namespace).then(|| format!("pod {name} lies in the protected namespace `{namespace}`"))
        }
        Protection::StatefulSets => {
            (owner.kind == "StatefulSet").then(|| format!("pod {name} belongs to the StatefulSet `{}`", owner.name))
        }
        Protection::SingleReplicas => {
            (owner.replicas == Some(1)).then(|| format!("pod {name} is the only replica of {} `{}`", owner.kind, owner.name))
        }
        Protection::Label(label) => {
            let value = pod.labels.get(&label.key)?;
            let hit = label.value.as_ref().is_none_or(|wanted| wanted == value);
            hit.then(|| format!("pod {name} has the protected label `{}={value}`", label.key))
        }
    })
}

/// The pods whose turn it is: the normal ones first, the critical ones once those are gone. A pod that is being deleted is
/// only waited for; a blocking one is neither evicted nor passed by.
#[must_use]
pub(crate) fn next_evictions<'a>(pods: &'a [Pod], drain: &Drain) -> Vec<&'a Pod> {
    let (critical, normal): (Vec<&Pod>, Vec<&Pod>) = to_be_gone(pods).partition(|pod| pod.critical);
    let turn = if normal.is_empty() { critical } else { normal };
    turn.into_iter().filter(|pod| pod.deleted_at.is_none() && blocks(pod, drain).is_none()).collect()
}

/// What holds a drain up, in words: blocking pods first, then those that are still leaving.
#[must_use]
pub(crate) fn held_up_by(pods: &[Pod], drain: &Drain) -> Option<String> {
    let blocking = to_be_gone(pods).filter(|pod| pod.deleted_at.is_none()).find_map(|pod| blocks(pod, drain));
    blocking.or_else(|| {
        let names: Vec<String> = to_be_gone(pods).map(Pod::full_name).collect();
        let shown = names.iter().take(3).cloned().collect::<Vec<_>>().join(", ");
        match names.len() {
            0 => None,
            1 => Some(format!("pod {shown} is not gone")),
            count if count <= 3 => Some(format!("{count} pods are not gone: {shown}")),
            count => Some(format!("{count} pods are not gone: {shown}, …")),
        }
    })
}
