use crate::observe::Market;
use crate::plan::{Launch, Operation, Outcome, OutcomeKind, Retire, RetireCause, RetireState, SlotState, Step};

/// One step in one line for people.
#[must_use]
pub fn step_in_words(step: &Step) -> String {
    match step {
        Step::RunInstances(step) => format!("launch {} × {}", step.count, step.offering),
        Step::FindByToken(step) => format!("look up what attempt {} of {} brought", step.attempt, step.operation),
        Step::Terminate(step) => format!("terminate {}", step.instance_id),
        Step::MarkNode(step) => format!("taint and cordon node {}", step.node_name),
        Step::UnmarkNode(step) if step.keep_cordon => format!("take the taint off node {}", step.node_name),
        Step::UnmarkNode(step) => format!("take the taint off node {} and uncordon it", step.node_name),
        Step::Evict(step) => format!("evict pod {}/{}", step.namespace, step.pod_name),
        Step::DeleteNode(step) => format!("delete node {}", step.node_name),
    }
}

/// One step with what came of it.
#[must_use]
pub fn outcome_in_words(outcome: &Outcome) -> String {
    let step = step_in_words(&outcome.step);
    match &outcome.result {
        Ok(OutcomeKind::Done) => format!("{step}: done"),
        Ok(OutcomeKind::Instances(instances)) if instances.is_empty() => format!("{step}: nothing"),
        Ok(OutcomeKind::Instances(instances)) => {
            let ids = instances.iter().map(|instance| instance.id.as_str()).collect::<Vec<_>>().join(", ");
            format!("{step}: {ids}")
        }
        Err(failure) => format!("{step}: {failure}"),
    }
}

/// What an operation is about, while it is under way.
#[must_use]
pub fn operation_in_words(operation: &Operation) -> String {
    match operation {
        Operation::Launch(launch) => {
            let ready = launch.slots.iter().filter(|slot| matches!(slot.state, SlotState::Ready { .. })).count();
            format!("launch of {}: {ready} ready", nodes(launch.wanted))
        }
        Operation::Retire(retire) => {
            let state = match &retire.state {
                RetireState::Intended => "chosen",
                RetireState::Draining { .. } => "draining",
                RetireState::Drained { .. } => "drained",
                RetireState::Terminating { .. } => "terminating",
                RetireState::Gone { .. } => "gone",
                RetireState::RollingBack { .. } => "rolling back",
                RetireState::NodeDeleted { .. } => "deleted",
                RetireState::RolledBack { .. } => "rolled back",
            };
            let blocked = retire.blocked_by.as_ref().map(|by| format!(": {by}")).unwrap_or_default();
            format!("{} {}: {state}{blocked}", cause(retire), retire.name())
        }
    }
}

/// How an operation ended, in one line.
#[must_use]
pub fn ending_in_words(operation: &Operation) -> String {
    match operation {
        Operation::Launch(launch) => launch_ending(launch),
        Operation::Retire(retire) => match &retire.state {
            RetireState::RolledBack { reason, .. } => format!("{} stays: {reason}", retire.name()),
            _ => format!("{} is gone", retire.name()),
        },
    }
}

fn launch_ending(launch: &Launch) -> String {
    let ready = launch.slots.iter().filter(|slot| matches!(slot.state, SlotState::Ready { .. })).count();
    let reason = launch.given_up.as_ref().map(|reason| format!(": {reason}")).unwrap_or_default();
    format!("{ready} of {} became ready{reason}", nodes(launch.wanted))
}

fn cause(retire: &Retire) -> &'static str {
    match retire.cause {
        RetireCause::Decision { .. } => "removal of",
        RetireCause::Unready => "replacement of",
        RetireCause::Rescue { .. } => "rescue of",
        RetireCause::Dead => "clearing up after",
        RetireCause::NeverJoined => "giving up on",
        RetireCause::Stray => "taking our mark off",
    }
}

fn nodes(count: u32) -> String {
    if count == 1 { "1 node".to_owned() } else { format!("{count} nodes") }
}

/// As people call it.
#[must_use]
pub const fn market_in_words(market: Market) -> &'static str {
    match market {
        Market::OnDemand => "on-demand",
        Market::Spot => "spot",
    }
}
