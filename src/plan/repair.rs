use crate::observe::{Instance, InstanceState, Node};
use crate::plan::{
    CORDONED_BEFORE, INSTANCE_LABEL, Launch, LaunchCause, Operation, OperationId, Progress, RETIRING_TAINT, Remark, Retire, RetireCause,
    RetireState, Situation, Standing, census, cooling, token::fresh_id,
};
use crate::rules::Topic;

/// Sets right what no operation answers for: strays, marks of ours, Nodes without instances, workers that stay unready.
/// Nothing is concluded while EC2 or Kubernetes is unseen.
pub(crate) fn repair(progress: &mut Progress, situation: &Situation<'_>) -> Vec<Remark> {
    let (Some(instances), Some(nodes)) = (situation.instances(), situation.nodes()) else { return Vec::new() };
    let mut remarks = take_off_stray_marks(progress, situation, nodes);
    remarks.extend(adopt_strays(progress, situation, instances));
    note_unready(progress, situation, nodes);
    let outage = census(progress, situation).is_outage();
    // A partition must not relaunch a cluster: until it is over, lost and unready workers are left as they are.
    if !outage {
        remarks.extend(delete_ghosts(progress, situation, nodes));
        remarks.extend(replace_unready(progress, situation, nodes));
    }
    remarks
}

/// Our taint without an operation in the ledger: taken off again, with the cordon that came with it.
fn take_off_stray_marks(progress: &mut Progress, situation: &Situation<'_>, nodes: &[Node]) -> Vec<Remark> {
    let mut remarks = Vec::new();
    for node in nodes {
        let Some(id) = node.taint(RETIRING_TAINT).map(|taint| OperationId(taint.value.clone().unwrap_or_default())) else { continue };
        let dead = node.instance_id.as_deref().and_then(|id| situation.instance(id)).is_some_and(|instance| instance.state.is_dead());
        let known = progress.retires().any(|retire| retire.id == id || retire.node_uid.as_deref() == Some(node.uid.as_str()));
        if dead || known {
            continue;
        }
        let reason = "its taint of ours belongs to no operation".to_owned();
        remarks.push(Remark::of(&id, format!("node {}: {reason}", node.name)));
        progress.operations.push(Operation::Retire(Retire {
            id,
            decided_at: situation.now,
            cause: RetireCause::Stray,
            instance_id: node.instance_id.clone(),
            node_name: Some(node.name.clone()),
            node_uid: Some(node.uid.clone()),
            cordoned_before: node.annotations.contains_key(CORDONED_BEFORE),
            deadline: situation.now,
            state: RetireState::RollingBack { reason },
            blocked_by: None,
            daemons_since: None,
        }));
    }
    remarks
}

/// Ours by their tags, alive, without a Node and unknown to the ledger: each gets `join` to become a worker.
fn adopt_strays(progress: &mut Progress, situation: &Situation<'_>, instances: &[Instance]) -> Vec<Remark> {
    let mut remarks = Vec::new();
    for instance in instances.iter().filter(|instance| instance.state.is_alive()) {
        if progress.slot(&instance.id).is_some() || progress.retire_of(&instance.id).is_some() {
            continue;
        }
        if situation.node_of(&instance.id).is_some_and(|node| !is_new(node)) {
            continue;
        }
        let id = fresh_id('l', situation.now, situation.fence, &progress.operations);
        remarks.push(Remark::of(&id, format!("instance {} is ours by its tags and unknown: adopted", instance.id)));
        let mut launch = Launch {
            id,
            decided_at: situation.now,
            cause: LaunchCause::Adopted,
            wanted: 1,
            zones: Vec::new(),
            attempts: Vec::new(),
            slots: Vec::new(),
            given_up: None,
        };
        launch.adopt(instance, situation.now);
        progress.operations.push(Operation::Launch(launch));
    }
    remarks
}

/// It has never been Ready: its Ready condition has not changed since it registered.
pub(crate) fn is_new(node: &Node) -> bool {
    const REGISTERS_WITHIN: jiff::SignedDuration = jiff::SignedDuration::from_secs(2);
    !node.is_ready() && node.ready_changed_at.is_none_or(|changed| changed <= cooling::later(node.created_at, REGISTERS_WITHIN))
}

/// Keeps since when each worker is seen unready.
fn note_unready(progress: &mut Progress, situation: &Situation<'_>, nodes: &[Node]) {
    let unready: Vec<&Node> = nodes.iter().filter(|node| !node.is_ready()).collect();
    progress.unready_since.retain(|uid, _| unready.iter().any(|node| node.uid == *uid));
    for node in unready {
        progress.unready_since.entry(node.uid.clone()).or_insert(situation.now);
    }
    // One that was Ready in between counts again: the next time that it stays unready it is another's place that is lost.
    let back = |id: &str| nodes.iter().any(|node| node.is_ready() && node.instance_id.as_deref() == Some(id));
    for spared in progress.spared.iter_mut().filter(|spared| spared.replaced) {
        spared.replaced = !back(&spared.instance_id);
    }
}

fn unready_since(progress: &Progress, node: &Node) -> Option<jiff::Timestamp> {
    let seen = progress.unready_since.get(&node.uid).copied()?;
    Some(node.ready_changed_at.filter(|_| !node.ready_condition).map_or(seen, |changed| changed.min(seen)))
}

/// Nodes whose instance is dead, or that EC2 no longer knows: deleted, and one worker launched for each that was lost.
fn delete_ghosts(progress: &mut Progress, situation: &Situation<'_>, nodes: &[Node]) -> Vec<Remark> {
    let mut remarks = Vec::new();
    for node in nodes {
        let Some(instance_id) = node.instance_id.as_deref() else { continue };
        let taken = progress.retires().any(|retire| retire.node_uid.as_deref() == Some(node.uid.as_str()));
        if taken || !is_ghost(progress, situation, node, instance_id) {
            continue;
        }
        let id = fresh_id('r', situation.now, situation.fence, &progress.operations);
        let text = format!("the instance of node {} ({instance_id}) is dead: its Node is deleted", node.name);
        remarks.push(Remark::of(&id, text).news(Topic::Failure));
        // One that a lost ledger was retiring, that a launch brings again by itself, or whose end is made up for already, is
        // not replaced.
        let wanted = node.taint(RETIRING_TAINT).is_none()
            && progress.slot(instance_id).is_none()
            && !progress.lately.let_go.contains_key(instance_id);
        progress.operations.push(Operation::Retire(Retire {
            id,
            decided_at: situation.now,
            cause: RetireCause::Dead,
            instance_id: Some(instance_id.to_owned()),
            node_name: Some(node.name.clone()),
            node_uid: Some(node.uid.clone()),
            cordoned_before: false,
            deadline: situation.now,
            state: RetireState::Gone { at: situation.now },
            blocked_by: None,
            daemons_since: None,
        }));
        if wanted && let Ok(remark) = replace(progress, situation, instance_id) {
            progress.note_let_go(instance_id, situation.now);
            remarks.push(remark);
        }
    }
    remarks
}

fn is_ghost(progress: &Progress, situation: &Situation<'_>, node: &Node, instance_id: &str) -> bool {
    match situation.instance(instance_id) {
        Some(instance) => instance.state.is_dead(),
        // Only a Node that our user data has labelled is known to have been ours: others' instances we cannot see.
        None => {
            let long_silent = unready_since(progress, node)
                .is_some_and(|since| situation.now >= cooling::later(since, situation.cluster.capacity.unready));
            node.labels.contains_key(INSTANCE_LABEL) && !node.ready_condition && long_silent && progress.slot(instance_id).is_none()
        }
    }
}

/// The worker that is unready longest gets a replacement, the new one first, one at a time. One that could not go although
/// its replacement was there (EC2 protects it, a budget holds its pods) gets no second one before its pause is over.
fn replace_unready(progress: &mut Progress, situation: &Situation<'_>, nodes: &[Node]) -> Vec<Remark> {
    let at_work = progress.launches().any(|launch| matches!(launch.cause, LaunchCause::Replacement { .. }))
        || progress.retires().any(|retire| retire.cause == RetireCause::Unready);
    if at_work || in_grace(progress, situation) {
        return Vec::new();
    }
    let late = nodes.iter().filter(|node| !crate::plan::advance_retire::is_protected(node)).filter_map(|node| {
        let instance = node.instance_id.as_deref().and_then(|id| situation.instance(id))?;
        let since = unready_since(progress, node)?;
        let ours = !matches!(instance.state, InstanceState::ShuttingDown | InstanceState::Terminated);
        let free = progress.slot(&instance.id).is_none_or(|(_, slot)| !slot.is_coming()) && progress.retire_of(&instance.id).is_none();
        let late = situation.now >= cooling::later(since, situation.cluster.capacity.unready);
        let replaced = progress.spared.iter().any(|spared| spared.replaced && spared.holds(&instance.id, situation.now));
        (ours && free && late && !replaced).then_some((since, node.name.as_str(), instance.id.as_str()))
    });
    let Some((since, name, instance_id)) = late.min() else { return Vec::new() };
    let for_long = crate::plan::advance_launch::elapsed(situation.now, since);
    let unready = format!("node {name} ({instance_id}) is unready for {for_long}");
    match replace(progress, situation, instance_id) {
        Ok(remark) => vec![Remark::general(format!("{unready}: it is replaced")), remark],
        Err(reason) => vec![Remark::general(format!("{unready}, and none is launched in its place: {reason}"))],
    }
}

pub(crate) fn in_grace(progress: &Progress, situation: &Situation<'_>) -> bool {
    progress.grace_until.is_some_and(|until| situation.now < until)
}

/// Begins the launch of one worker in the place of another.
///
/// # Errors
/// Why none is launched: that would exceed the cluster's bounds, or is under way.
pub(crate) fn replace(progress: &mut Progress, situation: &Situation<'_>, instance_id: &str) -> Result<Remark, String> {
    let known = progress.launches().any(|launch| matches!(&launch.cause, LaunchCause::Replacement { of } if of == instance_id));
    let census = census(progress, situation);
    let unready = census
        .workers
        .iter()
        .any(|worker| worker.standing == Standing::Unready && worker.instance.is_some_and(|instance| instance.id == instance_id));
    // An unready worker stops counting once its replacement is on the way: the count stays as it is.
    let nodes = census.nodes().ok_or("it is not known how many nodes there are")?;
    let (after, upper) = (nodes.saturating_add(u32::from(!unready)), situation.cluster.nodes.upper);
    if known {
        return Err("a launch for it is under way".to_owned());
    }
    if after > upper {
        return Err(format!("there are {nodes} nodes already, and the upper bound is {upper}"));
    }
    let id = fresh_id('l', situation.now, situation.fence, &progress.operations);
    let remark = Remark::of(&id, format!("one node is launched in the place of {instance_id}"));
    progress.operations.push(Operation::Launch(Launch {
        id,
        decided_at: situation.now,
        cause: LaunchCause::Replacement { of: instance_id.to_owned() },
        wanted: 1,
        zones: Vec::new(),
        attempts: Vec::new(),
        slots: Vec::new(),
        given_up: None,
    }));
    Ok(remark)
}
