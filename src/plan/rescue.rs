use jiff::Timestamp;

use crate::observe::{Notice, NoticeKind};
use crate::plan::{
    Heard, Operation, Progress, Remark, Retire, RetireCause, RetireState, Situation, SlotState, advance_retire::is_cordoned_by_person,
    cooling, repair, token::fresh_id,
};
use crate::rules::Topic;

/// Begins a rescue for each notice about a living instance of ours: a retire with a deadline, its replacement in parallel.
/// Notices come more than once and about other people's instances too: neither does anything. Until EC2 and Kubernetes are
/// both seen it is not known whose an instance is, nor how many replace it: the notice is kept.
pub(crate) fn rescue(progress: &mut Progress, situation: &Situation<'_>) -> Vec<Remark> {
    if situation.instances().is_none() || situation.nodes().is_none() {
        return Vec::new();
    }
    let mut remarks = Vec::new();
    for Heard { notice, at } in std::mem::take(&mut progress.notices) {
        let Some(instance) = situation.instance(&notice.instance_id).filter(|instance| instance.state.is_alive()) else { continue };
        if notice.ends_at.is_some_and(|end| end > situation.now) {
            // A drain that does not come to its end before that of the instance is begun anew.
            progress.notices.push(Heard { notice: notice.clone(), at });
        }
        let left_alone = progress.spared.iter().any(|spared| spared.holds(&instance.id, situation.now));
        if left_alone && notice.ends_at.is_none_or(|end| end > cooling::later(situation.now, situation.cluster.drain.within)) {
            continue;
        }
        let notice = &notice;
        let end = notice.ends_at.unwrap_or(Timestamp::MAX);
        let cause = RetireCause::Rescue { notice: words(notice), ends_at: end };
        // Without an end there is time for an orderly drain, and none for more.
        let deadline = end.min(cooling::later(situation.now, situation.cluster.drain.within).max(end_of_urgent(notice)));
        let known = progress.retire_of(&instance.id).map(|retire| (retire.id.clone(), retire.clone()));
        match known {
            Some((_, retire)) if matches!(&retire.cause, RetireCause::Rescue { ends_at, .. } if *ends_at <= end) => continue,
            Some((id, before)) => {
                let already_wanted =
                    matches!(before.cause, RetireCause::Decision { .. } | RetireCause::Unready | RetireCause::Rescue { .. });
                let Some(retire) = progress.retire_mut(&id) else { continue };
                retire.cause = cause;
                retire.deadline = deadline;
                if matches!(retire.state, RetireState::RollingBack { .. }) {
                    retire.state = RetireState::Intended;
                }
                remarks.push(Remark::of(&id, format!("{}: {}", retire.name(), words(notice))).news(Topic::SpotInterruption));
                if already_wanted {
                    continue;
                }
            }
            None => {
                let node = situation.node_of(&instance.id);
                let retire = Retire {
                    id: fresh_id('r', situation.now, situation.fence, &progress.operations),
                    decided_at: situation.now,
                    cause,
                    instance_id: Some(instance.id.clone()),
                    node_name: node.map(|node| node.name.clone()),
                    node_uid: node.map(|node| node.uid.clone()),
                    cordoned_before: node.is_some_and(is_cordoned_by_person),
                    deadline,
                    state: RetireState::Intended,
                    blocked_by: None,
                    daemons_since: None,
                };
                remarks.push(Remark::of(&retire.id, format!("{}: {}", retire.name(), words(notice))).news(Topic::SpotInterruption));
                progress.operations.push(Operation::Retire(retire));
            }
        }
        give_up_slot(progress, situation, &notice.instance_id);
        remarks.extend(repair::replace(progress, situation, &notice.instance_id).ok());
    }
    remarks
}

/// A launch does not fill the slot again of an instance that was replaced before it was Ready.
fn give_up_slot(progress: &mut Progress, situation: &Situation<'_>, instance_id: &str) {
    let launch = progress.slot(instance_id).map(|(launch, _)| launch.id.clone());
    let slots = launch.and_then(|id| progress.launch_mut(&id)).map(|launch| launch.slots.as_mut_slice()).unwrap_or_default();
    if let Some(slot) = slots.iter_mut().find(|slot| slot.instance_id == instance_id && slot.is_coming()) {
        slot.state = SlotState::Expired { at: situation.now };
    }
}

/// An instance that ends soon is drained up to its end.
fn end_of_urgent(notice: &Notice) -> Timestamp {
    match notice.kind {
        NoticeKind::SpotInterruption => notice.ends_at.unwrap_or(Timestamp::MIN),
        NoticeKind::RebalanceRecommendation | NoticeKind::ScheduledMaintenance => Timestamp::MIN,
    }
}

fn words(notice: &Notice) -> String {
    let what = match notice.kind {
        NoticeKind::SpotInterruption => "spot interruption",
        NoticeKind::RebalanceRecommendation => "rebalance recommendation",
        NoticeKind::ScheduledMaintenance => "scheduled maintenance",
    };
    notice.ends_at.map_or_else(|| what.to_owned(), |end| format!("{what} at {end:.0}"))
}
