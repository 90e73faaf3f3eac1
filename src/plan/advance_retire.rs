use jiff::{SignedDuration, Timestamp};

use crate::observe::{Node, Pod};
use crate::plan::{
    CORDONED_BEFORE, OperationId, PROTECTED, Progress, RETIRING_TAINT, Remark, Retire, RetireCause, RetireState, Situation, Spared, census,
    cooling, drain, drain::Turn,
};
use crate::rules::Topic;

/// A list may be a little older than our last write: only after that long does a missing mark mean that somebody took it off.
const MARK_SETTLES: SignedDuration = SignedDuration::from_mins(1);
/// An instance that EC2 no longer shows that long after it was terminated is gone.
const TERMINATED_SETTLES: SignedDuration = SignedDuration::from_mins(2);

/// Carries the retirements forward by what was seen: pods gone, instances dead, Nodes gone, time over.
pub(crate) fn advance_retires(progress: &mut Progress, situation: &Situation<'_>) -> Vec<Remark> {
    let mut remarks = Vec::new();
    let ids: Vec<OperationId> = progress.retires().map(|retire| retire.id.clone()).collect();
    for id in ids {
        let Some(retire) = progress.retire_mut(&id) else { continue };
        // Each step below looks once; a state that was reached lets the next one follow within the same tick.
        while let Some((state, remark)) = next_state(retire, situation) {
            retire.state = state;
            remarks.extend(remark);
        }
    }
    remarks
}

/// A worker that was lost since a removal was decided may leave too few: then who has not been asked to end stays
/// (invariant 1).
pub fn keep_the_lower_bound(progress: &mut Progress, situation: &Situation<'_>) -> Vec<Remark> {
    let mut remarks = Vec::new();
    let lower = situation.cluster.nodes.lower;
    loop {
        let undecided = |retire: &&Retire| {
            let open = matches!(retire.state, RetireState::Intended | RetireState::Draining { .. } | RetireState::Drained { .. });
            open && matches!(retire.cause, RetireCause::Decision { .. })
        };
        let Some(id) = progress.retires().find(undecided).map(|retire| retire.id.clone()) else { break };
        if census(progress, situation).nodes().is_none_or(|nodes| nodes >= lower) {
            break;
        }
        let Some(retire) = progress.retire_mut(&id) else { break };
        let (state, remark) = roll_back(retire, format!("the lower bound is {lower}"));
        retire.state = state;
        remarks.extend(remark);
    }
    remarks
}

type Move = Option<(RetireState, Option<Remark>)>;

fn next_state(retire: &mut Retire, situation: &Situation<'_>) -> Move {
    let now = situation.now;
    let instance = retire.instance_id.as_deref().and_then(|id| situation.instance(id));
    if !retire.is_past_termination() && instance.is_some_and(|instance| instance.state.is_dead()) {
        let text = format!("instance {} is gone", retire.instance_id.as_deref().unwrap_or_default());
        return Some((RetireState::Gone { at: now }, Some(Remark::of(&retire.id, text))));
    }
    let draining = matches!(retire.state, RetireState::Draining { .. } | RetireState::Drained { .. });
    if draining && registered_again(retire, situation) {
        return Some(mark_anew(retire));
    }
    match retire.state.clone() {
        RetireState::Intended => from_intended(retire, situation),
        RetireState::Draining { since } => from_draining(retire, situation, since),
        RetireState::Drained { .. } => from_drained(retire, situation),
        RetireState::Terminating { since } => {
            // A Node that is there since, with pods of its own by now: a call that had no effect yet is not made again.
            let before = retire.node_uid.clone();
            let node = node(retire, situation);
            if retire.cause == RetireCause::NeverJoined {
                if node.is_some_and(|node| node.is_ready() && !is_marked(node, &retire.id)) {
                    return Some(roll_back(retire, "it is ready after all".to_owned()));
                }
            } else if node.is_some() && retire.node_uid != before && !retire.ends_anyway(now) {
                return Some(mark_anew(retire));
            }
            let settled = now >= cooling::later(since, TERMINATED_SETTLES);
            (settled && instance.is_none() && situation.instances().is_some()).then_some((RetireState::Gone { at: now }, None))
        }
        RetireState::Gone { .. } => from_gone(retire, situation),
        RetireState::RollingBack { reason } => {
            situation.nodes()?;
            node(retire, situation).is_none().then_some((RetireState::RolledBack { at: now, reason }, None))
        }
        RetireState::NodeDeleted { .. } | RetireState::RolledBack { .. } => None,
    }
}

/// The Node that this retirement is about. One that joined late, or in the place of one that was deleted, is taken in.
fn node<'a>(retire: &mut Retire, situation: &Situation<'a>) -> Option<&'a Node> {
    let known = retire.node_uid.as_deref().and_then(|uid| situation.node_by_uid(uid));
    let late = retire.instance_id.as_deref().and_then(|id| situation.node_of(id));
    if let (None, Some(late)) = (known, late) {
        retire.node_name = Some(late.name.clone());
        retire.node_uid = Some(late.uid.clone());
        retire.cordoned_before = is_cordoned_by_person(late);
    }
    situation.node_by_uid(retire.node_uid.as_deref()?)
}

/// The instance has another Node, and the one that was marked is gone.
fn registered_again(retire: &Retire, situation: &Situation<'_>) -> bool {
    let gone = retire.node_uid.as_deref().is_some_and(|uid| situation.nodes().is_some() && situation.node_by_uid(uid).is_none());
    gone && retire.instance_id.as_deref().is_some_and(|id| situation.node_of(id).is_some())
}

/// Nothing keeps pods away from a Node that has come since: it is marked and drained as any other.
fn mark_anew(retire: &mut Retire) -> (RetireState, Option<Remark>) {
    (retire.blocked_by, retire.daemons_since) = (None, None);
    let text = format!("{} has registered since: it is marked and drained", retire.name());
    (RetireState::Intended, Some(Remark::of(&retire.id, text)))
}

fn from_intended(retire: &mut Retire, situation: &Situation<'_>) -> Move {
    let now = situation.now;
    situation.nodes()?;
    let known = retire.node_uid.is_some();
    let Some(node) = node(retire, situation) else {
        let never_joined = matches!(retire.cause, RetireCause::NeverJoined | RetireCause::Rescue { .. });
        if !known && never_joined && retire.decided_at < now {
            // Looked for twice, at two ticks: it is no Node and runs no pods.
            return Some((RetireState::Terminating { since: now }, None));
        }
        return known.then(|| roll_back(retire, "its Node is gone".to_owned()));
    };
    if retire.cause == RetireCause::NeverJoined && node.is_ready() {
        return Some(roll_back(retire, "it is ready after all".to_owned()));
    }
    let marked = is_marked(node, &retire.id);
    if !marked {
        retire.cordoned_before = is_cordoned_by_person(node);
    }
    (now >= retire.deadline && !retire.ends_anyway(now)).then(|| roll_back(retire, "it could not be marked in time".to_owned()))
}

fn from_draining(retire: &mut Retire, situation: &Situation<'_>, since: Timestamp) -> Move {
    let now = situation.now;
    let node = node(retire, situation);
    // An instance whose end is set goes, whoever wants it to stay.
    let rescue = matches!(retire.cause, RetireCause::Rescue { .. });
    if let Some(node) = node.filter(|_| !rescue && now >= cooling::later(since, MARK_SETTLES)) {
        if !is_marked(node, &retire.id) {
            return Some(roll_back(retire, "somebody took its taint off".to_owned()));
        }
        if !node.unschedulable {
            return Some(roll_back(retire, "somebody uncordoned it".to_owned()));
        }
    }
    if let Some(node) = node.filter(|node| !rescue && is_protected(node)) {
        let text = format!("node {} was annotated {PROTECTED}", node.name);
        return Some(roll_back(retire, text));
    }
    if retire.ends_anyway(now) {
        let text = format!("the notice for {} has run out: terminating with what is left", retire.name());
        return Some((RetireState::Terminating { since: now }, Some(Remark::of(&retire.id, text).news(Topic::DrainBlocked))));
    }
    let pods = situation.pods_on(retire.node_name.as_deref()?);
    if let Some(pods) = pods {
        let held_up = drain::held_up_by(pods, &situation.cluster.drain);
        let closed = situation.nodes().is_some() && node.is_none_or(|node| is_marked(node, &retire.id) && node.unschedulable);
        let turn = drain::turn(pods, retire, now);
        if turn == Turn::Daemons {
            retire.daemons_since.get_or_insert(now);
        }
        let held_up = held_up.or_else(|| match turn {
            Turn::Daemons => Some("pods of DaemonSets are not gone".to_owned()),
            _ => held_up_by_volumes(retire, situation),
        });
        if held_up.is_none() && closed {
            let text = format!("{} is drained after {}", retire.name(), crate::plan::advance_launch::elapsed(now, since));
            retire.blocked_by = None;
            return Some((RetireState::Drained { at: now }, Some(Remark::of(&retire.id, text))));
        }
        // A budget's own words say more, for as long as they are about a pod that is still there.
        let told = retire.blocked_by.take().filter(|text| drain::to_be_gone(pods).any(|pod| text.contains(&pod.full_name())));
        retire.blocked_by = told.or(held_up);
    }
    if now < retire.deadline {
        return None;
    }
    out_of_time(retire, node, pods, situation)
}

/// A volume that is still attached has not been unmounted by the kubelet, or cannot follow its pod yet.
fn held_up_by_volumes(retire: &Retire, situation: &Situation<'_>) -> Option<String> {
    let Some(attached) = situation.volumes_on(retire.node_name.as_deref()?) else {
        let reason = situation.snapshot.volumes_on_nodes.as_ref().err().map(|unseen| format!(": {unseen}")).unwrap_or_default();
        return Some(format!("its attached volumes could not be seen{reason}"));
    };
    match attached {
        [] => None,
        [one] => Some(format!("volume {one} is still attached")),
        [first, ..] => Some(format!("{} volumes are still attached: {first}, …", attached.len())),
    }
}

/// A drain whose time is over is rolled back, unless only a kubelet that no longer answers stands in its way: then every
/// pod has been let go by its budget and is deleted, and nobody is left to say so. Whether it answers, and whether somebody
/// protects the node by now, is looked at for as long as it takes.
fn out_of_time(retire: &Retire, node: Option<&Node>, pods: Option<&[Pod]>, situation: &Situation<'_>) -> Move {
    let let_go = pods.is_some_and(|pods| drain::to_be_gone(pods).all(|pod| pod.deleted_at.is_some()));
    let replaced = matches!(retire.cause, RetireCause::Unready | RetireCause::NeverJoined);
    let held_up = retire.blocked_by.clone().unwrap_or_else(|| "its pods could not be seen".to_owned());
    let within = situation.cluster.drain.within;
    if replaced && let_go {
        situation.nodes()?;
        if node.is_none_or(|node| !node.is_ready()) {
            let text =
                format!("{} has not confirmed within {within:#} that its deleted pods are gone ({held_up}): terminating it", retire.name());
            return Some((RetireState::Drained { at: situation.now }, Some(Remark::of(&retire.id, text))));
        }
    }
    Some(roll_back(retire, format!("not drained within {within:#}: {held_up}")))
}

fn from_drained(retire: &mut Retire, situation: &Situation<'_>) -> Move {
    // The process may have died between its intent and the call: whoever protects the node by now is in time.
    let rescue = matches!(retire.cause, RetireCause::Rescue { .. });
    if let Some(node) = node(retire, situation).filter(|node| !rescue && is_protected(node)) {
        let text = format!("node {} was annotated {PROTECTED}", node.name);
        return Some(roll_back(retire, text));
    }
    let pods = situation.pods_on(retire.node_name.as_deref()?)?;
    let came = drain::to_be_gone(pods).find(|pod| pod.deleted_at.is_none())?;
    // Termination has not been asked for, or it would be `Terminating`.
    let text = format!("pod {} came to {} after it was drained", came.full_name(), retire.name());
    Some((RetireState::Draining { since: situation.now }, Some(Remark::of(&retire.id, text))))
}

fn from_gone(retire: &mut Retire, situation: &Situation<'_>) -> Move {
    let now = situation.now;
    situation.nodes()?;
    if node(retire, situation).is_some() {
        return None;
    }
    let text = format!("{} is gone", retire.name());
    Some((RetireState::NodeDeleted { at: now }, Some(Remark::of(&retire.id, text))))
}

fn roll_back(retire: &Retire, reason: String) -> (RetireState, Option<Remark>) {
    let text = format!("{} stays: {reason}", retire.name());
    (RetireState::RollingBack { reason }, Some(Remark::of(&retire.id, text).news(Topic::DrainBlocked)))
}

/// Our mark brings a cordon along, whichever operation set it, and remembers whether there was one before (invariant 12).
pub(crate) fn is_cordoned_by_person(node: &Node) -> bool {
    match node.taint(RETIRING_TAINT) {
        Some(_) => node.annotations.contains_key(CORDONED_BEFORE),
        None => node.unschedulable,
    }
}

pub(crate) fn is_marked(node: &Node, operation: &OperationId) -> bool {
    node.taint(RETIRING_TAINT).and_then(|taint| taint.value.as_deref()) == Some(operation.0.as_str())
}

pub(crate) fn is_protected(node: &Node) -> bool {
    node.annotations.get(PROTECTED).is_some_and(|value| value != "false")
}

impl Retire {
    /// The instance is gone, or the operation is over.
    #[must_use]
    pub const fn is_past_termination(&self) -> bool {
        matches!(self.state, RetireState::Gone { .. } | RetireState::NodeDeleted { .. } | RetireState::RolledBack { .. })
    }

    #[must_use]
    pub const fn has_ended(&self) -> bool {
        matches!(self.state, RetireState::NodeDeleted { .. } | RetireState::RolledBack { .. })
    }

    /// Its notice has run out: the instance ends now, drained or not.
    #[must_use]
    pub fn ends_anyway(&self, now: Timestamp) -> bool {
        matches!(&self.cause, RetireCause::Rescue { ends_at, .. } if *ends_at <= now)
    }

    /// `node ip-10-0-1-7 (i-0abc)`, as far as it is known.
    #[must_use]
    pub fn name(&self) -> String {
        match (&self.node_name, &self.instance_id) {
            (Some(node), Some(instance)) => format!("node {node} ({instance})"),
            (Some(node), None) => format!("node {node}"),
            (None, Some(instance)) => format!("instance {instance}"),
            (None, None) => "an unknown node".to_owned(),
        }
    }
}

impl Progress {
    /// Leaves a node alone for a while, longer after each roll-back in a row.
    pub(crate) fn spare(&mut self, instance_id: &str, now: Timestamp, reason: String, replaced: bool) {
        let before = self.spared.iter().position(|spared| spared.instance_id == instance_id).map(|place| self.spared.swap_remove(place));
        let failures = before.map_or(1, |spared| spared.failures.saturating_add(1));
        let until = cooling::later(now, cooling::pause(failures));
        self.spared.push(Spared { instance_id: instance_id.to_owned(), until, failures, reason, replaced });
    }
}
