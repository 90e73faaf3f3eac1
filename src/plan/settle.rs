use crate::plan::{
    LaunchCause, Operation, Progress, Remark, RetireCause, RetireState, Situation, SlotState, advance_launch, advance_retire, begin_retire,
    repair, rescue,
};

/// Carries everything forward by what was seen, before anything is decided: what operations reached, what was rescued and
/// repaired. Nothing in the world changes.
pub fn advance(progress: &mut Progress, situation: &Situation<'_>) -> Vec<Remark> {
    progress.note_lost_calls(situation.now);
    progress.forget_cooled(situation.now);
    progress.forget_lately(situation);
    progress.hear(situation);
    let mut remarks = advance_launch::advance_launches(progress, situation);
    remarks.extend(advance_retire::advance_retires(progress, situation));
    remarks.extend(rescue::rescue(progress, situation));
    remarks.extend(hand_over(progress, situation));
    remarks.extend(repair::repair(progress, situation));
    remarks.extend(advance_retire::keep_the_lower_bound(progress, situation));
    remarks
}

/// Takes the ended operations out of the ledger's state.
pub fn settle(progress: &mut Progress, situation: &Situation<'_>) -> Vec<Operation> {
    let (ended, running): (Vec<_>, Vec<_>) = std::mem::take(&mut progress.operations).into_iter().partition(Operation::has_ended);
    progress.operations = running;
    for operation in &ended {
        let Operation::Retire(retire) = operation else { continue };
        if let (Some(instance_id), RetireState::NodeDeleted { .. }) = (retire.instance_id.as_deref(), &retire.state) {
            progress.note_let_go(instance_id, situation.now);
        }
        let (Some(instance_id), RetireState::RolledBack { reason, .. }) = (&retire.instance_id, &retire.state) else { continue };
        // Ready after all, or never ours to retire: no reason to leave it alone.
        if matches!(retire.cause, RetireCause::Decision { .. } | RetireCause::Unready | RetireCause::Rescue { .. }) {
            progress.spare(instance_id, situation.now, reason.clone(), retire.cause == RetireCause::Unready);
        }
    }
    ended
}

/// A replacement that is ready lets the unready worker go whose place it took.
fn hand_over(progress: &mut Progress, situation: &Situation<'_>) -> Vec<Remark> {
    let done: Vec<String> = progress
        .launches()
        .filter(|launch| launch.has_ended() && launch.slots.iter().any(|slot| matches!(slot.state, SlotState::Ready { .. })))
        .filter_map(|launch| match &launch.cause {
            LaunchCause::Replacement { of } => Some(of.clone()),
            LaunchCause::Decision { .. } | LaunchCause::Adopted => None,
        })
        .collect();
    let still_unready = |id: &String| situation.node_of(id).is_some_and(|node| !node.is_ready()) && situation.instance(id).is_some();
    done.into_iter().filter(still_unready).filter_map(|id| begin_retire(progress, situation, &id, RetireCause::Unready)).collect()
}

impl Operation {
    #[must_use]
    pub fn has_ended(&self) -> bool {
        match self {
            Self::Launch(launch) => launch.has_ended(),
            Self::Retire(retire) => retire.has_ended(),
        }
    }
}
