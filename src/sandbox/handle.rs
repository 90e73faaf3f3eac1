use std::future::{Future, pending, poll_fn};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Wake, Waker};

use jiff::{SignedDuration, Timestamp};

use crate::ledger::MemoryLedger;
use crate::observe::{Absence, Answer};
use crate::plan::{Failure, FailureClass, Step};
use crate::sandbox::cloud::failure;
use crate::sandbox::world::World;
use crate::sandbox::{Call, Deed, DeedKind, FaultKind, Happening, Process, Settings};

/// A simulated cloud, cluster, metrics source, ledger and news reader, behind their ports. Clones share one world.
#[derive(Clone, Debug)]
pub struct Sandbox {
    world: Arc<Mutex<World>>,
    pub(super) ledger: MemoryLedger,
    process: Arc<Process>,
}

/// How a call is to answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mood {
    Fresh,
    Stale(SignedDuration),
    NotANumber,
    Empty,
    Partial,
}

/// How a process ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ran<T> {
    Done(T),
    /// It died at one of its calls.
    Crashed,
}

impl Sandbox {
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        Self { world: Arc::new(Mutex::new(World::new(settings))), ledger: MemoryLedger::new(), process: Arc::default() }
    }

    /// The same world, seen by another process, whose clock is off.
    #[must_use]
    pub fn with_clock_ahead(&self, ahead: SignedDuration) -> Self {
        let process = Arc::new(Process::default());
        process.jump(ahead);
        Self { process, ..self.clone() }
    }

    /// What is known of the process that calls through this handle.
    #[must_use]
    pub fn process(&self) -> &Process {
        &self.process
    }

    /// What this process' clock shows.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.world().now.saturating_add(self.process.ahead()).unwrap_or(Timestamp::MAX)
    }

    /// Lets time pass up to an instant of the world's clock.
    pub fn advance(&self, to: Timestamp) {
        self.world().advance(to);
    }

    /// The world itself, to arrange it and to look at it.
    pub fn world(&self) -> MutexGuard<'_, World> {
        // A panic in a test that holds the lock is that test's failure, not the next one's.
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What a series has this fact or metric be now, where one drives it.
    #[must_use]
    pub fn driven(&self, name: &str) -> Option<Answer> {
        let world = self.world();
        let series = world.drive.series.get(name)?;
        let value = series.at(world.now.duration_since(world.settings.start));
        Some(value.map_or(Answer::Missing(Absence::Empty), Answer::Value))
    }

    #[must_use]
    pub const fn ledger(&self) -> &MemoryLedger {
        &self.ledger
    }

    /// Runs a process to its end or its death. Where all its calls wait for answers, time passes to the first of them.
    pub fn run<T>(&self, process: impl Future<Output = T>) -> Ran<T> {
        let mut process = std::pin::pin!(process);
        let waker = Waker::from(Arc::new(Unheard));
        let mut context = Context::from_waker(&waker);
        loop {
            if let Poll::Ready(result) = process.as_mut().poll(&mut context) {
                return Ran::Done(result);
            }
            let mut world = self.world();
            if std::mem::take(&mut world.crashed) {
                world.waiting.clear();
                return Ran::Crashed;
            }
            let Some(next) = world.waiting.iter().map(|(at, _)| *at).min() else {
                // It waits for something that is not of this world: nothing will ever wake it.
                return Ran::Crashed;
            };
            world.advance(next);
        }
    }

    /// One call through a port: counted, and struck by the faults.
    pub(super) async fn call<T: Send>(
        &self,
        call: Call,
        act: impl FnOnce(&mut World, Mood) -> Result<T, Failure> + Send,
    ) -> Result<T, Failure> {
        self.reach(call, || None, act).await
    }

    /// The call that carries out a step.
    pub(super) async fn effect<T: Send>(
        &self,
        call: Call,
        step: impl FnOnce() -> (Step, bool) + Send,
        act: impl FnOnce(&mut World) -> Result<T, Failure> + Send,
    ) -> Result<T, Failure> {
        self.reach(call, || Some(step()), |world, _| act(world)).await
    }

    async fn reach<T: Send>(
        &self,
        call: Call,
        step: impl FnOnce() -> Option<(Step, bool)> + Send,
        act: impl FnOnce(&mut World, Mood) -> Result<T, Failure> + Send,
    ) -> Result<T, Failure> {
        let act = |world: &mut World, mood| {
            self.witness(world, call);
            act(world, mood)
        };
        let Some(struck) = self.strike(call) else { return act(&mut self.world(), Mood::Fresh) };
        match struck {
            FaultKind::Fail(class) => Err(failure(class, "injected", "the sandbox lets this call fail")),
            FaultKind::TimeOut { effect } => {
                if effect {
                    drop(act(&mut self.world(), Mood::Fresh));
                }
                Err(no_answer())
            }
            FaultKind::Late { by } => {
                if let Some((step, intended)) = step() {
                    let mut world = self.world();
                    self.witness(&mut world, call);
                    let called_at = world.now;
                    world.schedule(by, Happening::Late { step: Box::new(step), called_at, intended });
                }
                Err(no_answer())
            }
            FaultKind::Partial if call == Call::Metrics => act(&mut self.world(), Mood::Partial),
            FaultKind::Partial => Err(failure(FailureClass::Unknown, "partial", "a page of the answer was lost")),
            FaultKind::Delay { by, effect_first: true } => {
                let answer = act(&mut self.world(), Mood::Fresh);
                self.wait(by).await;
                answer
            }
            FaultKind::Delay { by, effect_first: false } => {
                self.wait(by).await;
                act(&mut self.world(), Mood::Fresh)
            }
            FaultKind::Stale { by } => act(&mut self.world(), Mood::Stale(by)),
            FaultKind::NotANumber => act(&mut self.world(), Mood::NotANumber),
            FaultKind::Empty => act(&mut self.world(), Mood::Empty),
            FaultKind::Crash { effect } => {
                if effect {
                    drop(act(&mut self.world(), Mood::Fresh));
                }
                self.world().crashed = true;
                pending().await
            }
            FaultKind::Usurp => {
                let cluster = self.world().settings.cluster.clone();
                self.ledger.usurp(&cluster);
                act(&mut self.world(), Mood::Fresh)
            }
            FaultKind::LoseLedger => {
                self.lose_ledger();
                act(&mut self.world(), Mood::Fresh)
            }
            FaultKind::Jump { by } => {
                self.process.jump(by);
                act(&mut self.world(), Mood::Fresh)
            }
        }
    }

    /// The table is deleted: lease, state, events and all.
    pub fn lose_ledger(&self) {
        let mut world = self.world();
        world.ledger_lost_at = Some(world.now);
        self.ledger.lose(&world.settings.cluster);
    }

    fn strike(&self, call: Call) -> Option<FaultKind> {
        let mut world = self.world();
        let World { faults, fault_random, calls, settings, now, strikes, effects, .. } = &mut *world;
        *calls += 1;
        if let Some(effects) = effects.as_mut().filter(|_| call.is_effect()) {
            effects.push(*calls);
        }
        // A call that is made again and answered makes up for one that was not.
        self.process.see(call);
        if faults.list.is_empty() && faults.crashes.is_empty() {
            return None;
        }
        let struck = faults.strike(call, *calls, settings.start, *now, fault_random);
        if let Some(kind) = &struck {
            strikes.count(kind.name());
            if kind.blinds(call) {
                self.process.blind(call);
            } else if matches!(kind, FaultKind::Stale { .. }) {
                self.process.mislead(call);
            }
        }
        struck
    }

    /// Notes a change of the world by a process that has been overtaken.
    fn witness(&self, world: &mut World, call: Call) {
        let touches_world =
            matches!(call, Call::RunInstances | Call::Terminate | Call::Mark | Call::Unmark | Call::Evict | Call::DeleteNode);
        if touches_world && world.deeds.is_some() {
            let in_force = self.ledger.fence(&world.settings.cluster);
            if in_force != Some(self.process.fence()) {
                let (at, told) = (world.now, self.process.was_fenced());
                world.note(|| Deed { at, what: DeedKind::Overtaken { call, told } });
            }
        }
    }

    /// Waits for as long by the world's clock.
    pub async fn pause(&self, by: SignedDuration) {
        self.wait(by).await;
    }

    async fn wait(&self, by: SignedDuration) {
        let until = self.world().now.saturating_add(by).unwrap_or(Timestamp::MAX);
        self.world_until(until).await;
    }

    /// Ends when this process' clock shows that instant.
    pub async fn until(&self, at: Timestamp) {
        self.world_until(at.saturating_sub(self.process.ahead()).unwrap_or(Timestamp::MIN)).await;
    }

    async fn world_until(&self, until: Timestamp) {
        poll_fn(|context| {
            let mut world = self.world();
            if world.now >= until {
                return Poll::Ready(());
            }
            world.waiting.push((until, context.waker().clone()));
            Poll::Pending
        })
        .await;
    }
}

fn no_answer() -> Failure {
    failure(FailureClass::Unknown, "timeout", "no answer")
}

/// The runner polls the whole process again after each passing of time: it needs no waking.
struct Unheard;

impl Wake for Unheard {
    fn wake(self: Arc<Self>) {}
}
