use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use crate::ledger::Ledger as _;
use crate::runtime::simulation::Scenario;
use crate::runtime::simulation::invariants::{Invariants, Lone};
use crate::runtime::tick::{Order, TickReport, tick};
use crate::sandbox::{Curve, Happening, Outside, Ran, Sandbox};

/// What became of one scenario.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct History {
    pub broken: Option<Broken>,
    pub ticks: u32,
    /// Calls made over all ports.
    pub calls: u64,
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
    let calls = course.sandbox.world().calls;
    History { broken: course.invariants.broken, ticks, calls, story: course.story }
}

struct Course<'a> {
    scenario: &'a Scenario,
    sandbox: Sandbox,
    invariants: Invariants<'a>,
    /// Draws who ticks when.
    random: crate::sandbox::Random,
    owners: u64,
    lost: bool,
    story: Vec<String>,
    tell: bool,
}

impl<'a> Course<'a> {
    fn begin(scenario: &'a Scenario, tell: bool) -> Self {
        let sandbox = Sandbox::new(scenario.settings.clone());
        {
            let mut world = sandbox.world();
            world.add_workers(scenario.workers);
            world.drive.load = Some(Curve::of_load(&scenario.load));
            world.faults.list = scenario.faults.clone();
            world.faults.crash_at = scenario.crash_at;
            world.sabotage = scenario.sabotage;
            world.deeds = Some(Vec::new());
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
            lost: false,
            story: Vec::new(),
            tell,
        }
    }

    /// Time passes to the next tick.
    fn pass(&mut self, number: u32) {
        let start = self.scenario.settings.start;
        let elapsed = self.scenario.every * number as i32;
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
        }
        drop(world);
        if !self.lost && self.scenario.lost_ledger.is_some_and(|lost| elapsed >= lost) {
            self.lost = true;
            self.sandbox.ledger().lose(&self.scenario.rules.name);
            self.invariants.ledger_lost(self.sandbox.now());
            self.say(|| "the ledger is lost".to_owned());
        }
    }

    fn tick(&mut self, number: u32) {
        let calm = number >= self.scenario.ticks - self.scenario.calm;
        let notices = std::mem::take(&mut self.sandbox.world().notices);
        let beside = !calm && self.random.chance(self.scenario.together);
        let first = self.process(0);
        let order = self.order(&first, notices.clone());
        self.sandbox.world().misled.clear();
        let mut reports = Vec::new();
        if beside {
            let second = self.process(1);
            // It begins beside the first: EventBridge delivers twice at times.
            let other = self.order(&second, notices.clone());
            let both = async { tokio::join!(tick(&first, &order), tick(&second, &other)) };
            match self.sandbox.run(both) {
                Ran::Done((one, two)) => reports.extend([one, two]),
                Ran::Crashed => self.say(|| "both processes die".to_owned()),
            }
        } else {
            match self.sandbox.run(tick(&first, &order)) {
                Ran::Done(report) => reports.push(report),
                Ran::Crashed => self.say(|| "the process dies".to_owned()),
            }
        }
        if !reports.iter().any(TickReport::is_committed) {
            // AWS delivers an event until it is taken.
            self.sandbox.world().notices.extend(notices);
        }
        for report in &reports {
            self.tell_of(report);
        }
        let lone = if beside { Lone::Beside } else { Lone::Alone };
        self.invariants.after_tick(number, &self.sandbox, &reports, lone);
    }

    fn process(&self, number: usize) -> Sandbox {
        let clocks = &self.scenario.clocks;
        let ahead = clocks.get(number % clocks.len().max(1)).copied().unwrap_or(SignedDuration::ZERO);
        self.sandbox.with_clock_ahead(ahead)
    }

    fn order(&mut self, process: &Sandbox, notices: Vec<crate::observe::Notice>) -> Order {
        self.owners += 1;
        let budget = self.scenario.every.min(SignedDuration::from_secs(40)) - SignedDuration::from_secs(2);
        Order {
            cluster: Arc::clone(&self.scenario.rules),
            prices: Arc::default(),
            notices,
            owner: self.owners.to_string(),
            deadline: process.now().saturating_add(budget).unwrap_or(Timestamp::MAX),
            evaluate_now: false,
        }
    }

    fn end(&mut self) {
        let span = crate::ledger::Span { from: Timestamp::MIN, to: Timestamp::MAX };
        let read = self.sandbox.ledger().events(&self.scenario.rules.name, span, usize::MAX);
        // The memory ledger answers at once, and no fault is left.
        if let Ran::Done(Ok(events)) = self.sandbox.run(read) {
            self.invariants.at_end(&self.sandbox, &events);
        }
    }

    fn say(&mut self, line: impl FnOnce() -> String) {
        if self.tell {
            let elapsed = self.sandbox.world().now.duration_since(self.scenario.settings.start);
            self.story.push(format!("{:>9}  {}", format!("{elapsed:#}"), line()));
        }
    }

    fn tell_of(&mut self, report: &TickReport) {
        if !self.tell {
            return;
        }
        if !report.is_committed() {
            self.say(|| format!("tick: {:?}", report.ended));
        }
        for reason in &report.missing {
            self.say(|| format!("unseen: {reason}"));
        }
        if let Some(decided) = &report.decided {
            self.say(|| decided.decision.headline(&self.scenario.rules.timezone));
        }
        for outcome in &report.outcomes {
            self.say(|| format!("  {}", crate::plan::outcome_in_words(outcome)));
        }
        for remark in &report.remarks {
            self.say(|| format!("  {}", remark.text));
        }
    }
}
