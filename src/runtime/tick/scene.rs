//! A sandbox with two rules and the ticks that run on it.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use crate::decide::Action;
use crate::ledger::{Event, Ledger, Span};
use crate::observe::{InstanceState, Notice, PodPhase, Requests};
use crate::plan::PROTECTED;
use crate::plan::fixture::{self, minutes, noon};
use crate::rules::{
    Action as Proposal, Amount, Channel, Cluster, Comparison, Condition, Expression, Metric, MetricId, Notice as Notify, Number, Rule,
    Source, Topic, Unit,
};
use crate::runtime::tick::{Order, TickReport, tick};
use crate::sandbox::{Call, Curve, Delay, Fault, FaultKind, MachineType, Outside, Pace, Ran, Sandbox, Settings, Workload};

pub fn rules() -> Cluster {
    let cpu = Metric {
        name: "cpu".to_owned(),
        unit: Unit::Percent,
        of_capacity: false,
        source: Source::Prometheus("cpu".to_owned()),
        empty_is: None,
        missing_after: None,
    };
    let rule = |name: &str, operator, limit: i64, action| Rule {
        name: name.to_owned(),
        urgent: false,
        note: None,
        during: Vec::new(),
        outside: Vec::new(),
        when: Some(Condition::Compare {
            operator,
            left: Expression::Metric(MetricId::Declared(0)),
            right: Expression::Literal(Number::integer(limit)),
        }),
        cooldown: None,
        action,
    };
    let one = || Amount::Nodes(Expression::Literal(Number::integer(1)));
    Cluster {
        metrics: vec![cpu],
        rules: vec![
            rule("busy", Comparison::Greater, 70, Proposal::Add(one())),
            rule("quiet", Comparison::Less, 30, Proposal::Remove(one())),
        ],
        notify: vec![Notify { channel: Channel::Slack, topics: vec![Topic::ScaleUp, Topic::ScaleDown, Topic::Failure] }],
        ..fixture::cluster()
    }
}

fn settings() -> Settings {
    let kind = MachineType { cpu_millis: 2000, memory: 2 << 30, on_demand: "0.02".parse().unwrap(), spot: "0.008".parse().unwrap() };
    Settings {
        cluster: "prod".to_owned(),
        start: noon(),
        seed: 1,
        zones: vec!["1a".to_owned(), "1b".to_owned()],
        types: [("t3.small".to_owned(), kind.clone()), ("t3a.small".to_owned(), kind)].into(),
        template_type: "t3.small".to_owned(),
        pace: Pace { ready: Delay::seconds(90, 90), ..Pace::real() },
        stock: [].into(),
        workloads: vec![Workload {
            namespace: "shop".to_owned(),
            name: "web".to_owned(),
            replicas: 4,
            requests: Requests { cpu_millis: 300, memory: 100 << 20 },
            budgets: vec![3],
            stateful: false,
        }],
        daemons: true,
    }
}

pub struct Scene {
    pub sandbox: Sandbox,
    pub cluster: Cluster,
    /// What AWS tells the next tick.
    pub notices: Vec<Notice>,
    ticks: u32,
}

impl Scene {
    /// A cluster of that many ready workers, its ledger past the grace of a new one.
    pub fn settled(workers: u32) -> Self {
        let sandbox = Sandbox::new(settings());
        sandbox.world().add_workers(workers);
        let mut scene = Self { sandbox, cluster: rules(), notices: Vec::new(), ticks: 0 };
        scene.load(50);
        for _ in 0..7 {
            scene.tick();
            scene.pass(minutes(2));
        }
        scene
    }

    pub fn load(&self, percent: i64) {
        self.sandbox.world().drive.series.insert("cpu".to_owned(), Curve::flat(Number::integer(percent)));
    }

    pub fn order(&mut self, sandbox: &Sandbox) -> Order {
        self.ticks += 1;
        Order {
            prices: Arc::default(),
            cluster: Arc::new(self.cluster.clone()),
            notices: std::mem::take(&mut self.notices),
            owner: format!("tick {}", self.ticks),
            deadline: sandbox.now() + SignedDuration::from_secs(50),
            evaluate_now: false,
        }
    }

    /// From now on so many of a thousand such calls (none: of all calls) go wrong.
    pub fn while_struck(&self, calls: &[Call], per_mille: u32, kind: FaultKind) {
        let always = Fault { calls: calls.to_vec(), from: SignedDuration::ZERO, until: SignedDuration::MAX, per_mille, kind };
        self.sandbox.world().faults.list.push(always);
    }

    /// All goes well again.
    pub fn mended(&self) {
        self.sandbox.world().faults.list.clear();
    }

    /// Others do something.
    pub fn befallen_by(&self, outside: &Outside) {
        self.sandbox.world().befall(outside);
    }

    /// Only a node that runs pods may go.
    pub fn only_busy_nodes_may_go(&self) {
        let mut world = self.sandbox.world();
        let busy: Vec<String> = world.pods.values().filter(|pod| !pod.is_of_daemon_set()).filter_map(|pod| pod.node_name.clone()).collect();
        for node in world.nodes.values_mut().filter(|node| !busy.contains(&node.name)) {
            node.annotations.insert(PROTECTED.to_owned(), "true".to_owned());
        }
    }

    /// Nodes that bear a mark of ours, or any cordon.
    pub fn marked(&self) -> Vec<String> {
        let world = self.sandbox.world();
        world.nodes.values().filter(|node| node.unschedulable || !node.taints.is_empty()).map(|node| node.name.clone()).collect()
    }

    /// Pods that must leave the marked nodes.
    pub fn pods_to_go(&self) -> usize {
        let marked = self.marked();
        let world = self.sandbox.world();
        marked.iter().map(|name| world.pods_to_evict(name).len()).sum()
    }

    /// Launch calls that brought something.
    pub fn launches(&self) -> usize {
        self.sandbox.world().tokens.len()
    }

    /// Pods of Deployments that run.
    pub fn running_pods(&self) -> usize {
        let world = self.sandbox.world();
        world.pods.values().filter(|pod| !pod.is_of_daemon_set() && pod.phase == PodPhase::Running && pod.deleted_at.is_none()).count()
    }

    /// `None`: the process died.
    pub fn tick_or_crash(&mut self) -> Option<TickReport> {
        let sandbox = self.sandbox.clone();
        self.tick_of(&sandbox)
    }

    /// A tick of another process, with a clock of its own.
    pub fn tick_of(&mut self, sandbox: &Sandbox) -> Option<TickReport> {
        let sandbox = sandbox.clone();
        let order = self.order(&sandbox);
        match sandbox.run(tick(&sandbox, &order)) {
            Ran::Done(report) => Some(report),
            Ran::Crashed => None,
        }
    }

    pub fn tick(&mut self) -> TickReport {
        self.tick_or_crash().expect("the tick must come to its end")
    }

    pub fn pass(&self, by: SignedDuration) {
        let to = self.now() + by;
        self.sandbox.advance(to);
    }

    pub fn now(&self) -> Timestamp {
        self.sandbox.now()
    }

    /// Ticks every fifteen seconds.
    pub fn ticks_for(&mut self, span: SignedDuration) -> Vec<TickReport> {
        let end = self.now() + span;
        let mut reports = Vec::new();
        while self.now() < end {
            reports.push(self.tick());
            self.pass(SignedDuration::from_secs(15));
        }
        reports
    }

    /// Ticks until it holds; gives up after half an hour.
    pub fn ticks_until(&mut self, holds: impl Fn(&Self) -> bool) -> Vec<TickReport> {
        self.ticks_until_within(minutes(30), holds)
    }

    pub fn ticks_until_within(&mut self, span: SignedDuration, holds: impl Fn(&Self) -> bool) -> Vec<TickReport> {
        let end = self.now() + span;
        let mut reports = Vec::new();
        while !holds(self) {
            assert!(self.now() < end, "it never came to that: {:#?}", reports.last());
            reports.push(self.tick());
            self.pass(SignedDuration::from_secs(15));
        }
        reports
    }

    pub fn living(&self) -> usize {
        self.sandbox.world().machines.values().filter(|machine| machine.instance.state.is_alive()).count()
    }

    pub fn dead(&self) -> usize {
        let dead = |state| matches!(state, InstanceState::ShuttingDown | InstanceState::Terminated);
        self.sandbox.world().machines.values().filter(|machine| dead(machine.instance.state)).count()
    }

    pub fn ready(&self) -> u32 {
        self.sandbox.world().ready_nodes()
    }

    pub fn nodes(&self) -> usize {
        self.sandbox.world().nodes.len()
    }

    pub fn operations(&self) -> usize {
        let standing = self.run(self.sandbox.ledger().read("prod")).unwrap();
        standing.and_then(|standing| standing.state).map_or(0, |state| state.progress.operations.len())
    }

    /// The topics of what was announced.
    pub fn told(&self) -> Vec<Topic> {
        self.sandbox.world().announced.iter().map(|(_, news)| news.topic).collect()
    }

    pub fn events(&self) -> Vec<Event> {
        let span = Span { from: Timestamp::MIN, to: Timestamp::MAX };
        self.run(self.sandbox.ledger().events("prod", span, 100_000)).unwrap()
    }

    fn run<T>(&self, process: impl Future<Output = T>) -> T {
        match self.sandbox.run(process) {
            Ran::Done(result) => result,
            Ran::Crashed => panic!("the process died"),
        }
    }
}

/// What the reports decided, `stay` left out.
pub fn decisions(reports: &[TickReport]) -> Vec<Action> {
    let decided = reports.iter().filter_map(|report| report.decided.as_ref());
    decided.map(|decided| decided.decision.action).filter(|action| *action != Action::Stay).collect()
}
