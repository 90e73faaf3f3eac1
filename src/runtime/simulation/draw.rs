use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use crate::observe::{Market, Requests};
use crate::plan::FailureClass;
use crate::rules::{Cluster, LoadStretch, Number, Shape};
use crate::runtime::simulation::{ClockJump, Scenario};
use crate::sandbox::{Call, Delay, Fault, FaultKind, MachineType, Outside, Pace, Random, Settings, Workload};

/// The named scenarios; `mixed` draws from all of them.
pub const NAMES: [&str; 19] = [
    "mixed",
    "crash-after-launch",
    "two-holders",
    "lease-lost-mid-drain",
    "unsatisfiable-budget",
    "metrics-broken",
    "never-joins",
    "killed-outside",
    "silent-kubelets",
    "spot-notice",
    "short-capacity",
    "clocks-off",
    "throttled",
    "ledger-lost",
    "errors",
    "late-effects",
    "stale-reads",
    "nodes-vanish",
    "people",
];

/// Nothing begins to go wrong before the cluster has been seen for a while, nor so late that it could not recover.
const TICKS: u32 = 200;
const CALM: u32 = 110;

impl Scenario {
    /// The scenario of that name for a seed; `None`: there is none of that name.
    #[must_use]
    pub fn draw(name: &str, rules: &Arc<Cluster>, seed: u64) -> Option<Self> {
        let place = NAMES.into_iter().position(|known| known == name)?;
        let name = NAMES.get(place).copied()?;
        let mut random = Random::new(seed.wrapping_mul(0x2545_F491_4F6C_DD1D).wrapping_add(place as u64));
        let random = &mut random;
        let every = SignedDuration::from_secs(random.one_of([30, 60, 60, 60]).unwrap_or(60));
        let mut scenario = Self {
            name,
            seed,
            rules: Arc::clone(rules),
            settings: settings(rules, random, seed),
            workers: u32::try_from(random.between(i64::from(rules.nodes.lower), 6)).unwrap_or(2),
            load: load(random, every),
            faults: Vec::new(),
            crashes: Vec::new(),
            outside: Vec::new(),
            lost_ledger: None,
            clocks: vec![SignedDuration::ZERO],
            clock_jump: None,
            together: 0,
            every,
            ticks: TICKS,
            calm: CALM,
            sabotage: None,
        };
        if name == "mixed" {
            for _ in 0..random.between(1, 4) {
                let trouble = random.one_of(NAMES.iter().skip(1)).copied().unwrap_or(name);
                scenario.trouble(trouble, random);
            }
        } else {
            scenario.trouble(name, random);
        }
        scenario.common(random);
        Some(scenario)
    }

    fn trouble(&mut self, name: &str, random: &mut Random) {
        match name {
            "crash-after-launch" => {
                let kind = FaultKind::Crash { effect: random.chance(700) };
                let calls = random.one_of([vec![Call::RunInstances], vec![Call::Commit], Vec::new()]).unwrap_or_default();
                self.fault(random, calls, 60, kind);
            }
            "two-holders" => {
                self.together = 400;
                self.fault(random, Vec::new(), 150, FaultKind::Delay { by: SignedDuration::from_secs(7), effect_first: false });
                self.fault(random, Vec::new(), 80, FaultKind::Delay { by: SignedDuration::from_secs(15), effect_first: true });
            }
            "lease-lost-mid-drain" => self.fault(random, vec![Call::Evict, Call::Intend, Call::Commit], 200, FaultKind::Usurp),
            "unsatisfiable-budget" => {
                if let Some(workload) = self.settings.workloads.first_mut() {
                    workload.budgets = if random.chance(500) { vec![workload.replicas] } else { vec![1, 1] };
                }
            }
            "metrics-broken" => self.break_metrics(random),
            "never-joins" => self.between(random, Outside::BreakJoins, Outside::MendJoins),
            "killed-outside" => self.some_outside(random, Outside::Kill),
            "silent-kubelets" => {
                let count = place(random, 6) + 1;
                self.between(random, Outside::Silence(count), Outside::Speak);
            }
            "spot-notice" => self.notices(random),
            "short-capacity" => self.shortage(random),
            "clocks-off" => self.clocks(random),
            "throttled" => {
                let kind = FaultKind::Fail(FailureClass::Throttle);
                let calls = random.one_of([vec![Call::RunInstances, Call::Terminate, Call::Instances], Vec::new()]).unwrap_or_default();
                self.fault(random, calls, 500, kind);
            }
            "ledger-lost" if random.chance(500) => self.lost_ledger = Some(self.moment(random)),
            "ledger-lost" => {
                self.fault(random, vec![Call::Intend, Call::Commit, Call::RunInstances, Call::Evict], 40, FaultKind::LoseLedger)
            }
            "errors" => self.errors(random),
            "late-effects" => {
                let effects = vec![Call::RunInstances, Call::Terminate, Call::Evict, Call::DeleteNode];
                let by = SignedDuration::from_secs(random.between(5, 180));
                self.fault(random, effects, 400, FaultKind::Late { by });
            }
            "stale-reads" => {
                let by = SignedDuration::from_secs(random.between(20, 180));
                self.fault(random, vec![Call::Instances, Call::Nodes, Call::PendingPods], 500, FaultKind::Stale { by });
            }
            "nodes-vanish" => {
                for _ in 0..random.between(1, 3) {
                    let back = random.chance(600).then(|| SignedDuration::from_secs(random.between(5, 400)));
                    let vanish = Outside::Vanish { place: place(random, 8), back };
                    self.outside(random, vanish);
                }
            }
            "people" => {
                self.some_outside(random, Outside::Cordon);
                self.some_outside(random, Outside::Protect);
                self.some_outside(random, Outside::ProtectInstance);
                if random.chance(300) {
                    self.outside(random, Outside::Uncordon);
                }
            }
            _ => {}
        }
    }

    fn break_metrics(&mut self, random: &mut Random) {
        let kinds = [
            FaultKind::Fail(FailureClass::Unknown),
            FaultKind::NotANumber,
            FaultKind::Empty,
            FaultKind::Partial,
            FaultKind::Stale { by: SignedDuration::from_mins(5) },
            FaultKind::TimeOut { effect: false },
        ];
        if let Some(kind) = random.one_of(kinds) {
            self.fault(random, vec![Call::Metrics], 700, kind);
        }
    }

    fn notices(&mut self, random: &mut Random) {
        self.some_outside(random, Outside::Reclaim);
        if random.chance(300) {
            self.some_outside(random, Outside::Recommend);
        }
        if random.chance(300) {
            self.some_outside(random, Outside::Maintain);
        }
        for _ in 0..random.below(3) {
            self.outside(random, Outside::Repeat);
        }
    }

    fn shortage(&mut self, random: &mut Random) {
        let left = Some(u32::try_from(random.below(2)).unwrap_or(0));
        self.between(random, Outside::Stock { market: Market::Spot, left }, Outside::Stock { market: Market::Spot, left: None });
        if random.chance(300) {
            let market = Market::OnDemand;
            self.between(random, Outside::Stock { market, left }, Outside::Stock { market, left: None });
        }
    }

    /// Within the bound that leases reckon with, or five minutes and more apart; constantly, for a while, or within a tick.
    fn clocks(&mut self, random: &mut Random) {
        self.together = 300;
        // Slow enough that a holder is at work when its lease runs out.
        let (per_mille, by) = random.one_of([(250, 9), (600, 7)]).unwrap_or((250, 9));
        self.fault(random, Vec::new(), per_mille, FaultKind::Delay { by: SignedDuration::from_secs(by), effect_first: false });
        match random.below(10) {
            0..=5 => self.clocks = vec![SignedDuration::from_secs(-random.between(3, 5)), SignedDuration::from_secs(random.between(3, 5))],
            6 | 7 => self.clocks.push(SignedDuration::from_secs(random.between(-300, 300))),
            8 => {
                let from = self.moment(random);
                let until = (from + SignedDuration::from_mins(random.between(2, 20))).min(self.calm_from());
                self.clock_jump = Some(ClockJump { from, until, by: SignedDuration::from_secs(random.between(-900, 900)) });
            }
            _ => {
                let by = SignedDuration::from_secs(random.between(-300, 300));
                self.fault(random, Vec::new(), 15, FaultKind::Jump { by });
            }
        }
    }

    /// Errors of every class, each where such an API gives it.
    fn errors(&mut self, random: &mut Random) {
        use FailureClass::{Budget, Configuration, Conflict, Market, NotFound, Offering, Refused, Subnet, Throttle, Unknown};
        let cases: [(&[Call], &[FailureClass]); 6] = [
            (&[Call::RunInstances], &[Offering, Market, Subnet, Configuration, Conflict, Unknown, Throttle]),
            (&[Call::Template], &[Configuration, NotFound, Unknown]),
            (&[Call::Terminate], &[NotFound, Refused, Unknown, Throttle]),
            (&[Call::Mark, Call::Unmark], &[Conflict, Unknown, Throttle]),
            (&[Call::Evict], &[Budget, Refused, Conflict, Throttle, Unknown]),
            (&[Call::DeleteNode], &[Conflict, Unknown, Throttle]),
        ];
        for _ in 0..random.between(1, 3) {
            let Some((calls, classes)) = random.one_of(cases) else { continue };
            let Some(class) = random.one_of(classes) else { continue };
            let per_mille = u32::try_from(random.between(200, 900)).unwrap_or(500);
            let (from, until) = (SignedDuration::from_secs(random.between(60, 1800)), self.calm_from());
            self.faults.push(Fault { calls: calls.to_vec(), from, until, per_mille, kind: FaultKind::Fail(*class) });
        }
    }

    /// What goes wrong anywhere, now and then.
    fn common(&mut self, random: &mut Random) {
        for _ in 0..random.below(3) {
            let call = random.one_of(Call::ALL).unwrap_or(Call::Commit);
            let kinds = [
                FaultKind::Fail(FailureClass::Unknown),
                FaultKind::TimeOut { effect: true },
                FaultKind::TimeOut { effect: false },
                FaultKind::Late { by: SignedDuration::from_secs(20) },
                FaultKind::Stale { by: SignedDuration::from_secs(45) },
                FaultKind::Partial,
                FaultKind::Crash { effect: true },
                FaultKind::Crash { effect: false },
                FaultKind::Delay { by: SignedDuration::from_secs(5), effect_first: random.chance(500) },
            ];
            if let Some(kind) = random.one_of(kinds) {
                self.fault(random, vec![call], 250, kind);
            }
        }
        if random.chance(200) {
            let (cordon, protect) = (Outside::Cordon(place(random, 6)), Outside::Protect(place(random, 6)));
            self.outside(random, cordon);
            self.outside(random, protect);
        }
    }

    fn moment(&self, random: &mut Random) -> SignedDuration {
        SignedDuration::from_secs(random.between(600, self.calm_from().as_secs() - 600))
    }

    fn fault(&mut self, random: &mut Random, calls: Vec<Call>, per_mille: u32, kind: FaultKind) {
        let from = self.moment(random);
        let span = SignedDuration::from_mins(random.between(2, 40));
        let until = (from + span).min(self.calm_from());
        self.faults.push(Fault { calls, from, until, per_mille, kind });
    }

    fn outside(&mut self, random: &mut Random, what: Outside) {
        self.outside.push((self.moment(random), what));
    }

    /// One to three times, at one place or another.
    fn some_outside(&mut self, random: &mut Random, what: impl Fn(usize) -> Outside) {
        for _ in 0..random.between(1, 3) {
            let place = place(random, 8);
            self.outside(random, what(place));
        }
    }

    /// Something begins and ends again.
    fn between(&mut self, random: &mut Random, begin: Outside, end: Outside) {
        let from = self.moment(random);
        let until = (from + SignedDuration::from_mins(random.between(5, 30))).min(self.calm_from());
        self.outside.push((from, begin));
        self.outside.push((until, end));
    }
}

fn place(random: &mut Random, below: u64) -> usize {
    usize::try_from(random.below(below)).unwrap_or(0)
}

/// Where every history begins: a working day, in no window of the rules.
fn start() -> Timestamp {
    Timestamp::from_second(1_796_040_000).unwrap_or(Timestamp::UNIX_EPOCH)
}

fn load(random: &mut Random, every: SignedDuration) -> Vec<LoadStretch> {
    let mut draw = |most: i64| Number::fraction(i128::from(random.between(5, most)), 10).unwrap_or(Number::ZERO);
    let levels = [draw(30), draw(70), draw(60), draw(30)];
    let length = every * 22;
    levels.into_iter().map(|level| LoadStretch { shape: Shape::Flat(level), length }).collect()
}

fn settings(rules: &Cluster, random: &mut Random, seed: u64) -> Settings {
    let price = |cents: i128| Number::fraction(cents, 10_000).unwrap_or(Number::ZERO);
    let kind = MachineType { cpu_millis: 1930, memory: 1_800 << 20, on_demand: price(208), spot: price(75) };
    let mut names = rules.capacity.instances.clone();
    if names.is_empty() {
        names.push("t3.small".to_owned());
    }
    let replicas = u32::try_from(random.between(2, 9)).unwrap_or(2);
    let web = Workload {
        namespace: "shop".to_owned(),
        name: "web".to_owned(),
        replicas,
        requests: Requests { cpu_millis: 300, memory: 200 << 20 },
        budgets: random.one_of([Vec::new(), vec![1], vec![replicas - 1]]).unwrap_or_default(),
        stateful: false,
    };
    let data = Workload { name: "data".to_owned(), replicas: 3, budgets: vec![1], stateful: true, ..web.clone() };
    let workloads = if random.chance(400) { vec![web, data] } else { vec![web] };
    let pace =
        Pace { visible: Delay::seconds(0, random.between(0, 20)), ready: Delay::seconds(60, random.between(61, 200)), ..Pace::real() };
    Settings {
        cluster: rules.name.clone(),
        start: start(),
        seed,
        zones: ["a", "b", "c"].map(str::to_owned).to_vec(),
        template_type: names.first().cloned().unwrap_or_default(),
        types: names.into_iter().map(|name| (name, kind.clone())).collect(),
        pace,
        stock: [].into(),
        workloads,
        daemons: random.chance(300),
    }
}
