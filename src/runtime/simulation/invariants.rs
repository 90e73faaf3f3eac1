use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use crate::decide::{Action, Input, decide};
use crate::ledger::{Event, State};
use crate::observe::InstanceState;
use crate::plan::{LaunchCause, OPERATION_TAG, Operation, PROTECTED, RETIRING_TAINT, RetireCause, SlotState};
use crate::runtime::simulation::{Broken, Scenario};
use crate::runtime::tick::TickReport;
use crate::sandbox::{Call, DeedKind, FaultKind, Sandbox, World};

/// Whether a tick ran by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lone {
    Alone,
    Beside,
}

/// How many committed ticks a mark may outlive its operation before it counts: repair sees it at the next.
const PATIENCE: u32 = 6;
/// After a lost ledger the world is found out again, and some of what was in flight cannot be known.
const REBUILDING: SignedDuration = SignedDuration::from_mins(15);

/// Watches the twelve invariants over one history.
pub(super) struct Invariants<'a> {
    scenario: &'a Scenario,
    pub broken: Option<Broken>,
    /// How many nodes each launch was to bring.
    wanted: BTreeMap<String, u32>,
    /// Why each instance is being retired.
    causes: BTreeMap<String, RetireCause>,
    /// For how many committed ticks a node has borne a mark whose operation is over.
    stray_marks: BTreeMap<String, u32>,
    rebuilding_until: Option<Timestamp>,
    /// Tick numbers of changes that were decided.
    last_change: u32,
    in_flight: usize,
    tick: u32,
}

impl<'a> Invariants<'a> {
    pub const fn new(scenario: &'a Scenario) -> Self {
        Self {
            scenario,
            broken: None,
            wanted: BTreeMap::new(),
            causes: BTreeMap::new(),
            stray_marks: BTreeMap::new(),
            rebuilding_until: None,
            last_change: 0,
            in_flight: 0,
            tick: 0,
        }
    }

    pub fn ledger_lost(&mut self, at: Timestamp) {
        self.rebuilding_until = at.checked_add(REBUILDING).ok();
    }

    fn breaks(&mut self, invariant: u8, at: Timestamp, what: String) {
        if self.broken.is_none() {
            self.broken = Some(Broken { invariant, at, tick: self.tick, what });
        }
    }

    pub fn after_tick(&mut self, number: u32, sandbox: &Sandbox, reports: &[TickReport], lone: Lone) {
        self.tick = number;
        let cluster = &self.scenario.rules;
        sandbox.ledger().look(&cluster.name, |state| self.learn(state));
        let world = sandbox.world();
        for report in reports {
            self.decision(report, &world, lone);
        }
        self.deeds(&world);
        if let Some(()) = sandbox.ledger().look(&cluster.name, |state| {
            self.size(&world, state);
            let committed = reports.iter().any(TickReport::is_committed);
            self.marks(&world, state, committed);
            self.in_flight = state.progress.operations.len();
        }) {}
        self.people(&world);
        drop(world);
        if let Some(deeds) = &mut sandbox.world().deeds {
            deeds.clear();
        }
    }

    fn learn(&mut self, state: &State) {
        for operation in &state.progress.operations {
            match operation {
                Operation::Launch(launch) => {
                    self.wanted.entry(launch.id.0.clone()).or_insert(launch.wanted);
                }
                Operation::Retire(retire) => {
                    if let Some(id) = &retire.instance_id {
                        self.causes.insert(id.clone(), retire.cause.clone());
                    }
                }
            }
        }
    }

    /// 1, 8 and 10, upon what a tick decided.
    fn decision(&mut self, report: &TickReport, world: &World, lone: Lone) {
        for operation in report.finished.iter().chain(&report.operations) {
            if let Operation::Retire(retire) = operation
                && let Some(id) = &retire.instance_id
            {
                self.causes.insert(id.clone(), retire.cause.clone());
            }
        }
        let Some(decided) = &report.decided else { return };
        let (decision, cluster, now) = (&decided.decision, &self.scenario.rules, report.at);
        if decision.action != Action::Stay {
            self.last_change = self.tick;
        }
        if decision.action != Action::Stay && decision.wanted.is_some_and(|wanted| wanted > cluster.nodes.upper) {
            let over = matches!(decision.action, Action::Add(_));
            if over {
                self.breaks(1, now, format!("{:?} nodes are wanted, more than {}", decision.wanted, cluster.nodes.upper));
            }
        }
        if let Action::Remove(_) = decision.action {
            let above = report.counts.nodes().is_some_and(|nodes| nodes > cluster.nodes.upper);
            if decision.wanted.is_some_and(|wanted| wanted < cluster.nodes.lower) {
                self.breaks(1, now, format!("{:?} nodes are wanted, fewer than {}", decision.wanted, cluster.nodes.lower));
            }
            let blind = [Call::Metrics, Call::Instances, Call::Nodes].into_iter().find(|call| {
                let stale_world = *call != Call::Metrics && self.only_stale(*call);
                world.misled.contains(call) && !stale_world
            });
            if let Some(call) = blind.filter(|_| lone == Lone::Alone && !above) {
                self.breaks(8, now, format!("a removal was decided though {call:?} was not answered"));
            }
        }
        let again = decide(&Input { cluster, observed: &decided.observed, memory: &decided.memory });
        if again != **decision {
            self.breaks(10, now, "the same inputs gave another decision".to_owned());
        }
    }

    /// A list that is a little old is an answer all the same.
    fn only_stale(&self, call: Call) -> bool {
        let strikes = |fault: &&crate::sandbox::Fault| fault.calls.is_empty() || fault.calls.contains(&call);
        let misleading = self.scenario.faults.iter().filter(strikes).filter(|fault| fault.kind.misleads());
        misleading.clone().count() > 0 && misleading.clone().all(|fault| matches!(fault.kind, FaultKind::Stale { .. }))
    }

    /// 2, 3, 4, 5 and 7, upon what was done.
    fn deeds(&mut self, world: &World) {
        let usurped = self.scenario.faults.iter().any(|fault| fault.kind == FaultKind::Usurp);
        for deed in world.deeds.iter().flatten() {
            match &deed.what {
                DeedKind::Launched { token, intended: false, .. } => {
                    self.breaks(2, deed.at, format!("instances were launched under `{token}`, which the ledger did not know"));
                }
                DeedKind::Overtaken { call } if !usurped && self.scenario.clocks_within_bound() => {
                    self.breaks(7, deed.at, format!("{call:?} was called under a fence that was no longer in force"));
                }
                DeedKind::Terminated { instance, pods } => {
                    let may = match self.causes.get(instance) {
                        Some(RetireCause::Rescue { ends_at, .. }) => ends_at.duration_since(deed.at) <= SignedDuration::from_mins(1),
                        Some(RetireCause::Dead | RetireCause::NeverJoined) | None => true,
                        Some(RetireCause::Decision { .. } | RetireCause::Unready | RetireCause::Stray) => false,
                    };
                    if !pods.is_empty() && !may {
                        self.breaks(4, deed.at, format!("{instance} was terminated with {}", pods.join(", ")));
                    }
                    let node = world.nodes.values().find(|node| node.instance_id.as_ref() == Some(instance));
                    if node.is_some_and(|node| node.annotations.contains_key(PROTECTED))
                        && matches!(self.causes.get(instance), Some(RetireCause::Decision { .. }))
                    {
                        self.breaks(12, deed.at, format!("{instance} was terminated though a person had protected it"));
                    }
                }
                DeedKind::Evicted { pod, budgets } => {
                    if let Some((after, least)) = budgets.iter().find(|(after, least)| after < least) {
                        self.breaks(5, deed.at, format!("{pod} was evicted: {after} are left of the {least} that its budget asks for"));
                    }
                }
                DeedKind::NodeDeleted { node, pods } => {
                    let alive = |id: &String| world.machines.get(id).is_some_and(|machine| machine.instance.state.is_alive());
                    // The Node is gone by now: what ran its pods is found by the name that it had.
                    let machine = world.machines.values().find(|machine| machine.instance.private_dns_name.as_ref() == Some(node));
                    if !pods.is_empty() && machine.is_some_and(|machine| alive(&machine.instance.id)) {
                        self.breaks(4, deed.at, format!("{node} was deleted with {}", pods.join(", ")));
                    }
                }
                DeedKind::Launched { .. } | DeedKind::Overtaken { .. } | DeedKind::Marked { .. } | DeedKind::Unmarked { .. } => {}
            }
        }
    }

    /// 1 and 3, upon what lives.
    fn size(&mut self, world: &World, state: &State) {
        let now = world.now;
        let living = || world.machines.values().filter(|machine| machine.instance.state.is_alive());
        let mut brought: BTreeMap<&str, u32> = BTreeMap::new();
        for operation in living().filter_map(|machine| machine.instance.tags.get(OPERATION_TAG)) {
            *brought.entry(operation.as_str()).or_default() += 1;
        }
        let too_many = brought.into_iter().find_map(|(operation, count)| {
            let wanted = *self.wanted.get(operation)?;
            (count > wanted).then(|| format!("{operation} was to bring {wanted} nodes and {count} live"))
        });
        if let Some(what) = too_many {
            self.breaks(3, now, what);
        }
        if self.rebuilding_until.is_some_and(|until| now < until) {
            return;
        }
        let mut leaving: BTreeSet<&str> = state.progress.retires().filter_map(|retire| retire.instance_id.as_deref()).collect();
        let mut replaced = 0;
        for launch in state.progress.launches() {
            let gone = launch.slots.iter().filter(|slot| matches!(slot.state, SlotState::Expired { .. } | SlotState::Lost { .. }));
            leaving.extend(gone.map(|slot| slot.instance_id.as_str()));
            if let LaunchCause::Replacement { of } = &launch.cause {
                leaving.insert(of.as_str());
                replaced += 1;
            }
        }
        let wanted = living().filter(|machine| !leaving.contains(machine.instance.id.as_str())).count();
        let upper = self.scenario.rules.nodes.upper as usize;
        // A replacement stands beside what it replaces, until that is seen to be gone.
        let unready = world.silent.len();
        if wanted > upper + replaced.max(unready) {
            self.breaks(1, now, format!("{wanted} instances live and are wanted, more than {upper}"));
        }
    }

    /// 6: no mark of ours outlives its operation.
    fn marks(&mut self, world: &World, state: &State, committed: bool) {
        let mut strays = BTreeMap::new();
        for node in world.nodes.values() {
            let Some(taint) = node.taint(RETIRING_TAINT) else { continue };
            let known = state.progress.operations.iter().any(|operation| Some(&operation.id().0) == taint.value.as_ref());
            if !known {
                let before = self.stray_marks.get(&node.name).copied().unwrap_or(0);
                strays.insert(node.name.clone(), before + u32::from(committed && world.misled.is_empty()));
            }
        }
        self.stray_marks = strays;
        let overdue = self.stray_marks.iter().find(|(_, ticks)| **ticks > PATIENCE).map(|(name, _)| name.clone());
        if let Some(name) = overdue {
            self.breaks(6, world.now, format!("{name} has borne our taint for {PATIENCE} ticks without an operation"));
        }
    }

    /// 12: what people set stays.
    fn people(&mut self, world: &World) {
        let undone = world.cordoned_by_person.iter().find(|name| world.nodes.get(*name).is_some_and(|node| !node.unschedulable));
        if let Some(name) = undone {
            self.breaks(12, world.now, format!("a person's cordon of {name} was taken off"));
        }
    }

    /// 2, 6, 9 and 11, once all has been well for long.
    pub fn at_end(&mut self, sandbox: &Sandbox, events: &[Event]) {
        let world = sandbox.world();
        let now = world.now;
        if self.in_flight > 0 {
            self.breaks(11, now, format!("{} operations are in flight long after the last fault", self.in_flight));
        }
        if self.last_change + 20 > self.scenario.ticks {
            self.breaks(11, now, format!("a change was decided at tick {} of {}", self.last_change, self.scenario.ticks));
        }
        for machine in world.machines.values().filter(|machine| machine.instance.state == InstanceState::Running) {
            let id = &machine.instance.id;
            let ready = world.node_of(id).and_then(|name| world.nodes.get(&name)).is_some_and(crate::observe::Node::is_ready);
            if !ready {
                self.breaks(2, now, format!("{id} runs and is no worker"));
            }
        }
        for node in world.nodes.values() {
            if node.unschedulable && !world.cordoned_by_person.contains(&node.name) {
                self.breaks(6, now, format!("{} is cordoned and nobody knows why", node.name));
            }
            if node.taint(RETIRING_TAINT).is_some() {
                self.breaks(6, now, format!("{} bears our taint", node.name));
            }
        }
        self.news(&world, events);
    }

    /// 9: what was committed went out, and what went out was committed.
    fn news(&mut self, world: &World, events: &[Event]) {
        let cluster = &self.scenario.rules;
        let topics: BTreeSet<_> = cluster.notify.iter().flat_map(|notice| notice.topics.iter().copied()).collect();
        let id = |event: &Event| format!("{}/{}/{}", cluster.name, event.at, event.n);
        let committed: BTreeSet<String> = events.iter().map(id).collect();
        let told: BTreeSet<&str> = world.announced.iter().map(|(_, news)| news.id.as_str()).collect();
        let untold = events.iter().filter(|event| event.topic.is_some_and(|topic| topics.contains(&topic))).map(id);
        if let Some(id) = untold.into_iter().find(|id| !told.contains(id.as_str())) {
            self.breaks(9, world.now, format!("event {id} was committed and never announced"));
        }
        // What a lost ledger had committed cannot be looked up any more.
        if self.scenario.lost_ledger.is_none()
            && let Some(id) = told.into_iter().find(|id| !committed.contains(*id))
        {
            self.breaks(9, world.now, format!("news {id} went out and was never committed"));
        }
    }
}
