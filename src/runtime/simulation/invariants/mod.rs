//! The twelve invariants of ARCHITECTURE.md, watched over one history: after each tick, and at each side effect by what the
//! sandbox noted of it.

mod deeds;
mod end;
mod size;
mod strays;
mod views;

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use crate::ledger::State;
use crate::plan::{Operation, RetireCause, RetireState};
use crate::runtime::simulation::{Broken, Scenario};
use crate::runtime::tick::TickReport;
use crate::sandbox::{FaultKind, Process, Sandbox, World};

/// One process' part in a tick.
pub(super) struct Part<'a> {
    pub process: &'a Process,
    /// `None`: it died.
    pub report: Option<&'a TickReport>,
}

/// Why an instance is retired.
struct Reason {
    cause: RetireCause,
    decided_at: Timestamp,
    /// When its termination was first asked for.
    asked_at: Option<Timestamp>,
}

/// Watches the twelve invariants over one history.
pub(super) struct Invariants<'a> {
    scenario: &'a Scenario,
    pub broken: Option<Broken>,
    /// How many nodes each launch was to bring.
    wanted: BTreeMap<String, u32>,
    /// Why each instance is being retired.
    reasons: BTreeMap<String, Reason>,
    /// Retirements that were rolled back, and for how long ticks had seen well by then.
    rolled_back: BTreeMap<String, SignedDuration>,
    /// For how long ticks have seen well and committed: only then can they set a thing right.
    sighted: SignedDuration,
    /// When the last tick had ended.
    ended: Timestamp,
    /// For how many ticks, all of them committed and seeing well, each thing has stood that must not last.
    overdue: BTreeMap<String, u32>,
    /// The number of the last tick that decided a change.
    last_change: u32,
    in_flight: usize,
    tick: u32,
    /// When the tick began.
    began: Timestamp,
    /// In this history a process may act without knowing that it was overtaken, as no ledger could prevent: the lease was
    /// taken from it before its time, or clocks are farther apart than leases reckon with. EC2 and Kubernetes check no
    /// fence; intents and tokens carry the safety there.
    overtakes: bool,
}

impl<'a> Invariants<'a> {
    pub fn new(scenario: &'a Scenario) -> Self {
        let usurped = scenario.faults.iter().any(|fault| fault.kind == FaultKind::Usurp);
        Self {
            scenario,
            broken: None,
            wanted: BTreeMap::new(),
            reasons: BTreeMap::new(),
            rolled_back: BTreeMap::new(),
            sighted: SignedDuration::ZERO,
            ended: scenario.settings.start,
            overdue: BTreeMap::new(),
            last_change: 0,
            in_flight: 0,
            tick: 0,
            began: scenario.settings.start,
            overtakes: usurped || !scenario.clocks_within_bound(),
        }
    }

    fn breaks(&mut self, invariant: u8, at: Timestamp, what: String) {
        if self.broken.is_none() {
            self.broken = Some(Broken { invariant, at, tick: self.tick, what });
        }
    }

    pub fn before_tick(&mut self, number: u32, now: Timestamp) {
        (self.tick, self.began) = (number, now);
    }

    pub fn after_tick(&mut self, sandbox: &Sandbox, parts: &[Part<'_>]) {
        let mut world = sandbox.world();
        for part in parts {
            self.view(part, &world);
        }
        sandbox.ledger().look(&self.scenario.rules.name, |state| {
            let new: Vec<&Operation> = state.progress.operations.iter().filter(|operation| self.is_new(operation)).collect();
            self.begun(&new, state, &world, parts);
            // What a process that died had intended stands in the ledger, and what a tick saw to its end only in its report.
            state.progress.operations.iter().for_each(|operation| self.learn(operation));
        });
        for report in parts.iter().filter_map(|part| part.report) {
            report.operations.iter().chain(&report.finished).for_each(|operation| self.learn(operation));
        }
        let deeds = world.deeds.take().unwrap_or_default();
        sandbox.ledger().look(&self.scenario.rules.name, |state| self.deeds(&deeds, state, &world));
        if !self.lost_in_this_tick(&world) && sandbox.ledger().look(&self.scenario.rules.name, |_| ()).is_none() {
            self.deeds(&deeds, &State::new(), &world);
        }
        world.deeds = Some(Vec::new());
        let good = parts.iter().any(|part| part.process.sees_well() && part.report.is_some_and(TickReport::is_committed));
        if good {
            self.sighted = self.sighted.saturating_add(world.now.duration_since(self.ended));
        }
        self.ended = world.now;
        sandbox.ledger().look(&self.scenario.rules.name, |state| {
            self.size(&world, state);
            self.strays(&world, state, good);
            self.in_flight = state.progress.operations.len();
        });
        self.people(&world);
    }

    fn is_new(&self, operation: &Operation) -> bool {
        match operation {
            Operation::Launch(launch) => !self.wanted.contains_key(&launch.id.0),
            Operation::Retire(_) => false,
        }
    }

    fn learn(&mut self, operation: &Operation) {
        match operation {
            Operation::Launch(launch) => {
                if !self.wanted.contains_key(&launch.id.0) {
                    self.wanted.insert(launch.id.0.clone(), launch.wanted);
                }
            }
            Operation::Retire(retire) => {
                if matches!(retire.state, RetireState::RollingBack { .. } | RetireState::RolledBack { .. }) {
                    self.rolled_back.entry(retire.id.0.clone()).or_insert(self.sighted);
                }
                let Some(id) = &retire.instance_id else { return };
                // By the world's clock: that of a process may be off.
                let asked_at = matches!(retire.state, RetireState::Terminating { .. }).then_some(self.began);
                match self.reasons.get_mut(id) {
                    Some(reason) if reason.cause == retire.cause && reason.decided_at == retire.decided_at => {
                        reason.asked_at = reason.asked_at.or(asked_at);
                    }
                    // Its end came before: this one only deletes its Node.
                    Some(_) if retire.cause == RetireCause::Dead => {}
                    _ => {
                        let reason = Reason { cause: retire.cause.clone(), decided_at: retire.decided_at, asked_at };
                        self.reasons.insert(id.clone(), reason);
                    }
                }
            }
        }
    }

    /// How old a list may be in this history.
    fn stalest(&self) -> SignedDuration {
        let stale = self.scenario.faults.iter().filter_map(|fault| match fault.kind {
            FaultKind::Stale { by } => Some(by),
            _ => None,
        });
        stale.max().unwrap_or(SignedDuration::ZERO)
    }

    /// The table was deleted while this tick ran: what it had intended can no longer be looked up.
    fn lost_in_this_tick(&self, world: &World) -> bool {
        world.ledger_lost_at.is_some_and(|at| at >= self.began)
    }

    /// After a lost ledger the world is found out again: what was in flight cannot be known before it is seen.
    fn is_rebuilding(&self, world: &World) -> bool {
        const REBUILDING: SignedDuration = SignedDuration::from_mins(15);
        world.ledger_lost_at.is_some_and(|at| world.now.duration_since(at) < REBUILDING)
    }

    /// Others took a worker away not long before that instant or after it: lists may have been old by then, and a kubelet's
    /// silence shows after forty seconds.
    fn lost_outside(&self, world: &World, since: Timestamp) -> bool {
        const SHOWS_WITHIN: SignedDuration = SignedDuration::from_mins(4);
        world.lost_outside_at.is_some_and(|at| at.saturating_add(SHOWS_WITHIN).unwrap_or(Timestamp::MAX) >= since)
    }
}
