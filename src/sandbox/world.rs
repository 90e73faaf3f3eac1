use std::collections::{BTreeMap, BTreeSet};
use std::task::Waker;

use jiff::{SignedDuration, Timestamp};

use crate::announce::Announcement;
use crate::observe::{Instance, Node, Notice, Pod};
use crate::plan::{RunInstances, Step};
use crate::rules::Channel;
use crate::sandbox::remembered::Remembered;
use crate::sandbox::{Deed, Drive, Faults, Happening, Random, Sabotage, Settings, Strikes};

/// The whole simulated world. Everything is in order, so that one seed gives one history.
#[derive(Debug)]
pub struct World {
    pub settings: Settings,
    pub now: Timestamp,
    /// Draws what the world does.
    pub random: Random,
    /// Draws what goes wrong, apart, so that a fault that is taken away leaves the world as it was.
    pub fault_random: Random,
    pub faults: Faults,
    /// Calls made so far, over all ports.
    pub calls: u64,
    /// The process that runs has died and is to be dropped.
    pub crashed: bool,
    pub machines: BTreeMap<String, Machine>,
    pub tokens: BTreeMap<String, Launched>,
    /// Names of instances that are terminated, with their zones: a subnet gives an address again, and a name with it.
    pub free_names: Vec<(String, String)>,
    pub template_version: u64,
    pub joins_broken: bool,
    /// By name.
    pub nodes: BTreeMap<String, Node>,
    /// Nodes whose kubelet says nothing.
    pub silent: BTreeSet<String>,
    /// Nodes that a person has cordoned.
    pub cordoned_by_person: BTreeSet<String>,
    /// By UID.
    pub pods: BTreeMap<String, Pod>,
    /// Pods or nodes have changed since the controllers and the scheduler looked.
    pub unscheduled: bool,
    pub drive: Drive,
    pub announced: Vec<(Channel, Announcement)>,
    /// What was done to the world by calls, where that is recorded.
    pub deeds: Option<Vec<Deed>>,
    pub remembered: Remembered,
    /// What comes about now was asked for by a call whose answer was given up.
    pub is_late: bool,
    /// The calls that change something, by their numbers, where that is recorded.
    pub effects: Option<Vec<u64>>,
    /// Tokens that were launched with, for sabotage.
    pub asked_tokens: BTreeSet<String>,
    /// What AWS has told and nobody has taken yet.
    pub notices: Vec<Notice>,
    /// All that AWS has ever told.
    pub noticed: Vec<Notice>,
    /// How often each kind of trouble has struck.
    pub strikes: Strikes,
    /// When others last took a worker away.
    pub lost_outside_at: Option<Timestamp>,
    pub ledger_lost_at: Option<Timestamp>,
    /// Nodes that a person has protected with our annotation, and since when.
    pub protected_by_person: BTreeMap<String, Timestamp>,
    pub sabotage: Option<Sabotage>,
    /// Answers that are on their way.
    pub waiting: Vec<(Timestamp, Waker)>,
    queue: BTreeMap<(Timestamp, u64), Happening>,
    serial: u64,
}

/// One simulated instance.
#[derive(Clone, Debug)]
pub struct Machine {
    pub instance: Instance,
    /// DescribeInstances shows it from then on.
    pub visible_at: Timestamp,
    pub protected: bool,
}

/// What a token brought.
#[derive(Clone, Debug)]
pub struct Launched {
    pub step: RunInstances,
    pub instances: Vec<String>,
}

impl World {
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        Self {
            now: settings.start,
            random: Random::new(settings.seed),
            fault_random: Random::new(settings.seed ^ 0x5EED_FA17),
            faults: Faults::default(),
            calls: 0,
            crashed: false,
            machines: BTreeMap::new(),
            tokens: BTreeMap::new(),
            free_names: Vec::new(),
            template_version: 1,
            joins_broken: false,
            nodes: BTreeMap::new(),
            silent: BTreeSet::new(),
            cordoned_by_person: BTreeSet::new(),
            pods: BTreeMap::new(),
            unscheduled: true,
            drive: Drive::default(),
            announced: Vec::new(),
            deeds: None,
            remembered: Remembered::default(),
            is_late: false,
            effects: None,
            asked_tokens: BTreeSet::new(),
            notices: Vec::new(),
            noticed: Vec::new(),
            strikes: Strikes::default(),
            lost_outside_at: None,
            ledger_lost_at: None,
            protected_by_person: BTreeMap::new(),
            sabotage: None,
            waiting: Vec::new(),
            queue: BTreeMap::new(),
            serial: 0,
            settings,
        }
    }

    /// A number that nothing else in this world has.
    pub const fn serial(&mut self) -> u64 {
        self.serial += 1;
        self.serial
    }

    /// Has something come about after a while.
    pub fn schedule(&mut self, after: SignedDuration, happening: Happening) {
        let at = self.now.saturating_add(after).unwrap_or(Timestamp::MAX);
        self.schedule_at(at, happening);
    }

    pub fn schedule_at(&mut self, at: Timestamp, happening: Happening) {
        let serial = self.serial();
        self.queue.insert((at, serial), happening);
    }

    /// Lets time pass up to an instant, with all that comes about by then, in order. Time never goes back.
    pub fn advance(&mut self, to: Timestamp) {
        while let Some(entry) = self.queue.first_entry().filter(|entry| entry.key().0 <= to) {
            let ((at, _), happening) = entry.remove_entry();
            self.reconcile();
            self.now = self.now.max(at);
            self.happen(happening);
        }
        self.reconcile();
        self.now = self.now.max(to);
        let now = self.now;
        self.waiting.retain(|(at, waker)| {
            let due = *at <= now;
            if due {
                waker.wake_by_ref();
            }
            !due
        });
    }

    /// What is due by now comes about now.
    pub fn settle(&mut self) {
        self.advance(self.now);
    }

    fn happen(&mut self, happening: Happening) {
        match happening {
            Happening::Boot { instance } => self.boot(&instance),
            Happening::Join { instance } => self.join(&instance),
            Happening::Ready { instance } => self.make_ready(&instance),
            Happening::Terminated { instance } => self.terminated(&instance),
            Happening::Forgotten { instance } => drop(self.machines.remove(&instance)),
            Happening::Silent { node } => self.fall_silent(&node),
            Happening::PodGone { uid } => self.end_pod(&uid),
            Happening::PodRuns { uid } => self.run_pod(&uid),
            Happening::Reclaimed { instance } => {
                self.lost_outside();
                self.shut_down(&instance);
            }
            Happening::Late { step, called_at, intended } => self.carry_out(&step, called_at, intended),
            Happening::Registers { instance } => {
                self.join(&instance);
                self.make_ready(&instance);
            }
            Happening::Abandoned { node } => self.abandon(&node),
            Happening::Outside(outside) => self.befall(&outside),
        }
    }

    /// Others have taken a worker away.
    pub const fn lost_outside(&mut self) {
        self.lost_outside_at = Some(self.now);
    }

    /// The effect of a call whose answer nobody awaits any more.
    fn carry_out(&mut self, step: &Step, called_at: Timestamp, intended: bool) {
        self.is_late = true;
        // Whoever asked for it has long been told that there was no answer.
        let _ = match step {
            Step::RunInstances(step) => {
                if !self.tokens.contains_key(&step.token) {
                    self.strikes.count("launch after its call was given up");
                }
                self.run_instances(step, called_at, intended).map(drop)
            }
            Step::Terminate(step) => self.terminate(step, called_at, None),
            Step::Evict(step) => self.evict(step),
            Step::DeleteNode(step) => self.delete_node(step),
            // Written only where the Node is still as it was read: as much as a conflict.
            Step::MarkNode(_) | Step::UnmarkNode(_) | Step::FindByToken(_) => Ok(()),
        };
        self.is_late = false;
    }

    pub fn note(&mut self, deed: impl FnOnce() -> Deed) {
        if let Some(deeds) = &mut self.deeds {
            deeds.push(deed());
        }
    }

    /// Workers whose Node is Ready.
    #[must_use]
    pub fn ready_nodes(&self) -> u32 {
        u32::try_from(self.nodes.values().filter(|node| node.is_ready()).count()).unwrap_or(u32::MAX)
    }
}
