use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::observe::{Budget, Market, Pod};
use crate::plan::{Progress, Situation, Standing, Worker, advance_retire::is_protected, census, drain};

/// A node that was not chosen for removal, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PassedOver {
    pub node_name: String,
    pub reason: String,
}

/// The nodes that may go, and those that may not.
pub(crate) struct Candidates {
    pub free: Vec<Candidate>,
    pub passed_over: Vec<PassedOver>,
}

/// A node that may go.
pub(crate) struct Candidate {
    pub instance_id: String,
    pub node_name: String,
    pub zone: String,
    /// Pods that would have to move.
    pub pods: usize,
    market: Market,
    created_at: Timestamp,
}

impl Candidate {
    /// Lower goes first: the zone with most workers, then least disruption (pods, then cost), then the newest.
    pub fn rank(&self, workers_by_zone: &BTreeMap<String, u32>) -> impl Ord + use<> {
        let in_zone = workers_by_zone.get(&self.zone).copied().unwrap_or(0);
        // On-demand costs more than spot.
        (Reverse(in_zone), self.pods, self.market, Reverse(self.created_at), self.instance_id.clone())
    }
}

/// Nodes whose pods have to be known before one can be chosen: their names.
#[must_use]
pub fn nodes_to_look_at(progress: &Progress, situation: &Situation<'_>) -> Vec<String> {
    let workers = census(progress, situation).workers;
    let free = workers.iter().filter(|worker| objection(progress, situation, worker, &BTreeSet::new()).is_none());
    free.filter_map(|worker| worker.node.map(|node| node.name.clone())).collect()
}

pub(crate) fn candidates(progress: &Progress, situation: &Situation<'_>, protected: &BTreeSet<String>) -> Candidates {
    let (mut free, mut passed_over) = (Vec::new(), Vec::new());
    for worker in &census(progress, situation).workers {
        let Some(node) = worker.node else { continue };
        match objection(progress, situation, worker, protected).map_or_else(|| unsafe_pods(situation, &node.name), Err) {
            Err(reason) => passed_over.push(PassedOver { node_name: node.name.clone(), reason }),
            Ok(pods) => {
                let Some(instance) = worker.instance else { continue };
                free.push(Candidate {
                    instance_id: instance.id.clone(),
                    node_name: node.name.clone(),
                    zone: instance.zone.clone(),
                    pods,
                    market: instance.market,
                    created_at: node.created_at,
                });
            }
        }
    }
    Candidates { free, passed_over }
}

/// Workers that count, by zone.
#[must_use]
pub(crate) fn workers_by_zone(progress: &Progress, situation: &Situation<'_>) -> BTreeMap<String, u32> {
    let mut zones = BTreeMap::new();
    for worker in census(progress, situation).workers.iter().filter(|worker| worker.standing.counts()) {
        if let Some(zone) = worker.zone {
            *zones.entry(zone.to_owned()).or_default() += 1;
        }
    }
    zones
}

/// Why this worker cannot go, whatever runs on it.
fn objection(progress: &Progress, situation: &Situation<'_>, worker: &Worker<'_>, protected: &BTreeSet<String>) -> Option<String> {
    let node = worker.node?;
    match worker.standing {
        Standing::Ready => {}
        Standing::Launching => return Some("it is not ready yet".to_owned()),
        Standing::Unready => return Some("it is unready: it is replaced, not removed".to_owned()),
        Standing::Draining | Standing::Dead => return Some("it is being retired already".to_owned()),
        Standing::Stopped => return Some("its instance is stopped".to_owned()),
    }
    let Some(instance) = worker.instance else {
        return Some("its instance is not one of ours by its tags".to_owned());
    };
    if is_protected(node) {
        return Some(format!("it is annotated {}", crate::plan::PROTECTED));
    }
    if progress.retire_of(&instance.id).is_some() {
        return Some("it is being retired already".to_owned());
    }
    if protected.contains(&instance.id) {
        return Some("termination protection is on".to_owned());
    }
    let spared = progress.spared.iter().find(|spared| spared.holds(&instance.id, situation.now))?;
    Some(format!("its last drain was rolled back, it is left alone until {:.0}: {}", spared.until, spared.reason))
}

/// How many pods would move; an error where one of them must not.
fn unsafe_pods(situation: &Situation<'_>, node_name: &str) -> Result<usize, String> {
    let Some(pods) = situation.pods_on(node_name) else {
        let reason = situation.snapshot.pods_on_nodes.as_ref().err().map(|unseen| format!(": {unseen}")).unwrap_or_default();
        return Err(format!("its pods could not be seen{reason}"));
    };
    let budgets = situation.snapshot.budgets.as_ref();
    let budgets = budgets.map_err(|unseen| format!("its disruption budgets could not be seen: {unseen}"))?;
    let blocks = |pod| drain::blocks(pod, &situation.cluster.drain).or_else(|| held_by_budgets(pod, budgets));
    match drain::to_be_gone(pods).find_map(blocks) {
        Some(reason) => Err(reason),
        None => Ok(drain::to_be_gone(pods).count()),
    }
}

/// Budgets that would not let this pod go: a drain is not begun that cannot come to its end.
fn held_by_budgets(pod: &Pod, budgets: &[Budget]) -> Option<String> {
    let mut asked = budgets.iter().filter(|budget| budget.is_asked_for(pod));
    let (first, second) = (asked.next()?, asked.next());
    let pod = pod.full_name();
    if let Some(second) = second {
        return Some(format!(
            "pod {pod} is under the disruption budgets `{}` and `{}`: no eviction is allowed then",
            first.name, second.name
        ));
    }
    (first.allowed == 0).then(|| format!("pod {pod} is not let go by its disruption budget `{}` now", first.name))
}
