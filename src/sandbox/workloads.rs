use std::collections::BTreeMap;

use crate::observe::{Budget, Operator, Owner, Pod, PodPhase, Requests, Requirement, Scheduling, Surroundings};
use crate::plan::{Evict, Failure, FailureClass, RETIRING_TAINT};
use crate::sandbox::cloud::failure;
use crate::sandbox::world::World;
use crate::sandbox::{Deed, DeedKind, Happening, Sabotage, Workload};

/// The label by which a Deployment's pods are told.
const APP: &str = "app";

/// The simulated controllers and scheduler.
impl World {
    /// Deployments make and take pods, DaemonSets have theirs, and the scheduler places what waits.
    pub fn reconcile(&mut self) {
        if !std::mem::take(&mut self.unscheduled) {
            return;
        }
        self.run_daemons();
        self.run_deployments();
        self.place();
    }

    fn run_daemons(&mut self) {
        if !self.settings.daemons {
            return;
        }
        let covered: Vec<String> =
            self.pods.values().filter(|pod| pod.is_of_daemon_set()).filter_map(|pod| pod.node_name.clone()).collect();
        // Our taint keeps a DaemonSet's pods away too, once they have left.
        let open = self.nodes.values().filter(|node| node.taint(RETIRING_TAINT).is_none());
        let bare: Vec<String> = open.map(|node| node.name.clone()).filter(|name| !covered.contains(name)).collect();
        for node in bare {
            let serial = self.serial();
            let mut pod = daemon(serial);
            pod.node_name = Some(node);
            pod.phase = PodPhase::Running;
            pod.unschedulable_since = None;
            self.pods.insert(pod.uid.clone(), pod);
        }
    }

    fn run_deployments(&mut self) {
        for index in 0..self.settings.workloads.len() {
            let Some(workload) = self.settings.workloads.get(index) else { continue };
            let kind = if workload.stateful { "StatefulSet" } else { "ReplicaSet" };
            let owned = |pod: &Pod| pod.owner.as_ref().is_some_and(|owner| owner.name == workload.name && owner.kind == kind);
            // A StatefulSet waits for the whole end of a pod before it makes the next of that name.
            let counts = |pod: &&Pod| owned(pod) && (workload.stateful || (pod.deleted_at.is_none() && !pod.is_terminal()));
            let there = u32::try_from(self.pods.values().filter(counts).count()).unwrap_or(u32::MAX);
            if there == workload.replicas {
                continue;
            }
            let workload = workload.clone();
            for _ in there..workload.replicas {
                let owner = Owner {
                    kind: kind.to_owned(),
                    name: workload.name.clone(),
                    uid: format!("rs-{}", workload.name),
                    replicas: Some(workload.replicas),
                };
                let mut pod = self.new_pod(&workload.namespace, owner, workload.requests);
                if workload.stateful {
                    pod.name = self.free_name(&workload.name, workload.replicas);
                }
                self.pods.insert(pod.uid.clone(), pod);
            }
            // Too many: the ones that wait go first, then the newest.
            let active = |pod: &&Pod| {
                pod.owner.as_ref().is_some_and(|owner| owner.name == workload.name && owner.kind == kind)
                    && pod.deleted_at.is_none()
                    && !pod.is_terminal()
            };
            let surplus = there.saturating_sub(workload.replicas) as usize;
            if surplus == 0 {
                continue;
            }
            let mut last: Vec<(bool, String)> =
                self.pods.values().filter(active).map(|pod| (pod.node_name.is_some(), pod.uid.clone())).collect();
            last.sort_by(|a, b| a.0.cmp(&b.0).then_with(|| b.1.cmp(&a.1)));
            last.truncate(surplus);
            for (_, uid) in last {
                self.pods.remove(&uid);
            }
        }
    }

    /// The first ordinal of a StatefulSet that no pod has.
    fn free_name(&self, of: &str, replicas: u32) -> String {
        let names = (0..replicas).map(|ordinal| format!("{of}-{ordinal}"));
        let taken = |name: &String| self.pods.values().any(|pod| pod.name == *name);
        names.into_iter().find(|name| !taken(name)).unwrap_or_else(|| format!("{of}-{replicas}"))
    }

    /// First fit, in order of the pods' UIDs and the nodes' names.
    fn place(&mut self) {
        let waiting: Vec<String> =
            self.pods.values().filter(|pod| pod.node_name.is_none() && pod.deleted_at.is_none()).map(|pod| pod.uid.clone()).collect();
        if waiting.is_empty() {
            return;
        }
        let mut free = self.free();
        for uid in waiting {
            let Some(pod) = self.pods.get_mut(&uid) else { continue };
            let fits =
                |(_, room): &(&String, &mut Requests)| room.cpu_millis >= pod.requests.cpu_millis && room.memory >= pod.requests.memory;
            let Some((node, room)) = free.iter_mut().find(fits) else {
                pod.unschedulable_since.get_or_insert(self.now);
                continue;
            };
            room.cpu_millis -= pod.requests.cpu_millis;
            room.memory -= pod.requests.memory;
            pod.node_name = Some(node.clone());
            pod.unschedulable_since = None;
            let start = self.settings.pace.pod_start.draw(&mut self.random);
            self.schedule(start, Happening::PodRuns { uid });
        }
    }

    /// What the scheduler looks at beside the workers of one pool.
    #[must_use]
    pub fn surroundings(&self) -> Surroundings {
        Surroundings {
            nodes: self.nodes.values().cloned().collect(),
            pods: self.pods.values().filter(|pod| pod.node_name.is_some() && !pod.is_terminal()).cloned().collect(),
            daemons: self.settings.daemons.then(|| daemon(0)).into_iter().collect(),
            ..Surroundings::default()
        }
    }

    /// What is left on the nodes that take pods.
    fn free(&self) -> BTreeMap<String, Requests> {
        let open = self.nodes.values().filter(|node| node.is_ready() && !node.unschedulable && node.taints.is_empty());
        let mut free: BTreeMap<String, Requests> = open
            .filter_map(|node| {
                let machine = self.machines.get(node.instance_id.as_ref()?)?;
                let kind = self.settings.types.get(&machine.instance.instance_type)?;
                Some((node.name.clone(), Requests { cpu_millis: kind.cpu_millis, memory: kind.memory }))
            })
            .collect();
        for pod in self.pods.values().filter(|pod| !pod.is_terminal()) {
            if let Some(room) = pod.node_name.as_ref().and_then(|name| free.get_mut(name)) {
                room.cpu_millis = room.cpu_millis.saturating_sub(pod.requests.cpu_millis);
                room.memory = room.memory.saturating_sub(pod.requests.memory);
            }
        }
        free
    }

    pub fn run_pod(&mut self, uid: &str) {
        if let Some(pod) = self.pods.get_mut(uid).filter(|pod| pod.phase == PodPhase::Pending && pod.node_name.is_some()) {
            pod.phase = PodPhase::Running;
        }
    }

    /// The pod's grace is over. A kubelet that is silent ends nothing, and does not say so either.
    pub fn end_pod(&mut self, uid: &str) {
        let silent = self.pods.get(uid).and_then(|pod| pod.node_name.as_ref()).is_some_and(|name| self.silent.contains(name));
        if !silent {
            self.remove_pod(uid);
        }
    }

    pub fn remove_pod(&mut self, uid: &str) {
        if self.pods.remove(uid).is_some() {
            self.unscheduled = true;
        }
    }

    /// The pods of a node that must be gone before it may be terminated.
    #[must_use]
    pub fn pods_to_evict(&self, node: &str) -> Vec<String> {
        let there = self.pods.values().filter(|pod| pod.node_name.as_deref() == Some(node));
        there.filter(|pod| !pod.is_of_daemon_set() && !pod.is_terminal() && !pod.mirror).map(Pod::full_name).collect()
    }

    /// The budgets with what they allow now.
    #[must_use]
    pub fn budgets(&self) -> Vec<Budget> {
        let of = |workload: &Workload| {
            let healthy = self.healthy(&workload.name);
            let (namespace, app) = (workload.namespace.clone(), workload.name.clone());
            let selector = vec![Requirement { key: APP.to_owned(), operator: Operator::In, values: vec![app.clone()] }];
            let budget = move |(number, least): (usize, &u32)| Budget {
                namespace: namespace.clone(),
                name: format!("{app}-{number}"),
                selector: Some(selector.clone()),
                allowed: healthy.saturating_sub(*least),
            };
            workload.budgets.iter().enumerate().map(budget).collect::<Vec<_>>()
        };
        self.settings.workloads.iter().flat_map(of).collect()
    }

    fn healthy(&self, app: &str) -> u32 {
        let healthy = self.pods.values().filter(|pod| {
            pod.labels.get(APP).is_some_and(|label| label == app)
                && pod.phase == PodPhase::Running
                && pod.deleted_at.is_none()
                && self.is_heard(pod)
        });
        u32::try_from(healthy.count()).unwrap_or(u32::MAX)
    }

    /// # Errors
    /// As the Eviction API.
    pub fn evict(&mut self, step: &Evict) -> Result<(), Failure> {
        let there = self.pods.values().find(|pod| pod.namespace == step.namespace && pod.name == step.pod_name);
        let Some(pod) = there.cloned() else {
            return Err(failure(FailureClass::NotFound, "404", "there is no such pod"));
        };
        if pod.uid != step.pod_uid && self.sabotage != Some(Sabotage::DropPodUid) {
            return Err(failure(FailureClass::Conflict, "409", "the pod has another UID"));
        }
        if pod.deleted_at.is_some() {
            return Ok(());
        }
        let app = pod.labels.get(APP).cloned().unwrap_or_default();
        let budgets: Vec<u32> =
            self.settings.workloads.iter().filter(|workload| workload.name == app).flat_map(|workload| workload.budgets.clone()).collect();
        let asked = self.sabotage != Some(Sabotage::IgnoreBudgets);
        if asked && budgets.len() > 1 {
            self.strikes.count("pod under two budgets");
            return Err(failure(FailureClass::Refused, "500", "the pod is under more than one disruption budget"));
        }
        let healthy = self.healthy(&app);
        let counts = pod.phase == PodPhase::Running && self.is_heard(&pod);
        let after = if counts { healthy.saturating_sub(1) } else { healthy };
        if asked && counts && budgets.iter().any(|least| after < *least) {
            let never =
                budgets.iter().any(|least| healthy <= *least && pod.owner.as_ref().is_some_and(|owner| owner.replicas == Some(*least)));
            self.strikes.count(if never { "budget that never allows" } else { "budget that does not allow it now" });
            return Err(failure(FailureClass::Budget, "429", "the disruption budget does not allow it now"));
        }
        let now = self.now;
        if let Some(pod) = self.pods.get_mut(&pod.uid) {
            pod.deleted_at = Some(now);
        }
        let node = pod.node_name.as_ref().and_then(|name| self.nodes.get(name));
        let marked = node.is_some_and(|node| node.taint(RETIRING_TAINT).is_some());
        let expected = pod.uid == step.pod_uid && (marked || self.is_late);
        self.note(|| Deed {
            at: now,
            what: DeedKind::Evicted {
                pod: step.pod_name.clone(),
                expected,
                budgets: budgets.iter().filter(|_| counts).map(|least| (after, *least)).collect(),
            },
        });
        let grace = self.settings.pace.grace.draw(&mut self.random);
        self.schedule(grace, Happening::PodGone { uid: pod.uid });
        self.unscheduled = true;
        self.settle();
        Ok(())
    }

    fn is_heard(&self, pod: &Pod) -> bool {
        pod.node_name.as_ref().is_some_and(|name| self.nodes.get(name).is_some_and(|node| node.ready_condition))
    }

    fn new_pod(&mut self, namespace: &str, owner: Owner, requests: Requests) -> Pod {
        pod(self.serial(), namespace, owner, requests)
    }
}

/// The pod that the simulated DaemonSet has on every node.
fn daemon(serial: u64) -> Pod {
    let owner = Owner { kind: "DaemonSet".to_owned(), name: "node-exporter".to_owned(), uid: "daemon".to_owned(), replicas: None };
    pod(serial, "monitoring", owner, Requests { cpu_millis: 20, memory: 32 << 20 })
}

fn pod(serial: u64, namespace: &str, owner: Owner, requests: Requests) -> Pod {
    Pod {
        namespace: namespace.to_owned(),
        name: format!("{}-{serial:05}", owner.name),
        uid: format!("pod-{serial:08}"),
        node_name: None,
        phase: PodPhase::Pending,
        deleted_at: None,
        labels: [(APP.to_owned(), owner.name.clone())].into(),
        annotations: BTreeMap::new(),
        owner: Some(owner),
        mirror: false,
        critical: false,
        local_storage: Vec::new(),
        unschedulable_since: None,
        requests,
        scheduling: Scheduling::default(),
    }
}
