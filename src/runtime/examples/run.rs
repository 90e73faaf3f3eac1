use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use crate::decide::Decision;
use crate::ledger::{Claim, Ledger as _, LedgerError, Records, State, Write};
use crate::observe::Answer;
use crate::plan::Operation;
use crate::rules::{Cluster, Example, Fact, MetricId, Number, PriceList, Ruleset, Zones};
use crate::runtime::examples::coverage::Covering;
use crate::runtime::examples::expectation::{compare, in_words};
use crate::runtime::examples::{ExampleResult, Miss, TestReport};
use crate::runtime::tick::{Order, TickReport, tick};
use crate::sandbox::{Curve, MachineType, Pace, Ran, Sandbox, Settings};

/// More ticks than a removal without pods can take to be done with.
const TICKS_TO_LEAVE: usize = 16;

/// What a tick may take of the simulated clock, which stands still meanwhile.
const BUDGET: SignedDuration = SignedDuration::from_secs(60);

/// The instance type where the rules name none.
const ANY_TYPE: &str = "t3.small";

/// Fewer tests than that are not worth a thread.
const SHARE: usize = 32;

/// Runs the tests whose name contains `filter`; the results are in the order of the ruleset, on however many processors.
#[must_use]
pub fn run_examples(ruleset: &Ruleset, filter: Option<&str>) -> TestReport {
    let mut report = TestReport::default();
    for cluster in &ruleset.clusters {
        let examples: Vec<&Example> =
            cluster.examples.iter().filter(|example| filter.is_none_or(|part| example.name.contains(part))).collect();
        let mut covering = Covering::new(cluster);
        for (results, more) in run_shared(cluster, &examples) {
            report.results.extend(results);
            covering.merge(more);
        }
        report.coverage.push(covering.coverage());
    }
    report
}

/// Tests share nothing: each thread takes as many in a row.
fn run_shared<'a>(cluster: &'a Cluster, examples: &[&Example]) -> Vec<(Vec<ExampleResult>, Covering<'a>)> {
    let rules = Arc::new(Cluster { examples: Vec::new(), ..cluster.clone() });
    let run = |examples: &[&Example]| {
        let mut covering = Covering::new(cluster);
        let results: Vec<ExampleResult> = examples.iter().map(|example| run_example(&rules, example, &mut covering)).collect();
        (results, covering)
    };
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(examples.len() / SHARE);
    if threads < 2 {
        return vec![run(examples)];
    }
    let run = &run;
    std::thread::scope(|scope| {
        let parts: Vec<_> = examples.chunks(examples.len().div_ceil(threads)).map(|part| scope.spawn(move || run(part))).collect();
        parts.into_iter().map(|part| part.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))).collect()
    })
}

fn run_example(cluster: &Arc<Cluster>, example: &Example, covering: &mut Covering<'_>) -> ExampleResult {
    let mut misses = Vec::new();
    let mut course = Course::begin(cluster, example);
    let mut evaluations = 0;
    // The evaluation that the expectations up to the next one look at.
    let mut last: Option<(SignedDuration, Option<Arc<Decision>>)> = None;
    let mut expectations = example.expectations.iter().peekable();
    while let Some(expectation) = expectations.peek() {
        while let Some(at) = course.next.filter(|next| next.duration_since(course.start) <= expectation.at) {
            let decision = course.evaluate(at);
            if let Some(decision) = &decision {
                covering.see(decision);
            }
            evaluations += 1;
            last = Some((at.duration_since(course.start), decision));
        }
        let Some(expectation) = expectations.next() else { break };
        let Some((evaluated_at, decision)) = &last else { continue };
        let got = match decision {
            Some(decision) => compare(&expectation.expected, decision),
            None => Some("no decision".to_owned()),
        };
        if let Some(got) = got {
            misses.push(Miss {
                location: expectation.location.clone(),
                at: expectation.at,
                evaluated_at: *evaluated_at,
                expected: in_words(&expectation.expected),
                got,
                because: decision.as_ref().map_or_else(String::new, |decision| decision.tree(&cluster.timezone)),
            });
        }
    }
    ExampleResult { cluster: cluster.name.clone(), name: example.name.clone(), location: example.location.clone(), evaluations, misses }
}

/// A test under way.
struct Course {
    sandbox: Sandbox,
    cluster: Arc<Cluster>,
    prices: Arc<PriceList>,
    start: Timestamp,
    /// The next evaluation; `None`: time has come to its end.
    next: Option<Timestamp>,
    ticks: u64,
}

impl Course {
    fn begin(cluster: &Arc<Cluster>, example: &Example) -> Self {
        let start = cluster.timezone.to_timestamp(example.start_at).unwrap_or(Timestamp::UNIX_EPOCH);
        let sandbox = Sandbox::new(settings(cluster, example, start));
        {
            let mut world = sandbox.world();
            world.add_workers(example.start_nodes);
            // They have been there for a while: one that falls silent at the start is unready, not launching.
            for node in world.nodes.values_mut() {
                node.created_at = node.created_at.saturating_sub(SignedDuration::from_hours(1)).unwrap_or(Timestamp::MIN);
            }
            for series in &example.series {
                if let Some(name) = name(cluster, series.metric) {
                    world.drive.series.insert(name.to_owned(), Curve::of_series(&series.stretches));
                }
            }
            if !example.load.is_empty() {
                world.drive.load = Some(Curve::of_load(&example.load));
            }
        }
        let begun = sandbox.run(begin_ledger(&sandbox, cluster, start));
        debug_assert!(matches!(begun, Ran::Done(Ok(()))), "a new ledger takes its first state");
        Self { sandbox, cluster: Arc::clone(cluster), prices: Arc::new(prices(cluster)), start, next: Some(start), ticks: 0 }
    }

    /// Nodes that are due become ready, series are sampled, the rules decide, and what is removed leaves at once.
    fn evaluate(&mut self, at: Timestamp) -> Option<Arc<Decision>> {
        self.next = at.checked_add(self.cluster.interval(at)).ok();
        self.sandbox.advance(at);
        self.silence();
        let mut report = self.tick(at, true)?;
        let decision = report.decided.take().map(|decided| decided.decision);
        for _ in 0..TICKS_TO_LEAVE {
            if !report.operations.iter().any(|operation| matches!(operation, Operation::Retire(_))) {
                break;
            }
            report = self.tick(at, false)?;
        }
        decision
    }

    /// A series of `unready-nodes` has that many kubelets fall silent; where it is missing, none speaks or falls silent.
    fn silence(&self) {
        if let Some(Answer::Value(count)) = self.sandbox.driven(Fact::UnreadyNodes.name()) {
            let count = count.ceil().to_i64().and_then(|count| usize::try_from(count).ok()).unwrap_or_default();
            self.sandbox.world().keep_silent(count);
        }
    }

    fn tick(&mut self, at: Timestamp, evaluate_now: bool) -> Option<TickReport> {
        self.ticks += 1;
        let order = Order {
            cluster: Arc::clone(&self.cluster),
            prices: Arc::clone(&self.prices),
            notices: Vec::new(),
            owner: self.ticks.to_string(),
            deadline: at.checked_add(BUDGET).ok()?,
            evaluate_now,
        };
        match self.sandbox.run(tick(&self.sandbox, &order)) {
            Ran::Done(report) => Some(report),
            Ran::Crashed => None,
        }
    }
}

/// The ledger is not new: nothing has to be found out, and no grace holds removals back.
async fn begin_ledger(sandbox: &Sandbox, cluster: &Cluster, now: Timestamp) -> Result<(), LedgerError> {
    let claim = Claim { owner: "test".to_owned(), now, lasts: BUDGET, skew: SignedDuration::ZERO };
    let acquired = sandbox.acquire(&cluster.name, &claim).await?;
    let state = State { ruleset: Some(cluster.hash()), ..State::new() };
    sandbox.commit(&acquired.lease, Write { state: &state, records: Records::default() }).await
}

fn name(cluster: &Cluster, metric: MetricId) -> Option<&str> {
    match metric {
        MetricId::Declared(index) => cluster.metrics.get(index).map(|metric| metric.name.as_str()),
        MetricId::Fact(fact) => Some(fact.name()),
    }
}

/// The types that the simulated cluster launches.
fn types(cluster: &Cluster) -> Vec<String> {
    let named = cluster.capacity.instances.clone();
    if named.is_empty() { vec![ANY_TYPE.to_owned()] } else { named }
}

/// A test knows what its ruleset says: where that gives a `max-price`, each node costs just that, whatever the list says.
/// So a budget can be checked by reading the rules alone, and every type can be had.
fn prices(cluster: &Cluster) -> PriceList {
    let Some(price) = &cluster.capacity.max_price else { return PriceList::default() };
    PriceList::with(types(cluster).into_iter().map(|name| (name, price.clone())).collect())
}

fn settings(cluster: &Cluster, example: &Example, start: Timestamp) -> Settings {
    let zones = match &cluster.capacity.zones {
        Zones::Only(zones) if !zones.is_empty() => zones.clone(),
        _ => ["a", "b", "c"].map(str::to_owned).to_vec(),
    };
    let names = types(cluster);
    let template_type = names.first().cloned().unwrap_or_default();
    // Room and prices of the simulated machines decide nothing here: no pod asks for room, no spot price is too high.
    let kind = MachineType { cpu_millis: 2000, memory: 2 << 30, on_demand: Number::ZERO, spot: Number::ZERO };
    Settings {
        cluster: cluster.name.clone(),
        start,
        seed: 0,
        zones,
        types: names.into_iter().map(|name| (name, kind.clone())).collect(),
        template_type,
        pace: Pace::of_examples(example.join),
        stock: [].into(),
        workloads: Vec::new(),
        daemons: false,
    }
}
