use std::collections::BTreeSet;

use crate::plan::{
    Candidates, Launch, LaunchCause, Operation, PassedOver, Progress, Remark, Retire, RetireCause, RetireState, Situation,
    advance_retire::is_cordoned_by_person, candidates, cooling, token::fresh_id,
};

/// Begins the launch of that many nodes, for these rules (none: the lower bound), the first ones in these `zones`, where
/// they can be had there.
pub fn begin_launch(progress: &mut Progress, situation: &Situation<'_>, count: u32, rules: Vec<String>, mut zones: Vec<String>) {
    if count == 0 {
        return;
    }
    zones.truncate(usize::try_from(count).unwrap_or(usize::MAX));
    progress.operations.push(Operation::Launch(Launch {
        id: fresh_id('l', situation.now, situation.fence, &progress.operations),
        decided_at: situation.now,
        cause: LaunchCause::Decision { rules },
        wanted: count,
        zones,
        attempts: Vec::new(),
        slots: Vec::new(),
        given_up: None,
    }));
}

/// What a removal comes to: who goes, and why each other node stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Removal {
    /// Instances to be retired, first choice first.
    pub chosen: Vec<String>,
    pub passed_over: Vec<PassedOver>,
}

/// Chooses the nodes to go, without beginning anything. `protected` are instances whose termination protection is on.
#[must_use]
pub fn choose(progress: &Progress, situation: &Situation<'_>, count: u32, lower: u32, protected: &BTreeSet<String>) -> Removal {
    let Candidates { mut free, mut passed_over } = candidates::candidates(progress, situation, protected);
    if let Some(until) = progress.grace_until.filter(|until| situation.now < *until) {
        let reason = format!("the ledger was rebuilt: no removal before {until:.0}");
        passed_over.extend(free.drain(..).map(|candidate| PassedOver { node_name: candidate.node_name, reason: reason.clone() }));
    }
    let nodes = crate::plan::census(progress, situation).nodes().unwrap_or(0);
    // The decision was made upon the same counts; this is the last look before a node goes (invariant 1).
    let count = count.min(nodes.saturating_sub(lower));
    let mut zones = candidates::workers_by_zone(progress, situation);
    let mut chosen = Vec::new();
    while chosen.len() < count as usize {
        let best = free.iter().enumerate().min_by_key(|(_, candidate)| candidate.rank(&zones)).map(|(index, _)| index);
        let Some(index) = best else { break };
        let candidate = free.remove(index);
        if let Some(workers) = zones.get_mut(&candidate.zone) {
            *workers = workers.saturating_sub(1);
        }
        chosen.push(candidate.instance_id);
    }
    passed_over.extend(free.into_iter().map(|candidate| {
        let reason = format!("others come first: {} pods to move, zone {}", candidate.pods, candidate.zone);
        PassedOver { node_name: candidate.node_name, reason }
    }));
    Removal { chosen, passed_over }
}

/// Begins the retirement of the chosen nodes.
pub fn begin_retire(progress: &mut Progress, situation: &Situation<'_>, instance_id: &str, cause: RetireCause) -> Option<Remark> {
    let node = situation.node_of(instance_id)?;
    if progress.retire_of(instance_id).is_some() {
        return None;
    }
    let retire = Retire {
        id: fresh_id('r', situation.now, situation.fence, &progress.operations),
        decided_at: situation.now,
        cause,
        instance_id: Some(instance_id.to_owned()),
        node_name: Some(node.name.clone()),
        node_uid: Some(node.uid.clone()),
        cordoned_before: is_cordoned_by_person(node),
        deadline: cooling::later(situation.now, situation.cluster.drain.within),
        state: RetireState::Intended,
        blocked_by: None,
        daemons_since: None,
    };
    let remark = Remark::of(&retire.id, format!("{} is retired", retire.name()));
    progress.operations.push(Operation::Retire(retire));
    Some(remark)
}
