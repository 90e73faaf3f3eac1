use jiff::{SignedDuration, Timestamp};

use crate::observe::{Instance, Market};
use crate::plan::advance_retire::is_cordoned_by_person;
use crate::plan::{
    JoinsFailed, Launch, OPERATION_TAG, Offering, Operation, OperationId, Progress, Remark, Retire, RetireCause, RetireState, Situation,
    Slot, SlotState, cooling, token::fresh_id,
};
use crate::rules::Topic;

/// Carries the launches forward by what was seen: instances found, joined, ready, lost or too late.
pub(crate) fn advance_launches(progress: &mut Progress, situation: &Situation<'_>) -> Vec<Remark> {
    let mut remarks = Vec::new();
    let ids: Vec<OperationId> = progress.launches().map(|launch| launch.id.clone()).collect();
    for id in ids {
        let Some(launch) = progress.launch_mut(&id) else { continue };
        attach(launch, situation);
        if launch.open() > 0 && situation.now >= cooling::later(launch.decided_at, situation.cluster.capacity.join) {
            launch.given_up = Some("no call could be made in time".to_owned());
            remarks.push(Remark::of(&id, format!("{} nodes are given up: no call could be made in time", launch.open())));
        }
        let mut changes = Vec::new();
        for index in 0..launch.slots.len() {
            let Some(slot) = launch.slots.get_mut(index).filter(|slot| slot.is_coming()) else { continue };
            if let Some(change) = advance_slot(slot, situation) {
                let slot = slot.clone();
                changes.push((slot.clone(), launch.offering_of(&slot).cloned(), change));
            }
        }
        for (slot, offering, change) in changes {
            remarks.push(apply(progress, situation, &id, &slot, offering, change));
        }
    }
    remarks
}

/// What became of a slot.
enum Change {
    Ready { node_name: String },
    Lost,
    Expired { node: Option<(String, String, bool)> },
}

/// Instances that carry this launch's tag belong to it, though the answer of the call was lost.
fn attach(launch: &mut Launch, situation: &Situation<'_>) {
    for instance in situation.instances().unwrap_or_default() {
        let ours = instance.tags.get(OPERATION_TAG).is_some_and(|id| *id == launch.id.0);
        if ours && instance.state.is_alive() {
            launch.fill(instance, situation.now);
        }
    }
}

impl Launch {
    /// Takes an instance into a slot, once.
    pub(crate) fn fill(&mut self, instance: &Instance, now: Timestamp) {
        if self.slots.iter().any(|slot| slot.instance_id == instance.id) {
            return;
        }
        let by_token = self.attempts.iter().find(|attempt| Some(&attempt.token) == instance.client_token.as_ref());
        let attempt = by_token.or(self.attempts.last()).map_or(0, |attempt| attempt.number);
        // Our clock and EC2's may differ: the later one keeps a young instance from being late at once.
        let launched_at = instance.launched_at.max(by_token.map_or(now, |attempt| attempt.intended_at)).min(now);
        let state = if instance.state.is_dead() { SlotState::Lost { at: now } } else { SlotState::Pending };
        self.slots.push(Slot { instance_id: instance.id.clone(), attempt, launched_at, state });
    }

    /// Takes in an instance that nobody knew, from now on.
    pub(crate) fn adopt(&mut self, instance: &Instance, now: Timestamp) {
        self.slots.push(Slot { instance_id: instance.id.clone(), attempt: 0, launched_at: now, state: SlotState::Pending });
    }

    pub(crate) fn offering_of(&self, slot: &Slot) -> Option<&Offering> {
        self.attempts.iter().find(|attempt| attempt.number == slot.attempt).map(|attempt| &attempt.offering)
    }
}

fn advance_slot(slot: &mut Slot, situation: &Situation<'_>) -> Option<Change> {
    if situation.instance(&slot.instance_id).is_some_and(|instance| instance.state.is_dead()) {
        slot.state = SlotState::Lost { at: situation.now };
        return Some(Change::Lost);
    }
    // Without Kubernetes nobody knows who has joined: no slot is late.
    situation.nodes()?;
    let node = situation.node_of(&slot.instance_id);
    match node {
        Some(node) if node.is_ready() => {
            slot.state = SlotState::Ready { at: situation.now };
            return Some(Change::Ready { node_name: node.name.clone() });
        }
        Some(_) => slot.state = SlotState::Joined,
        None => {}
    }
    if situation.now < cooling::later(slot.launched_at, situation.cluster.capacity.join) {
        return None;
    }
    slot.state = SlotState::Expired { at: situation.now };
    Some(Change::Expired { node: node.map(|node| (node.name.clone(), node.uid.clone(), is_cordoned_by_person(node))) })
}

fn apply(
    progress: &mut Progress,
    situation: &Situation<'_>,
    launch: &OperationId,
    slot: &Slot,
    offering: Option<Offering>,
    change: Change,
) -> Remark {
    let (now, id) = (situation.now, &slot.instance_id);
    match change {
        Change::Ready { node_name } => {
            progress.lately.ready.insert(id.clone(), now);
            match &offering {
                Some(offering) => progress.warm(offering),
                None => progress.joins_failed = JoinsFailed::default(),
            }
            Remark::of(launch, format!("node {node_name} ({id}) is ready after {}", elapsed(now, slot.launched_at)))
        }
        Change::Lost => {
            let reason = format!("{id} died before it was ready");
            // EC2 takes spot instances back at any time: that says nothing about the template.
            if offering.as_ref().is_some_and(|offering| offering.market == Market::OnDemand) {
                progress.note_failed_join(situation, &reason);
            }
            if let Some(offering) = &offering {
                progress.cool(cooling::offering_scope(offering), now, reason.clone());
            }
            Remark::of(launch, reason).news(Topic::Failure)
        }
        Change::Expired { node } => {
            let within = situation.cluster.capacity.join;
            let reason = format!("{id} was not ready within {within:#}");
            // One that was adopted was launched by nobody knows what.
            if offering.is_some() {
                progress.note_failed_join(situation, &reason);
            }
            if let Some(offering) = &offering {
                progress.cool(cooling::offering_scope(offering), now, reason.clone());
            }
            if progress.retire_of(id).is_none() {
                progress.operations.push(Operation::Retire(never_joined(progress, situation, id, node)));
            }
            Remark::of(launch, format!("{reason} and is terminated")).news(Topic::Failure)
        }
    }
}

/// The retirement that ends a slot. It begins with another look: who has joined meanwhile stays.
fn never_joined(progress: &Progress, situation: &Situation<'_>, instance_id: &str, node: Option<(String, String, bool)>) -> Retire {
    let (node_name, node_uid, cordoned_before) = match node {
        Some((name, uid, cordoned)) => (Some(name), Some(uid), cordoned),
        None => (None, None, false),
    };
    Retire {
        id: fresh_id('r', situation.now, situation.fence, &progress.operations),
        decided_at: situation.now,
        cause: RetireCause::NeverJoined,
        instance_id: Some(instance_id.to_owned()),
        node_name,
        node_uid,
        cordoned_before,
        deadline: cooling::later(situation.now, situation.cluster.drain.within),
        state: RetireState::Intended,
        blocked_by: None,
        daemons_since: None,
    }
}

/// `94s`, `5m 3s`: whole seconds, as people say it.
pub(crate) fn elapsed(now: Timestamp, since: Timestamp) -> String {
    let seconds = now.duration_since(since).as_secs();
    format!("{:#}", SignedDuration::from_secs(seconds))
}
