use std::future::Future;
use std::sync::atomic::{AtomicBool, Ordering};

use futures_util::stream::{FuturesUnordered, StreamExt};
use jiff::{SignedDuration, Timestamp};
use sha2::{Digest, Sha256};
use tokio::sync::Semaphore;

use crate::act::{Cluster, Fleet};
use crate::plan::{Failure, FailureClass, Outcome, OutcomeKind, Step};

/// Calls that are made side by side at most: more would only be throttled.
const AT_ONCE: usize = 16;
/// The pause after a call that was throttled; it doubles up to the longest one.
const FIRST_PAUSE: SignedDuration = SignedDuration::from_millis(500);
const LONGEST_PAUSE: SignedDuration = SignedDuration::from_secs(8);

/// Runs steps concurrently until `cutoff`. Each answers with its outcome, in the order of the steps; one that was cut off may
/// have had its effect, or was never begun. A throttled call is made again, with the same token, after a jittered `pause`:
/// that is no failure until the time is over (architecture.md, table under "Launch"). Where the time is over within such a
/// call, it was cut off, whatever the one before it had answered (invariant 3).
pub async fn execute<P: Future<Output = ()> + Send>(
    fleet: &impl Fleet,
    cluster: &impl Cluster,
    steps: Vec<Step>,
    now: Timestamp,
    pause: impl Fn(SignedDuration) -> P + Sync,
    cutoff: impl Future<Output = ()>,
) -> Vec<Outcome> {
    let gate = Semaphore::new(AT_ONCE);
    let mut results: Vec<Option<Result<OutcomeKind, Failure>>> = steps.iter().map(|_| None).collect();
    let unanswered: Vec<AtomicBool> = steps.iter().map(|_| AtomicBool::new(false)).collect();
    {
        let attempt = |index: usize, step: &'_ Step, tries: u32| {
            let (gate, pause, step, unanswered) = (&gate, &pause, step.clone(), unanswered.get(index));
            async move {
                if tries > 0 {
                    // Whoever pauses leaves its place to another.
                    pause(pause_of(&step, tries)).await;
                }
                // Never closed, so never refused.
                let _place = gate.acquire().await;
                note(unanswered, true);
                let result = run(fleet, cluster, &step, now).await;
                note(unanswered, false);
                (index, tries, result)
            }
        };
        let mut running: FuturesUnordered<_> = steps.iter().enumerate().map(|(index, step)| attempt(index, step, 0)).collect();
        let mut cutoff = std::pin::pin!(cutoff);
        loop {
            tokio::select! {
                biased;
                next = running.next() => {
                    let Some((index, tries, result)) = next else { break };
                    if let (Some(step), Err(Failure { class: FailureClass::Throttle, .. })) = (steps.get(index), &result) {
                        running.push(attempt(index, step, tries.saturating_add(1)));
                    }
                    if let Some(place) = results.get_mut(index) {
                        *place = Some(result);
                    }
                },
                () = &mut cutoff => break,
            }
        }
    }
    steps
        .into_iter()
        .zip(results)
        .zip(unanswered)
        .map(|((step, result), unanswered)| {
            let answered = result.filter(|_| !unanswered.into_inner());
            Outcome { step, result: answered.unwrap_or_else(|| Err(Failure::cut_off())) }
        })
        .collect()
}

fn note(unanswered: Option<&AtomicBool>, now: bool) {
    unanswered.into_iter().for_each(|unanswered| unanswered.store(now, Ordering::Relaxed));
}

/// Between half of the pause and all of it. The dice are the step's own, so that the same history goes the same way, and
/// two steps that were throttled together come back apart.
fn pause_of(step: &Step, tries: u32) -> SignedDuration {
    let doubled = 2_i32.checked_pow(tries.saturating_sub(1)).and_then(|factor| FIRST_PAUSE.checked_mul(factor));
    let half = doubled.map_or(LONGEST_PAUSE, |pause| pause.min(LONGEST_PAUSE)) / 2;
    let mut hash = Sha256::new();
    hash.update(serde_json::to_vec(step).unwrap_or_default());
    hash.update(tries.to_be_bytes());
    let dice = hash.finalize().first().copied().unwrap_or_default();
    half.saturating_add(half.saturating_mul(i32::from(dice)) / 256)
}

async fn run(fleet: &impl Fleet, cluster: &impl Cluster, step: &Step, now: Timestamp) -> Result<OutcomeKind, Failure> {
    match step {
        Step::RunInstances(step) => fleet.run_instances(step, now).await.map(OutcomeKind::Instances),
        Step::FindByToken(step) => fleet.find_by_token(step).await.map(OutcomeKind::Instances),
        Step::Terminate(step) => fleet.terminate(step).await.map(|()| OutcomeKind::Done),
        Step::MarkNode(step) => cluster.mark(step).await.map(|()| OutcomeKind::Done),
        Step::UnmarkNode(step) => cluster.unmark(step).await.map(|()| OutcomeKind::Done),
        Step::Evict(step) => cluster.evict(step).await.map(|()| OutcomeKind::Done),
        Step::DeleteNode(step) => cluster.delete_node(step).await.map(|()| OutcomeKind::Done),
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use crate::act::execute::pause_of;
    use crate::plan::{OperationId, Step, Terminate};

    #[test]
    fn pauses_double_up_to_a_limit_and_no_two_steps_pause_alike() {
        let step = |id: &str| Step::Terminate(Terminate { operation: OperationId("r-1".to_owned()), instance_id: id.to_owned() });
        let within = |tries, most: i64| {
            let pause = pause_of(&step("i-1"), tries);
            (SignedDuration::from_millis(most / 2)..=SignedDuration::from_millis(most)).contains(&pause)
        };
        assert!(within(1, 500) && within(2, 1000) && within(3, 2000) && within(5, 8000) && within(60, 8000));
        let pauses: std::collections::BTreeSet<_> = (0..8).map(|n| pause_of(&step(&format!("i-{n}")), 3)).collect();
        assert!(pauses.len() > 4, "{pauses:?}");
    }
}
