use std::sync::Arc;

use jiff::Timestamp;

use crate::decide::Memory;
use crate::ledger::{Decided, EventKind, Records, State};
use crate::plan::{Launch, LaunchCause, Operation, OperationId, RetireCause};
use crate::sandbox::{Sabotage, World};

/// Sabotage of the rules that lie in pure code: the state that the ledger hands out is as if they did not hold.
pub fn with_state(sabotage: Sabotage, state: &mut State, world: &World, now: Timestamp) {
    let progress = &mut state.progress;
    match sabotage {
        Sabotage::NoJoinDeadline => {
            for operation in &mut progress.operations {
                if let Operation::Launch(launch) = operation {
                    launch.slots.iter_mut().for_each(|slot| slot.launched_at = now);
                }
            }
        }
        Sabotage::NoDrainDeadline => {
            for operation in &mut progress.operations {
                if let Operation::Retire(retire) = operation
                    && !matches!(retire.cause, RetireCause::Rescue { .. })
                {
                    retire.deadline = Timestamp::MAX;
                }
            }
        }
        Sabotage::LostAsKnown => progress.grace_until = None,
        Sabotage::ReplaceInOutage if world.unready() > 3 => replace_unready(state, world, now, 1),
        Sabotage::ReplaceAllAtOnce if world.unready() > 1 => replace_unready(state, world, now, usize::MAX),
        _ => {}
    }
}

fn replace_unready(state: &mut State, world: &World, now: Timestamp, at_most: usize) {
    let progress = &mut state.progress;
    let unready: Vec<String> = world
        .nodes
        .values()
        .filter(|node| world.silent.contains(&node.name))
        .filter_map(|node| node.instance_id.clone())
        .filter(|id| progress.retire_of(id).is_none() && progress.slot(id).is_none())
        .collect();
    let under_way = progress.launches().filter(|launch| matches!(launch.cause, LaunchCause::Replacement { .. })).count();
    for (number, of) in unready.into_iter().enumerate().take(at_most.saturating_sub(under_way)) {
        let known = progress.launches().any(|launch| matches!(&launch.cause, LaunchCause::Replacement { of: other } if *other == of));
        if known {
            continue;
        }
        progress.operations.push(Operation::Launch(Launch {
            zones: Vec::new(),
            id: OperationId(format!("l-sabotage-{}-{number}", now.as_second())),
            decided_at: now,
            cause: LaunchCause::Replacement { of },
            wanted: 1,
            attempts: Vec::new(),
            slots: Vec::new(),
            given_up: None,
        }));
    }
}

/// Sabotage: decisions are recorded with another memory than they were made from.
pub fn with_records(mut records: Records) -> Records {
    for event in &mut records.events {
        if let EventKind::Decided(decided) = &mut event.kind {
            *decided = Decided { memory: Arc::new(Memory::default()), ..decided.clone() };
        }
    }
    records
}
