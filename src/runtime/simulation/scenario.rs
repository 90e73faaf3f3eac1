use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use crate::observe::{Market, Requests};
use crate::plan::FailureClass;
use crate::rules::{Cluster, LoadStretch, Number, Shape};
use crate::sandbox::{Call, Delay, Fault, FaultKind, MachineType, Outside, Pace, Random, Sabotage, Settings, Workload};

/// Everything that one history is made from, as data: the same scenario gives the same history.
#[derive(Clone, Debug)]
pub struct Scenario {
    pub name: &'static str,
    pub seed: u64,
    pub rules: Arc<Cluster>,
    pub settings: Settings,
    pub workers: u32,
    /// Work in nodes; the last stretch is flat and lasts.
    pub load: Vec<LoadStretch>,
    pub faults: Vec<Fault>,
    /// The process dies at this call.
    pub crash_at: Option<crate::sandbox::CrashAt>,
    /// What others do, and when, since the start.
    pub outside: Vec<(SignedDuration, Outside)>,
    /// The ledger is lost then.
    pub lost_ledger: Option<SignedDuration>,
    /// The clocks of the processes that take turns.
    pub clocks: Vec<SignedDuration>,
    /// Of a thousand ticks, how many begin beside another one.
    pub together: u32,
    pub every: SignedDuration,
    pub ticks: u32,
    /// From this tick on nothing goes wrong and nothing changes any more.
    pub calm: u32,
    pub sabotage: Option<Sabotage>,
}

/// The named scenarios; `mixed` draws from all of them.
pub const NAMES: [&str; 14] = [
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
];

/// Nothing begins to go wrong before the cluster has been seen for a while, nor so late that it could not recover.
const TICKS: u32 = 200;
const CALM: u32 = 110;

impl Scenario {
    /// The scenario of that name for a seed; `None`: there is none of that name.
    #[must_use]
    pub fn draw(name: &str, rules: &Arc<Cluster>, seed: u64) -> Option<Self> {
        let name = NAMES.into_iter().find(|known| *known == name)?;
        let mut random = Random::new(seed.wrapping_mul(0x2545_F491_4F6C_DD1D).wrapping_add(name.len() as u64));
        let random = &mut random;
        let every = SignedDuration::from_secs(random.one_of([30, 60, 60, 60]).unwrap_or(60));
        let mut scenario = Self {
            name,
            seed,
            rules: Arc::clone(rules),
            settings: settings(rules, random, seed),
            workers: random.between(i64::from(rules.nodes.lower), 5) as u32,
            load: load(random, every),
            faults: Vec::new(),
            crash_at: None,
            outside: Vec::new(),
            lost_ledger: None,
            clocks: vec![SignedDuration::ZERO],
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
            "metrics-broken" => {
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
            "never-joins" => self.between(random, Outside::BreakJoins, Outside::MendJoins),
            "killed-outside" => {
                for _ in 0..random.between(1, 3) {
                    let place = random.below(8) as usize;
                    self.outside(random, Outside::Kill(place));
                }
            }
            "silent-kubelets" => {
                let count = random.between(1, 6) as usize;
                self.between(random, Outside::Silence(count), Outside::Speak);
            }
            "spot-notice" => {
                for _ in 0..random.between(1, 3) {
                    let place = random.below(8) as usize;
                    self.outside(random, Outside::Reclaim(place));
                }
            }
            "short-capacity" => {
                let left = Some(random.below(2) as u32);
                self.between(random, Outside::Stock { market: Market::Spot, left }, Outside::Stock { market: Market::Spot, left: None });
                if random.chance(300) {
                    let market = Market::OnDemand;
                    self.between(random, Outside::Stock { market, left }, Outside::Stock { market, left: None });
                }
            }
            "clocks-off" => {
                // Within the bound that leases reckon with; farther apart only tokens and intents carry the safety.
                let far = random.chance(300);
                let off = if far { random.between(-300, 300) } else { random.between(-4, 4) };
                self.clocks.push(SignedDuration::from_secs(off));
                self.together = 200;
            }
            "throttled" => {
                let kind = FaultKind::Fail(FailureClass::Throttle);
                let calls = random.one_of([vec![Call::RunInstances, Call::Terminate, Call::Instances], Vec::new()]).unwrap_or_default();
                self.fault(random, calls, 500, kind);
            }
            "ledger-lost" => self.lost_ledger = Some(self.moment(random)),
            _ => {}
        }
        self.common(random);
    }

    /// What goes wrong anywhere, now and then.
    fn common(&mut self, random: &mut Random) {
        for _ in 0..random.below(3) {
            let call = random.one_of(Call::ALL).unwrap_or(Call::Commit);
            let kinds = [
                FaultKind::Fail(FailureClass::Unknown),
                FaultKind::TimeOut { effect: true },
                FaultKind::TimeOut { effect: false },
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
            let (cordon, protect) = (random.below(6) as usize, random.below(6) as usize);
            self.outside(random, Outside::Cordon(cordon));
            self.outside(random, Outside::Protect(protect));
        }
    }

    fn moment(&self, random: &mut Random) -> SignedDuration {
        let last = i64::from(self.ticks - self.calm) * self.every.as_secs();
        SignedDuration::from_secs(random.between(600, last - 600))
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

    /// Something begins and ends again.
    fn between(&mut self, random: &mut Random, begin: Outside, end: Outside) {
        let from = self.moment(random);
        let until = (from + SignedDuration::from_mins(random.between(5, 30))).min(self.calm_from());
        self.outside.push((from, begin));
        self.outside.push((until, end));
    }

    /// Since the start: when everything is well again.
    #[must_use]
    pub fn calm_from(&self) -> SignedDuration {
        self.every * (self.ticks - self.calm) as i32
    }

    /// Clocks that are farther apart than the bound that leases reckon with.
    #[must_use]
    pub fn clocks_within_bound(&self) -> bool {
        self.clocks.iter().all(|ahead| ahead.abs() <= SignedDuration::from_secs(4))
    }
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
    let replicas = random.between(2, 9) as u32;
    let web = Workload {
        namespace: "shop".to_owned(),
        name: "web".to_owned(),
        replicas,
        requests: Requests { cpu_millis: 300, memory: 200 << 20 },
        budgets: random.one_of([Vec::new(), vec![1], vec![replicas - 1]]).unwrap_or_default(),
    };
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
        workloads: vec![web],
        daemons: random.chance(300),
    }
}
