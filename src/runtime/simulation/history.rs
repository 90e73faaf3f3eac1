use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use crate::decide::Action;
use crate::rules::{Cluster, Number, PriceList};
use crate::runtime::simulation::Scenario;
use crate::runtime::simulation::invariants::{Invariants, Part};
use crate::runtime::tick::{Order, TickReport, tick};
use crate::sandbox::{Curve, Happening, Outside, Ran, Sabotage, Sandbox, Strikes};

/// What became of one scenario.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct History {
    pub broken: Option<Broken>,
    pub ticks: u32,
    /// Calls made over all ports.
    pub calls: u64,
    /// How often each kind of trouble struck.
    pub strikes: Strikes,
    /// The calls that change something, by their numbers, where it was asked for.
    pub effects: Vec<u64>,
    /// One line for each thing that happened, where it was asked for.
    pub story: Vec<String>,
}

/// An invariant that did not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// By its number in ARCHITECTURE.md.
    pub invariant: u8,
    pub at: Timestamp,
    pub tick: u32,
    pub what: String,
}

/// Runs a scenario to its end, or to the first invariant that breaks.
#[must_use]
pub fn run_history(scenario: &Scenario, tell: bool) -> History {
    let mut course = Course::begin(scenario, tell);
    let mut ticks = 0;
    for number in 0..scenario.ticks {
        ticks = number + 1;
        course.pass(number);
        course.tick(number);
        if course.invariants.broken.is_some() {
            break;
        }
    }
    if course.invariants.broken.is_none() {
        course.end();
    }
    let mut world = course.sandbox.world();
    let (calls, strikes) = (world.calls, std::mem::take(&mut world.strikes));
    let effects = world.effects.take().unwrap_or_default();
    drop(world);
    History { broken: course.invariants.broken, ticks, calls, strikes, effects, story: course.story }
}

struct Course<'a> {
    scenario: &'a Scenario,
    sandbox: Sandbox,
    invariants: Invariants<'a>,
    /// Draws who ticks when.
    random: crate::sandbox::Random,
    owners: u64,
    prices: Arc<PriceList>,
    lost: bool,
    story: Vec<String>,
    tell: bool,
    /// The last decision told was to stay at so many nodes.
    stays_at: Option<Option<u32>>,
}

impl<'a> Course<'a> {
    fn begin(scenario: &'a Scenario, tell: bool) -> Self {
        let sandbox = Sandbox::new(scenario.settings.clone());
        {
            let mut world = sandbox.world();
            world.add_workers(scenario.workers);
            world.drive.load = Some(Curve::of_load(&scenario.load));
            world.faults.list = scenario.faults.clone();
            world.faults.crashes = scenario.crashes.clone();
            world.drive.series.insert("queue".to_owned(), Curve::flat(Number::integer(10)));
            world.sabotage = scenario.sabotage;
            world.deeds = Some(Vec::new());
            world.effects = tell.then(Vec::new);
            for (after, outside) in &scenario.outside {
                world.schedule(*after, Happening::Outside(outside.clone()));
            }
        }
        Self {
            scenario,
            sandbox,
            invariants: Invariants::new(scenario),
            random: crate::sandbox::Random::new(scenario.seed ^ 0x7157),
            owners: 0,
            prices: Arc::default(),
            lost: false,
            story: Vec::new(),
            tell,
            stays_at: None,
        }
    }

    /// Time passes to the next tick.
    fn pass(&mut self, number: u32) {
        let start = self.scenario.settings.start;
        let elapsed = self.elapsed(number);
        let mut world = self.sandbox.world();
        world.advance(start.saturating_add(elapsed).unwrap_or(Timestamp::MAX));
        if number == self.scenario.ticks - self.scenario.calm {
            world.faults = crate::sandbox::Faults::default();
            world.befall(&Outside::Speak);
            world.befall(&Outside::MendJoins);
            // What no drain could ever satisfy is mended too, else nothing could settle.
            for workload in &mut world.settings.workloads {
                workload.budgets.clear();
            }
            // Neither can it while people withhold what the rules reckon with.
            world.machines.values_mut().for_each(|machine| machine.protected = false);
            world.befall(&Outside::Uncordon);
        }
        if !self.lost && self.scenario.lost_ledger.is_some_and(|lost| elapsed >= lost) {
            self.lost = true;
            world.strikes.count("ledger lost between ticks");
            drop(world);
            self.sandbox.lose_ledger();
            self.say(|| "the ledger is lost".to_owned());
        }
    }

    fn elapsed(&self, number: u32) -> SignedDuration {
        self.scenario.every * i32::try_from(number).unwrap_or(i32::MAX)
    }

    fn tick(&mut self, number: u32) {
        let calm = number >= self.scenario.ticks - self.scenario.calm;
        let notices = std::mem::take(&mut self.sandbox.world().notices);
        let beside = !calm && self.random.chance(self.scenario.together);
        self.invariants.before_tick(number, self.sandbox.world().now);
        let elapsed = self.elapsed(number);
        let (first, second, third) = (self.process(0, elapsed), self.process(1, elapsed), self.process(2, elapsed));
        let mut reports = [None, None, None];
        if beside {
            self.sandbox.world().strikes.count("ticks side by side");
            // EventBridge delivers twice at times, and a function may start late.
            let mut later = || SignedDuration::from_secs(self.random.between(0, 40));
            let (two, three) = (later(), later());
            let orders = [
                self.order(&first, SignedDuration::ZERO, notices.clone()),
                self.order(&second, two, notices.clone()),
                self.order(&third, three, notices.clone()),
            ];
            let [one, other, last] = &orders;
            let all = async {
                tokio::join!(
                    tick(&first, one),
                    async {
                        second.pause(two).await;
                        tick(&second, other).await
                    },
                    async {
                        third.pause(three).await;
                        tick(&third, last).await
                    }
                )
            };
            match self.sandbox.run(all) {
                Ran::Done((one, two, three)) => reports = [Some(one), Some(two), Some(three)],
                Ran::Crashed => self.say(|| "all processes die".to_owned()),
            }
        } else {
            let order = self.order(&first, SignedDuration::ZERO, notices.clone());
            match self.sandbox.run(tick(&first, &order)) {
                Ran::Done(report) => reports = [Some(report), None, None],
                Ran::Crashed => self.say(|| "the process dies".to_owned()),
            }
        }
        if !reports.iter().flatten().any(TickReport::is_committed) {
            // AWS delivers an event until it is taken.
            self.sandbox.world().notices.extend(notices);
        }
        if self.tell {
            reports.iter().flatten().for_each(|report| self.tell_of(report));
        }
        let processes = [&first, &second, &third];
        let parts: Vec<Part<'_>> = processes
            .into_iter()
            .zip(&reports)
            .take(if beside { 3 } else { 1 })
            .map(|(sandbox, report)| Part { process: sandbox.process(), report: report.as_ref() })
            .collect();
        self.invariants.after_tick(&self.sandbox, &parts);
    }

    fn process(&self, place: usize, elapsed: SignedDuration) -> Sandbox {
        let ahead = self.scenario.clock_ahead(place, elapsed);
        if !ahead.is_zero() {
            let far = ahead.abs() > SignedDuration::from_secs(10);
            self.sandbox.world().strikes.count(if far { "clock off beyond the bound" } else { "clock off within the bound" });
        }
        self.sandbox.with_clock_ahead(ahead)
    }

    fn order(&mut self, process: &Sandbox, after: SignedDuration, notices: Vec<crate::observe::Notice>) -> Order {
        self.owners += 1;
        let budget = self.scenario.every.min(SignedDuration::from_secs(40)) - SignedDuration::from_secs(2);
        Order {
            cluster: self.rules(),
            prices: Arc::clone(&self.prices),
            notices,
            owner: self.owners.to_string(),
            deadline: process.now().saturating_add(after + budget).unwrap_or(Timestamp::MAX),
            evaluate_now: false,
        }
    }

    /// The rules as the tick is given them: with some of them broken, where that is asked for.
    fn rules(&self) -> Arc<Cluster> {
        let rules = &self.scenario.rules;
        let bounds = |lower: u32, upper: u32| {
            let mut changed = Cluster::clone(rules);
            (changed.nodes.lower, changed.nodes.upper) = (lower, upper);
            Arc::new(changed)
        };
        match self.scenario.sabotage {
            Some(Sabotage::ExceedUpper) => bounds(rules.nodes.lower, rules.nodes.upper + 2),
            Some(Sabotage::CountDraining) => {
                let draining = self.sandbox.ledger().look(&rules.name, |state| state.progress.retires().count()).unwrap_or(0);
                let draining = u32::try_from(draining).unwrap_or(u32::MAX);
                if draining == 0 { Arc::clone(rules) } else { bounds(rules.nodes.lower.saturating_sub(draining), rules.nodes.upper) }
            }
            _ => Arc::clone(rules),
        }
    }

    fn end(&mut self) {
        self.invariants.at_end(&self.sandbox);
    }

    fn say(&mut self, line: impl FnOnce() -> String) {
        if self.tell {
            let elapsed = self.sandbox.world().now.duration_since(self.scenario.settings.start);
            let elapsed = SignedDuration::from_secs(elapsed.as_secs());
            self.story.push(format!("{:>9}  {}", format!("{elapsed:#}"), line()));
        }
    }

    fn tell_of(&mut self, report: &TickReport) {
        if !report.is_committed() {
            self.say(|| format!("tick: {:?}", report.ended));
        }
        for reason in &report.missing {
            self.say(|| format!("unseen: {reason}"));
        }
        if let Some(decided) = &report.decided {
            // A decision to stay is a line only where the one before it was another.
            let count = decided.decision.because.nodes;
            let same = self.stays_at == Some(count);
            self.stays_at = (decided.decision.action == Action::Stay).then_some(count);
            if self.stays_at.is_none() || !same {
                self.say(|| decided.decision.headline(&self.scenario.rules.timezone));
            }
        }
        for outcome in &report.outcomes {
            self.say(|| format!("  {}", crate::plan::outcome_in_words(outcome)));
        }
        for remark in &report.remarks {
            self.say(|| format!("  {}", remark.text));
        }
    }
}
