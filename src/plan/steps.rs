use std::collections::BTreeMap;

use crate::plan::{
    Attempt, AttemptState, CLUSTER_TAG, DeleteNode, Evict, FindByToken, Launch, MarkNode, OPERATION_TAG, Operation, Progress, Retire,
    RetireState, RunInstances, Situation, Step, Terminate, UnmarkNode, advance_retire::is_marked, drain,
};

/// Every side effect that the operations need now, in their order. The same operations give the same steps: what has not
/// had its effect is simply asked for again.
#[must_use]
pub fn steps(progress: &Progress, situation: &Situation<'_>) -> Vec<Step> {
    let mut steps = Vec::new();
    for operation in &progress.operations {
        match operation {
            Operation::Launch(launch) => steps.extend(launch.attempts.iter().filter_map(|attempt| call(launch, attempt, situation))),
            Operation::Retire(retire) => steps.extend(retire_steps(retire, situation)),
        }
    }
    steps
}

fn call(launch: &Launch, attempt: &Attempt, situation: &Situation<'_>) -> Option<Step> {
    match attempt.state {
        AttemptState::Intended => Some(Step::RunInstances(RunInstances {
            operation: launch.id.clone(),
            attempt: attempt.number,
            offering: attempt.offering.clone(),
            template_version: attempt.template_version,
            count: attempt.count,
            token: attempt.token.clone(),
            max_price: attempt.max_price.clone(),
            tags: tags(launch, situation),
        })),
        AttemptState::Doubtful { .. } => {
            Some(Step::FindByToken(FindByToken { operation: launch.id.clone(), attempt: attempt.number, token: attempt.token.clone() }))
        }
        AttemptState::Filled { .. } | AttemptState::Failed { .. } => None,
    }
}

/// The same at each try of a token: nothing in here may change between ticks.
fn tags(launch: &Launch, situation: &Situation<'_>) -> BTreeMap<String, String> {
    BTreeMap::from([(CLUSTER_TAG.to_owned(), situation.cluster.name.clone()), (OPERATION_TAG.to_owned(), launch.id.0.clone())])
}

fn retire_steps(retire: &Retire, situation: &Situation<'_>) -> Vec<Step> {
    let node = retire.node_name.clone().zip(retire.node_uid.clone());
    let operation = retire.id.clone();
    match &retire.state {
        RetireState::Intended => {
            let mark =
                node.map(|(node_name, node_uid)| MarkNode { operation, node_name, node_uid, cordoned_before: retire.cordoned_before });
            mark.map(Step::MarkNode).into_iter().collect()
        }
        RetireState::Draining { .. } => draining(retire, situation),
        // Its end was not asked for yet: not without a look at what stands against it by now (invariants 4 and 12).
        RetireState::Drained { .. } if !is_seen(retire, situation) => Vec::new(),
        // Nor is it asked for again: it may have become a node since, with pods of its own.
        RetireState::Terminating { .. } if situation.nodes().is_none() && !retire.ends_anyway(situation.now) => Vec::new(),
        RetireState::Drained { .. } | RetireState::Terminating { .. } => {
            let terminate = retire.instance_id.clone().map(|instance_id| Terminate { operation, instance_id });
            terminate.map(Step::Terminate).into_iter().collect()
        }
        RetireState::Gone { .. } => {
            let delete = node.map(|(node_name, node_uid)| DeleteNode { operation, node_name, node_uid });
            delete.map(Step::DeleteNode).into_iter().collect()
        }
        RetireState::RollingBack { .. } => {
            let keep_cordon = retire.cordoned_before;
            let unmark = node.map(|(node_name, node_uid)| UnmarkNode { operation, node_name, node_uid, keep_cordon });
            unmark.map(Step::UnmarkNode).into_iter().collect()
        }
        RetireState::NodeDeleted { .. } | RetireState::RolledBack { .. } => Vec::new(),
    }
}

fn is_seen(retire: &Retire, situation: &Situation<'_>) -> bool {
    situation.nodes().is_some() && retire.node_name.as_deref().is_some_and(|name| situation.pods_on(name).is_some())
}

fn draining(retire: &Retire, situation: &Situation<'_>) -> Vec<Step> {
    let (Some(node_name), Some(node_uid)) = (&retire.node_name, &retire.node_uid) else { return Vec::new() };
    let pods = situation.pods_on(node_name).unwrap_or_default();
    let evictions = drain::next_evictions(pods, retire, &situation.cluster.drain, situation.now).into_iter().map(|pod| {
        Step::Evict(Evict {
            operation: retire.id.clone(),
            namespace: pod.namespace.clone(),
            pod_name: pod.name.clone(),
            pod_uid: pod.uid.clone(),
        })
    });
    // The mark of a list that is older than it may be missing; to set it twice does nothing.
    let marked = situation.node_by_uid(node_uid).is_none_or(|node| is_marked(node, &retire.id));
    let mark = (!marked).then(|| {
        Step::MarkNode(MarkNode {
            operation: retire.id.clone(),
            node_name: node_name.clone(),
            node_uid: node_uid.clone(),
            cordoned_before: retire.cordoned_before,
        })
    });
    mark.into_iter().chain(evictions).collect()
}
