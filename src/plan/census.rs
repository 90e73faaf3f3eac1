use std::collections::BTreeSet;

use crate::observe::{Counts, Instance, InstanceState, Market, Node};
use crate::plan::{AttemptState, Launch, LaunchCause, Operation, Progress, Retire, RetireState, Situation, SlotState, repair::is_new};

/// How one worker stands: instances × nodes × operations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    Ready,
    /// Launched and not yet Ready for the first time: counts as capacity.
    Launching,
    /// Was Ready and is not: counts until it is replaced.
    Unready,
    /// Being retired, or unready with its replacement on the way: does not count.
    Draining,
    /// The instance is dead and its Node is still there: does not count.
    Dead,
    /// Stopped by somebody, without a Node: does not count.
    Stopped,
}

impl Standing {
    /// Paid for and wanted.
    #[must_use]
    pub const fn counts(self) -> bool {
        matches!(self, Self::Ready | Self::Launching | Self::Unready)
    }
}

/// One worker: its instance, its Node, or both.
#[derive(Clone, Debug)]
pub struct Worker<'a> {
    /// `None`: not ours by its tags, or EC2 does not show it (yet).
    pub instance: Option<&'a Instance>,
    pub node: Option<&'a Node>,
    pub standing: Standing,
    pub zone: Option<&'a str>,
    pub market: Market,
}

/// All workers of the pool at one instant.
#[derive(Clone, Debug)]
pub struct Census<'a> {
    pub workers: Vec<Worker<'a>>,
    pub counts: Counts,
    /// Nodes that a launch has still to ask for: they count as launching, so that nothing asks for them twice.
    pub unasked: u32,
}

/// The label by which Kubernetes' cloud providers tell a node's zone.
const ZONE_LABEL: &str = "topology.kubernetes.io/zone";

/// Counts the workers. Without EC2 or without Kubernetes no count of nodes is known: what is missing is never zero.
#[must_use]
pub fn census<'a>(progress: &'a Progress, situation: &Situation<'a>) -> Census<'a> {
    let (Some(instances), Some(nodes)) = (situation.instances(), situation.nodes()) else {
        return Census { workers: Vec::new(), counts: Counts::default(), unasked: 0 };
    };
    let mut workers = Vec::new();
    let mut matched = BTreeSet::new();
    let ids: BTreeSet<&str> = instances.iter().map(|instance| instance.id.as_str()).chain(ids_in_flight(progress)).collect();
    for id in ids {
        let instance = situation.instance(id);
        let node = situation.node_of(id);
        matched.extend(node.map(|node| node.uid.as_str()));
        let Some(standing) = standing(progress, id, instance, node) else { continue };
        let (zone, market) = match (instance, slot_offering(progress, id)) {
            (Some(instance), _) => (Some(instance.zone.as_str()), instance.market),
            (None, Some(offering)) => (Some(offering.zone.as_str()), offering.market),
            (None, None) => (node.and_then(zone_of), Market::OnDemand),
        };
        workers.push(Worker { instance, node, standing, zone, market });
    }
    for node in nodes.iter().filter(|node| !matched.contains(node.uid.as_str())) {
        let standing = match retire_of_node(progress, &node.uid) {
            Some(retire) if !is_rolling_back(retire) => Standing::Dead,
            _ if node.is_ready() => Standing::Ready,
            _ => Standing::Unready,
        };
        workers.push(Worker { instance: None, node: Some(node), standing, zone: zone_of(node), market: Market::OnDemand });
    }
    workers.extend(progress.launches().flat_map(expected));
    let count = |standing| Some(u32::try_from(workers.iter().filter(|worker| worker.standing == standing).count()).unwrap_or(u32::MAX));
    let unasked = progress.launches().map(Launch::open).fold(0, u32::saturating_add);
    let counts = Counts {
        ready: count(Standing::Ready),
        launching: count(Standing::Launching).map(|launching| launching.saturating_add(unasked)),
        unready: count(Standing::Unready),
        draining: count(Standing::Draining),
        pending_pods: None,
        pending_nodes: None,
    };
    Census { workers, counts, unasked }
}

impl Census<'_> {
    /// The guard `outage` for repairs: a worker whose kubelet is silent tells of a partition also while it is being retired,
    /// and when it was Ready between two ticks only.
    #[must_use]
    pub fn is_outage(&self) -> bool {
        let silent = |standing| {
            let fell_silent = |node: &Node| !node.is_ready() && (standing == Standing::Draining || !is_new(node));
            let workers = self.workers.iter().filter(|worker| worker.standing == standing && worker.node.is_some_and(fell_silent));
            u32::try_from(workers.count()).unwrap_or(u32::MAX)
        };
        let (leaving, coming) = (silent(Standing::Draining), silent(Standing::Launching));
        let unready = self.counts.unready.map(|unready| unready.saturating_add(leaving).saturating_add(coming));
        let launching = self.counts.launching.map(|launching| launching.saturating_sub(coming));
        Counts { unready, launching, ..self.counts }.is_outage()
    }

    /// Workers that are paid for and wanted; `None` where the world could not be seen.
    #[must_use]
    pub fn nodes(&self) -> Option<u32> {
        self.counts.nodes()
    }
}

fn zone_of(node: &Node) -> Option<&str> {
    node.labels.get(ZONE_LABEL).map(String::as_str)
}

/// Instances that an operation knows of and that EC2 may not show yet, or no longer.
fn ids_in_flight(progress: &Progress) -> impl Iterator<Item = &str> {
    let slots =
        progress.launches().flat_map(|launch| launch.slots.iter().filter(|slot| slot.is_coming()).map(|slot| slot.instance_id.as_str()));
    let retired = progress.retires().filter(|retire| !retire.is_past_termination()).filter_map(|retire| retire.instance_id.as_deref());
    slots.chain(retired).chain(progress.lately.ready.keys().map(String::as_str))
}

fn slot_offering<'a>(progress: &'a Progress, id: &str) -> Option<&'a crate::plan::Offering> {
    let (launch, slot) = progress.slot(id)?;
    launch.attempts.iter().find(|attempt| attempt.number == slot.attempt).map(|attempt| &attempt.offering)
}

fn retire_of_node<'a>(progress: &'a Progress, uid: &str) -> Option<&'a Retire> {
    progress.retires().find(|retire| retire.node_uid.as_deref() == Some(uid))
}

const fn is_rolling_back(retire: &Retire) -> bool {
    matches!(retire.state, RetireState::RollingBack { .. } | RetireState::RolledBack { .. })
}

/// `None`: an instance that is no worker any more, nor has left a Node.
fn standing(progress: &Progress, id: &str, instance: Option<&Instance>, node: Option<&Node>) -> Option<Standing> {
    if instance.is_some_and(|instance| instance.state.is_dead()) {
        return node.map(|_| Standing::Dead);
    }
    match progress.retire_of(id) {
        Some(retire) if is_rolling_back(retire) => {}
        Some(retire) if retire.is_past_termination() => return node.map(|_| Standing::Dead),
        Some(_) => return Some(Standing::Draining),
        None => {}
    }
    if progress.slot(id).is_some_and(|(_, slot)| slot.is_coming()) {
        return Some(Standing::Launching);
    }
    let Some(node) = node else {
        let stopped = instance.is_some_and(|instance| matches!(instance.state, InstanceState::Stopping | InstanceState::Stopped));
        // Ours, alive and without a Node: it is paid for, and repair adopts it.
        return Some(if stopped { Standing::Stopped } else { Standing::Launching });
    };
    if node.is_ready() {
        return Some(Standing::Ready);
    }
    let replaced = progress.launches().any(|launch| matches!(&launch.cause, LaunchCause::Replacement { of } if of == id));
    Some(if replaced { Standing::Draining } else { Standing::Unready })
}

/// Instances that a call may have brought and that nobody has seen: they count until it is known better.
fn expected(launch: &Launch) -> impl Iterator<Item = Worker<'_>> {
    let open = launch.attempts.iter().filter(|attempt| matches!(attempt.state, AttemptState::Intended | AttemptState::Doubtful { .. }));
    open.flat_map(|attempt| {
        let zone = Some(attempt.offering.zone.as_str());
        let worker = Worker { instance: None, node: None, standing: Standing::Launching, zone, market: attempt.offering.market };
        std::iter::repeat_n(worker, launch.unseen(attempt) as usize)
    })
}

impl Progress {
    pub fn launches(&self) -> impl Iterator<Item = &Launch> {
        self.operations.iter().filter_map(|operation| match operation {
            Operation::Launch(launch) => Some(launch),
            Operation::Retire(_) => None,
        })
    }

    pub fn retires(&self) -> impl Iterator<Item = &Retire> {
        self.operations.iter().filter_map(|operation| match operation {
            Operation::Retire(retire) => Some(retire),
            Operation::Launch(_) => None,
        })
    }

    /// The slot that an instance fills, in a launch that is still in flight.
    #[must_use]
    pub fn slot(&self, instance_id: &str) -> Option<(&Launch, &crate::plan::Slot)> {
        self.launches().find_map(|launch| Some((launch, launch.slots.iter().find(|slot| slot.instance_id == instance_id)?)))
    }

    /// The retirement of an instance that is in flight.
    #[must_use]
    pub fn retire_of(&self, instance_id: &str) -> Option<&Retire> {
        self.retires().find(|retire| retire.instance_id.as_deref() == Some(instance_id))
    }
}

impl crate::plan::Slot {
    /// Not Ready yet, and still expected to be.
    #[must_use]
    pub const fn is_coming(&self) -> bool {
        matches!(self.state, SlotState::Pending | SlotState::Joined)
    }
}
