use jiff::{SignedDuration, Timestamp};

use crate::observe::{Instance, Market};
use crate::plan::quota::quota_in_words;
use crate::plan::{
    Attempt, AttemptState, DeleteNode, Evict, Failure, FailureClass, OperationId, Outcome, OutcomeKind, Progress, Remark, RetireState,
    Situation, Step, configuration, cooling,
};
use crate::rules::Topic;

/// How long after the tick that gave a call up it may still have its effect.
const LATE_EFFECT: SignedDuration = SignedDuration::from_mins(4);

/// Takes what came of the steps into the operations.
pub fn absorb(progress: &mut Progress, situation: &Situation<'_>, outcomes: &[Outcome]) -> Vec<Remark> {
    let mut remarks = Vec::new();
    for outcome in outcomes {
        remarks.extend(match &outcome.step {
            Step::RunInstances(step) => launched(progress, situation, &step.operation, step.attempt, &outcome.result),
            Step::FindByToken(step) => found(progress, situation, &step.operation, step.attempt, &outcome.result),
            Step::Terminate(step) => terminated(progress, situation, &step.operation, &outcome.result),
            Step::MarkNode(step) => marked(progress, situation, &step.operation, &outcome.result),
            Step::UnmarkNode(step) => unmarked(progress, situation, &step.operation, &outcome.result),
            Step::Evict(step) => evicted(progress, step, &outcome.result),
            Step::DeleteNode(step) => deleted(step, &outcome.result),
        });
    }
    remarks
}

type Answer = Result<OutcomeKind, Failure>;

fn instances(answer: &OutcomeKind) -> &[Instance] {
    match answer {
        OutcomeKind::Instances(instances) => instances,
        OutcomeKind::Done => &[],
    }
}

fn launched(progress: &mut Progress, situation: &Situation<'_>, id: &OperationId, number: u32, answer: &Answer) -> Option<Remark> {
    progress.attempt_mut(id, number)?.calling = false;
    match answer {
        Ok(answer) => fill(progress, situation, id, number, instances(answer)),
        Err(failure) => failed(progress, situation, id, number, failure),
    }
}

/// Takes the instances of one call into slots. Fewer than asked for, or dead ones: the offering has no more to give now.
fn fill(progress: &mut Progress, situation: &Situation<'_>, id: &OperationId, number: u32, instances: &[Instance]) -> Option<Remark> {
    let now = situation.now;
    let launch = progress.launch_mut(id)?;
    for instance in instances {
        launch.fill(instance, now);
    }
    let filled = u32::try_from(instances.len()).unwrap_or(u32::MAX);
    let attempt = launch.attempts.iter_mut().find(|attempt| attempt.number == number)?;
    attempt.state = AttemptState::Filled { instances: filled };
    let (offering, count) = (attempt.offering.clone(), attempt.count);
    let dead = instances.iter().filter(|instance| instance.state.is_dead()).count();
    let names = instances.iter().map(|instance| instance.id.as_str()).collect::<Vec<_>>().join(", ");
    let mut text = format!("{filled} of {count} × {offering}: {names}");
    if dead > 0 {
        text = format!("{text}; {dead} of them dead already");
        if offering.market == Market::OnDemand {
            progress.note_failed_join(situation, &format!("{dead} of {filled} instances died at once"));
        }
        progress.cool(cooling::offering_scope(&offering), now, format!("{dead} of {filled} instances died at once"));
    } else if filled < count {
        progress.cool(cooling::offering_scope(&offering), now, format!("gave {filled} of {count} instances"));
    }
    Some(Remark::of(id, text))
}

fn failed(progress: &mut Progress, situation: &Situation<'_>, id: &OperationId, number: u32, failure: &Failure) -> Option<Remark> {
    let now = situation.now;
    let hash = progress.template.as_ref().map(|template| configuration(template, &situation.cluster.capacity)).unwrap_or_default();
    let launch = progress.launch_mut(id)?;
    let too_late = now >= cooling::later(launch.decided_at, situation.cluster.capacity.join);
    let attempt = launch.attempts.iter_mut().find(|attempt| attempt.number == number)?;
    let offering = attempt.offering.clone();
    match failure.class {
        // The call may have had its effect: the same token again, for as long as its nodes would still be wanted.
        FailureClass::Throttle | FailureClass::Unknown => {
            if failure.class == FailureClass::Unknown {
                attempt.unanswered_at = Some(now);
            }
            if too_late {
                attempt.state = AttemptState::Doubtful { failure: failure.clone() };
            }
            Some(Remark::of(id, format!("no answer for {offering} ({failure}): asked again with the same token")))
        }
        FailureClass::Conflict => {
            attempt.state = AttemptState::Doubtful { failure: failure.clone() };
            Some(Remark::of(id, format!("{offering} ({failure}): looked up by its token")))
        }
        FailureClass::Offering
        | FailureClass::Market
        | FailureClass::Subnet
        | FailureClass::Configuration
        | FailureClass::NotFound
        | FailureClass::Budget
        | FailureClass::Refused => {
            // A refusal says nothing of an earlier call of the token that had no answer and may be on its way (invariant 3).
            attempt.state = match attempt.unanswered_at {
                Some(_) => AttemptState::Doubtful { failure: failure.clone() },
                None => AttemptState::Failed { failure: failure.clone() },
            };
            // A failure of a class that no launch should have is still a reason to leave the offering alone.
            let scope = cooling::scope(failure, &offering, &hash).unwrap_or_else(|| cooling::offering_scope(&offering));
            let quota = match failure.class {
                FailureClass::Market => format!("; {}", quota_in_words(failure, &offering)),
                _ => String::new(),
            };
            let until = progress.cool(scope, now, format!("{failure}{quota}"));
            let remark = Remark::of(id, format!("{offering} is left alone until {until:.0}: {failure}{quota}"));
            let for_people = matches!(failure.class, FailureClass::Market | FailureClass::Configuration | FailureClass::Subnet);
            Some(if for_people { remark.news(Topic::Failure) } else { remark })
        }
    }
}

fn found(progress: &mut Progress, situation: &Situation<'_>, id: &OperationId, number: u32, answer: &Answer) -> Option<Remark> {
    let known = match answer {
        Ok(answer) => instances(answer),
        Err(failure) => return Some(Remark::of(id, format!("the token of attempt {number} could not be looked up: {failure}"))),
    };
    if !known.is_empty() {
        return fill(progress, situation, id, number, known);
    }
    let launch = progress.launch_mut(id)?;
    let attempt = launch.attempts.iter_mut().find(|attempt| attempt.number == number)?;
    let AttemptState::Doubtful { failure } = attempt.state.clone() else { return None };
    if situation.now >= settles_at(attempt, &failure, situation) {
        attempt.state = AttemptState::Failed { failure };
        return Some(Remark::of(id, format!("attempt {number} brought nothing")));
    }
    None
}

/// From when on a token that shows nothing has brought nothing. A list may be a little older than the call, and a call
/// whose answer was lost may have its effect a good while later: reckoned from the call and not from the launch, whose time
/// may be over while its last call is still under way.
fn settles_at(attempt: &Attempt, failure: &Failure, situation: &Situation<'_>) -> Timestamp {
    let late = attempt.unanswered_at.map_or(attempt.intended_at, |at| cooling::later(at, LATE_EFFECT));
    match failure.class {
        FailureClass::Throttle | FailureClass::Unknown | FailureClass::Conflict => {
            late.max(cooling::later(attempt.intended_at, situation.cluster.capacity.join))
        }
        _ => late,
    }
}

fn terminated(progress: &mut Progress, situation: &Situation<'_>, id: &OperationId, answer: &Answer) -> Option<Remark> {
    let retire = progress.retire_mut(id)?;
    match answer {
        // It may have had its effect: asked for again until the instance is seen shutting down.
        Ok(_) | Err(Failure { class: FailureClass::Unknown | FailureClass::NotFound, .. }) => {
            if matches!(retire.state, RetireState::Drained { .. }) {
                retire.state = RetireState::Terminating { since: situation.now };
                return Some(Remark::of(id, format!("terminating {}", retire.name())));
            }
            None
        }
        Err(failure) if failure.class == FailureClass::Refused && matches!(retire.state, RetireState::Drained { .. }) => {
            let text = format!("{} stays: {failure}", retire.name());
            retire.state = RetireState::RollingBack { reason: failure.to_string() };
            Some(Remark::of(id, text).news(Topic::DrainBlocked))
        }
        Err(failure) => Some(Remark::of(id, format!("{} is not terminated: {failure}", retire.name())).news(Topic::Failure)),
    }
}

fn marked(progress: &mut Progress, situation: &Situation<'_>, id: &OperationId, answer: &Answer) -> Option<Remark> {
    let retire = progress.retire_mut(id)?;
    let intended = matches!(retire.state, RetireState::Intended);
    match answer {
        Ok(_) if intended => {
            retire.state = RetireState::Draining { since: situation.now };
            Some(Remark::of(id, format!("{} is tainted and cordoned", retire.name())))
        }
        Ok(_) => None,
        Err(failure) => Some(Remark::of(id, format!("{} is not marked: {failure}", retire.name()))),
    }
}

fn unmarked(progress: &mut Progress, situation: &Situation<'_>, id: &OperationId, answer: &Answer) -> Option<Remark> {
    let retire = progress.retire_mut(id)?;
    let RetireState::RollingBack { reason } = retire.state.clone() else { return None };
    match answer {
        // Another Node, or none: there is nothing of ours to take off.
        Ok(_) | Err(Failure { class: FailureClass::NotFound, .. }) => {
            retire.state = RetireState::RolledBack { at: situation.now, reason };
            Some(Remark::of(id, format!("{} is as it was", retire.name())))
        }
        Err(failure) => Some(Remark::of(id, format!("{} is not as it was yet: {failure}", retire.name()))),
    }
}

fn evicted(progress: &mut Progress, step: &Evict, answer: &Answer) -> Option<Remark> {
    let retire = progress.retire_mut(&step.operation)?;
    let pod = format!("pod {}/{}", step.namespace, step.pod_name);
    match answer {
        // Gone is what was wanted; another pod under its name is none of ours.
        Ok(_) | Err(Failure { class: FailureClass::NotFound | FailureClass::Conflict, .. }) => None,
        Err(failure) => {
            let (text, topic) = match failure.class {
                FailureClass::Budget => (format!("{pod} waits for its disruption budget: {}", failure.message), None),
                FailureClass::Refused => (format!("{pod} cannot be evicted: {}", failure.message), Some(Topic::DrainBlocked)),
                _ => (format!("{pod} was not evicted: {failure}"), None),
            };
            if retire.blocked_by.as_ref() == Some(&text) {
                return None;
            }
            retire.blocked_by = Some(text.clone());
            let remark = Remark::of(&step.operation, text);
            Some(match topic {
                Some(topic) => remark.news(topic),
                None => remark,
            })
        }
    }
}

/// The Node is gone when no list shows it any more; a finalizer may hold it.
fn deleted(step: &DeleteNode, answer: &Answer) -> Option<Remark> {
    match answer {
        Ok(_) | Err(Failure { class: FailureClass::NotFound | FailureClass::Conflict, .. }) => None,
        Err(failure) => Some(Remark::of(&step.operation, format!("node {} is not deleted: {failure}", step.node_name))),
    }
}
