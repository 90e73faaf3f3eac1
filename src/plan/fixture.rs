//! A small world for the planners' tests, told in a few words.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use crate::observe::{
    Instance, InstanceState, Market, Node, Notice, Owner, Pod, PodPhase, Requests, Scheduling, Snapshot, Taint, TaintEffect, Unseen,
};
use crate::plan::{
    CLUSTER_TAG, Failure, FailureClass, Launch, Operation, OperationId, Outcome, OutcomeKind, Progress, RETIRING_TAINT, Remark, Retire,
    Situation, Step, Subnet, Template,
};
use crate::rules::{Bounds, Cadence, Capacity, Cluster, Cooldown, Drain, Number, PriceList, Zones};

pub fn noon() -> Timestamp {
    "2026-11-25T12:00:00Z".parse().unwrap()
}

pub fn minutes(count: i64) -> SignedDuration {
    SignedDuration::from_mins(count)
}

pub fn cluster() -> Cluster {
    Cluster {
        name: "prod".to_owned(),
        timezone: jiff::tz::TimeZone::UTC,
        nodes: Bounds { lower: 1, upper: 10 },
        evaluate: Cadence { every: minutes(2), quicker: Vec::new() },
        cooldown: Cooldown { up: minutes(5), down: minutes(10) },
        step: crate::rules::Step { up: 2, down: 1 },
        budget: None,
        capacity: Capacity {
            instances: vec!["t3.small".to_owned(), "t3a.small".to_owned()],
            spot: Number::ZERO,
            max_price: None,
            zones: Zones::Balanced,
            join: minutes(5),
            unready: minutes(10),
        },
        drain: Drain { within: minutes(5), protect: Vec::new(), local_storage_allowed: false },
        notify: Vec::new(),
        metrics: Vec::new(),
        windows: Vec::new(),
        rules: Vec::new(),
        examples: Vec::new(),
    }
}

fn prices() -> &'static PriceList {
    static SHIPPED: std::sync::LazyLock<PriceList> = std::sync::LazyLock::new(PriceList::default);
    &SHIPPED
}

pub fn template() -> Template {
    let subnets = ["1a", "1b", "1c"].map(|zone| Subnet { zone: zone.to_owned(), id: format!("subnet-{zone}") });
    Template { id: "lt-1".to_owned(), version: 7, instance_type: None, subnets: subnets.to_vec() }
}

/// A worker: an instance `i-NAME` and a Node `node-NAME` with the UID `uid-NAME`.
#[derive(Clone)]
pub struct Worker {
    pub instance: Option<Instance>,
    pub node: Option<Node>,
}

pub fn instance(name: &str) -> Instance {
    Instance {
        id: format!("i-{name}"),
        state: InstanceState::Running,
        instance_type: "t3.small".to_owned(),
        zone: "1a".to_owned(),
        market: Market::OnDemand,
        launched_at: noon() - minutes(60),
        client_token: None,
        private_dns_name: None,
        tags: BTreeMap::from([(CLUSTER_TAG.to_owned(), "prod".to_owned())]),
    }
}

pub fn node(name: &str) -> Node {
    Node {
        name: format!("node-{name}"),
        uid: format!("uid-{name}"),
        instance_id: Some(format!("i-{name}")),
        created_at: noon() - minutes(58),
        ready_condition: true,
        ready_changed_at: Some(noon() - minutes(57)),
        unschedulable: false,
        taints: Vec::new(),
        labels: BTreeMap::new(),
        annotations: BTreeMap::new(),
        allocatable: BTreeMap::new(),
    }
}

/// Ready, for an hour.
pub fn worker(name: &str) -> Worker {
    Worker { instance: Some(instance(name)), node: Some(node(name)) }
}

impl Worker {
    pub fn zone(mut self, zone: &str) -> Self {
        self.instance.as_mut().unwrap().zone = zone.to_owned();
        self
    }

    pub fn spot(mut self) -> Self {
        self.instance.as_mut().unwrap().market = Market::Spot;
        self
    }

    pub fn without_node(mut self) -> Self {
        self.node = None;
        self
    }

    pub fn without_instance(mut self) -> Self {
        self.instance = None;
        self
    }

    pub fn state(mut self, state: InstanceState) -> Self {
        self.instance.as_mut().unwrap().state = state;
        self
    }

    pub fn tag(mut self, key: &str, value: &str) -> Self {
        self.instance.as_mut().unwrap().tags.insert(key.to_owned(), value.to_owned());
        self
    }

    pub fn unready_for(mut self, for_long: SignedDuration) -> Self {
        let node = self.node.as_mut().unwrap();
        node.ready_condition = false;
        node.ready_changed_at = Some(noon() - for_long);
        self
    }

    pub fn taint(mut self, key: &str) -> Self {
        let taint = Taint { key: key.to_owned(), value: None, effect: TaintEffect::NoSchedule };
        self.node.as_mut().unwrap().taints.push(taint);
        self
    }

    pub fn marked(mut self, operation: &str) -> Self {
        let node = self.node.as_mut().unwrap();
        node.unschedulable = true;
        let value = Some(operation.to_owned());
        node.taints.push(Taint { key: RETIRING_TAINT.to_owned(), value, effect: TaintEffect::NoSchedule });
        self
    }

    pub fn cordoned(mut self) -> Self {
        self.node.as_mut().unwrap().unschedulable = true;
        self
    }

    pub fn annotated(mut self, key: &str) -> Self {
        self.node.as_mut().unwrap().annotations.insert(key.to_owned(), "true".to_owned());
        self
    }
}

/// A pod of a ReplicaSet of three.
pub fn pod(name: &str, node: &str) -> Pod {
    let owner = Owner { kind: "ReplicaSet".to_owned(), name: "web".to_owned(), uid: "rs".to_owned(), replicas: Some(3) };
    Pod {
        namespace: "shop".to_owned(),
        name: name.to_owned(),
        uid: format!("uid-of-{name}"),
        node_name: Some(format!("node-{node}")),
        phase: PodPhase::Running,
        deleted_at: None,
        owner: Some(owner),
        labels: BTreeMap::new(),
        annotations: BTreeMap::new(),
        mirror: false,
        critical: false,
        local_storage: Vec::new(),
        unschedulable_since: None,
        requests: Requests::default(),
        scheduling: Scheduling::default(),
    }
}

pub fn of_kind(kind: &str, mut pod: Pod) -> Pod {
    pod.owner.as_mut().unwrap().kind = kind.to_owned();
    pod
}

/// The world at one instant, with what plan remembers of it.
#[derive(Clone)]
pub struct World {
    pub cluster: Cluster,
    pub now: Timestamp,
    pub snapshot: Snapshot,
    pub notices: Vec<Notice>,
    pub progress: Progress,
}

pub fn world(workers: impl IntoIterator<Item = Worker>) -> World {
    let (mut instances, mut nodes) = (Vec::new(), Vec::new());
    for worker in workers {
        instances.extend(worker.instance);
        nodes.extend(worker.node);
    }
    let snapshot = Snapshot {
        at: noon(),
        instances: Ok(instances),
        nodes: Ok(nodes),
        pending_pods: Ok(Vec::new()),
        pods_on_nodes: Ok(BTreeMap::new()),
        volumes_on_nodes: Ok(BTreeMap::new()),
        budgets: Ok(Vec::new()),
    };
    World { cluster: cluster(), now: noon(), snapshot, notices: Vec::new(), progress: Progress::default() }
}

impl World {
    pub fn situation(&self) -> Situation<'_> {
        Situation { cluster: &self.cluster, prices: prices(), now: self.now, fence: 1, snapshot: &self.snapshot, notices: &self.notices }
    }

    /// Time passes; what is seen stays as it is.
    pub fn later(&mut self, by: SignedDuration) -> &mut Self {
        self.now += by;
        self.snapshot.at = self.now;
        self
    }

    /// The pods of every node are asked for.
    pub fn with_pods(mut self, pods: impl IntoIterator<Item = Pod>) -> Self {
        self.set_pods(pods);
        self
    }

    pub fn set_pods(&mut self, pods: impl IntoIterator<Item = Pod>) {
        let mut by_node: BTreeMap<String, Vec<Pod>> = BTreeMap::new();
        for node in self.snapshot.nodes.iter().flatten() {
            by_node.insert(node.name.clone(), Vec::new());
        }
        for pod in pods {
            by_node.entry(pod.node_name.clone().unwrap()).or_default().push(pod);
        }
        self.snapshot.volumes_on_nodes = Ok(by_node.keys().map(|name| (name.clone(), Vec::new())).collect());
        self.snapshot.pods_on_nodes = Ok(by_node);
    }

    pub fn blind(mut self, ec2: bool, kubernetes: bool) -> Self {
        let unseen = || Unseen { reason: "down".to_owned() };
        if ec2 {
            self.snapshot.instances = Err(unseen());
        }
        if kubernetes {
            self.snapshot.nodes = Err(unseen());
            self.snapshot.pods_on_nodes = Err(unseen());
        }
        self
    }

    /// The list of nodes fails, and nothing else; what it showed is returned.
    pub fn hide_nodes(&mut self) -> Vec<Node> {
        std::mem::replace(&mut self.snapshot.nodes, Err(Unseen { reason: "down".to_owned() })).unwrap()
    }

    pub fn show_nodes(&mut self, nodes: Vec<Node>) {
        self.snapshot.nodes = Ok(nodes);
    }

    /// Changes a node that is there.
    pub fn node_mut(&mut self, name: &str) -> &mut Node {
        self.snapshot.nodes.as_mut().unwrap().iter_mut().find(|node| node.name == format!("node-{name}")).unwrap()
    }

    pub fn instance_mut(&mut self, name: &str) -> &mut Instance {
        self.snapshot.instances.as_mut().unwrap().iter_mut().find(|instance| instance.id == format!("i-{name}")).unwrap()
    }

    pub fn add(&mut self, worker: Worker) {
        self.snapshot.instances.as_mut().unwrap().extend(worker.instance);
        self.snapshot.nodes.as_mut().unwrap().extend(worker.node);
    }

    pub fn remove_node(&mut self, name: &str) {
        self.snapshot.nodes.as_mut().unwrap().retain(|node| node.name != format!("node-{name}"));
    }

    /// Does with the progress what a planner does.
    pub fn plan<T>(&mut self, change: impl FnOnce(&mut Progress, &Situation<'_>) -> T) -> T {
        let (cluster, snapshot, notices) = (self.cluster.clone(), self.snapshot.clone(), self.notices.clone());
        change(
            &mut self.progress,
            &Situation { cluster: &cluster, prices: prices(), now: self.now, fence: 1, snapshot: &snapshot, notices: &notices },
        )
    }

    pub fn advance(&mut self) -> Vec<Remark> {
        self.plan(crate::plan::advance)
    }

    pub fn launch(&mut self, count: u32) {
        self.plan(|progress, situation| crate::plan::begin_launch(progress, situation, count, vec!["busy".to_owned()], Vec::new()));
        self.attempts();
    }

    pub fn attempts(&mut self) -> Vec<Remark> {
        self.plan(|progress, situation| crate::plan::plan_attempts(progress, situation, &template()))
    }

    pub fn retire(&mut self, name: &str) -> OperationId {
        let cause = crate::plan::RetireCause::Decision { rules: vec!["quiet".to_owned()] };
        self.plan(|progress, situation| crate::plan::begin_retire(progress, situation, &format!("i-{name}"), cause));
        self.progress.operations.last().unwrap().id().clone()
    }

    pub fn steps(&self) -> Vec<Step> {
        crate::plan::steps(&self.progress, &self.situation())
    }

    /// Answers every step that is due now.
    pub fn answer(&mut self, mut with: impl FnMut(&Step) -> Result<OutcomeKind, Failure>) -> Vec<Remark> {
        let outcomes: Vec<Outcome> = self.steps().into_iter().map(|step| Outcome { result: with(&step), step }).collect();
        self.plan(|progress, situation| crate::plan::absorb(progress, situation, &outcomes))
    }

    pub fn launches(&self) -> Vec<&Launch> {
        self.progress.launches().collect()
    }

    pub fn retires(&self) -> Vec<&Retire> {
        self.progress.retires().collect()
    }

    pub fn settle(&mut self) -> Vec<Operation> {
        self.plan(crate::plan::settle)
    }
}

pub fn failure(class: FailureClass) -> Failure {
    Failure { class, code: format!("{class:?}"), message: "no".to_owned() }
}

/// EC2 answers a launch with as many instances as were asked for, at most `most`, named after the token.
pub fn ec2(step: &Step, most: u32, now: Timestamp) -> Result<OutcomeKind, Failure> {
    let Step::RunInstances(run) = step else { return Ok(OutcomeKind::Done) };
    let brought = (0..run.count.min(most)).map(|number| Instance {
        zone: run.offering.zone.clone(),
        market: run.offering.market,
        launched_at: now,
        client_token: Some(run.token.clone()),
        tags: run.tags.clone(),
        state: InstanceState::Pending,
        ..instance(&format!("{}-{number}", run.token.get(..6).unwrap()))
    });
    Ok(OutcomeKind::Instances(brought.collect()))
}

/// Every call is answered, and changes nothing by itself.
pub fn ok(_: &Step) -> Result<OutcomeKind, Failure> {
    Ok(OutcomeKind::Done)
}

/// Two workers, and the retirement of `a` that has marked its node, as is seen.
pub fn draining(pods: impl IntoIterator<Item = Pod>) -> World {
    let mut world = world([worker("a"), worker("b")]);
    let id = world.retire("a");
    assert!(matches!(world.steps().as_slice(), [Step::MarkNode(_)]));
    world.answer(ok);
    let marked = worker("a").marked(&id.0).node.unwrap();
    *world.node_mut("a") = marked;
    world.later(minutes(1));
    world.set_pods(pods);
    world
}

/// The names of the pods that are to be evicted now.
pub fn evicted(world: &World) -> Vec<String> {
    let name = |step| match step {
        Step::Evict(evict) => Some(evict.pod_name),
        _ => None,
    };
    world.steps().into_iter().filter_map(name).collect()
}
