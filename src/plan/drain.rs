use jiff::{SignedDuration, Timestamp};

use crate::observe::{Pod, Taint, TaintEffect};
use crate::plan::{DO_NOT_EVICT, OperationId, RETIRING_TAINT, Retire, cooling};
use crate::rules::{Drain, Protection};

/// Pods that a drain has to see gone: not the kubelet's own, not ended ones, not a DaemonSet's.
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

/// A DaemonSet's pods that leave the node in an orderly way too, once nobody is left whom they serve: those that our taint
/// keeps away afterwards. Those that tolerate it would only come back.
fn daemons<'a>(pods: &'a [Pod], operation: &OperationId) -> impl Iterator<Item = &'a Pod> {
    let taint = Taint { key: RETIRING_TAINT.to_owned(), value: Some(operation.0.clone()), effect: TaintEffect::NoSchedule };
    pods.iter().filter(move |pod| {
        let kept = pod.annotations.get(DO_NOT_EVICT).is_some_and(|value| value != "false");
        let comes_back = pod.scheduling.tolerations.iter().any(|toleration| toleration.tolerates(&taint));
        pod.is_of_daemon_set() && !pod.mirror && !pod.is_terminal() && !kept && !comes_back
    })
}

/// Whose turn it is to leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Turn {
    Normal,
    /// Their DaemonSets.
    Daemons,
    Critical,
    /// Nobody is left that is to be gone.
    Over,
}

/// A DaemonSet's pods may hold a drain up for that long: nothing is lost with them.
const DAEMONS_LEAVE_WITHIN: SignedDuration = SignedDuration::from_mins(1);

/// The normal pods go first, then their DaemonSets', then the critical ones.
#[must_use]
pub(crate) fn turn(pods: &[Pod], retire: &Retire, now: Timestamp) -> Turn {
    let since = retire.daemons_since.unwrap_or(now);
    let out_of_time = now >= cooling::later(since, DAEMONS_LEAVE_WITHIN).min(retire.deadline);
    if to_be_gone(pods).any(|pod| !pod.critical) {
        Turn::Normal
    } else if !out_of_time && daemons(pods, &retire.id).next().is_some() {
        Turn::Daemons
    } else if to_be_gone(pods).next().is_some() {
        Turn::Critical
    } else {
        Turn::Over
    }
}

/// The pods whose turn it is. A pod that is being deleted is only waited for; a blocking one is neither evicted nor passed by.
#[must_use]
pub(crate) fn next_evictions<'a>(pods: &'a [Pod], retire: &Retire, drain: &Drain, now: Timestamp) -> Vec<&'a Pod> {
    let turn: Vec<&Pod> = match turn(pods, retire, now) {
        Turn::Normal => to_be_gone(pods).filter(|pod| !pod.critical && blocks(pod, drain).is_none()).collect(),
        Turn::Daemons => daemons(pods, &retire.id).collect(),
        Turn::Critical => to_be_gone(pods).filter(|pod| blocks(pod, drain).is_none()).collect(),
        Turn::Over => Vec::new(),
    };
    turn.into_iter().filter(|pod| pod.deleted_at.is_none()).collect()
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
