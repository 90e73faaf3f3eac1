use std::future::Future;

use futures_util::stream::{FuturesUnordered, StreamExt};
use jiff::Timestamp;
use tokio::sync::Semaphore;

use crate::act::{Cluster, Fleet};
use crate::plan::{Failure, FailureClass, Outcome, OutcomeKind, Step};

/// Calls that are made side by side at most: more would only be throttled.
const AT_ONCE: usize = 16;

/// Runs steps concurrently until `cutoff`. Each answers with its outcome, in the order of the steps; one that was cut off may
/// have had its effect, or was never begun.
pub async fn execute(
    fleet: &impl Fleet,
    cluster: &impl Cluster,
    steps: Vec<Step>,
    now: Timestamp,
    cutoff: impl Future<Output = ()>,
) -> Vec<Outcome> {
    let gate = Semaphore::new(AT_ONCE);
    let mut results: Vec<Option<Result<OutcomeKind, Failure>>> = steps.iter().map(|_| None).collect();
    {
        let mut running: FuturesUnordered<_> = steps
            .iter()
            .enumerate()
            .map(|(index, step)| {
                let gate = &gate;
                async move {
                    // Never closed, so never refused.
                    let _place = gate.acquire().await;
                    (index, run(fleet, cluster, step, now).await)
                }
            })
            .collect();
        let mut cutoff = std::pin::pin!(cutoff);
        loop {
            tokio::select! {
                biased;
                next = running.next() => match next {
                    Some((index, result)) => {
                        if let Some(place) = results.get_mut(index) {
                            *place = Some(result);
                        }
                    }
                    None => break,
                },
                () = &mut cutoff => break,
            }
        }
    }
    steps.into_iter().zip(results).map(|(step, result)| Outcome { step, result: result.unwrap_or_else(|| Err(cut_off())) }).collect()
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

fn cut_off() -> Failure {
    Failure {
        class: FailureClass::Unknown,
        code: "time budget".to_owned(),
        message: "the tick had to end before the call answered".to_owned(),
    }
}
