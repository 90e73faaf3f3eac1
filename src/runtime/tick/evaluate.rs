use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use crate::act::Fleet as _;
use crate::decide::{Action, Decision, Input, Observed, Prices, Waiting, decide, memory_after};
use crate::ledger::{Decided, EventKind, Recorded};
use crate::observe::{Absence, Answer, Counts, QueryAnswer, Surroundings, Unhelped};
use crate::plan::{self, Operation, RetireCause};
use crate::rules::{Cluster, Fact, Number, Topic};
use crate::runtime::World;
use crate::runtime::planned::SeenWorker;
use crate::runtime::tick::hash::hash;
use crate::runtime::tick::look::{NOT_ASKED, in_time, look_around};
use crate::runtime::tick::run::Run;

/// Schedules are a little early at times: an evaluation that is that near is due.
const EARLY: SignedDuration = SignedDuration::from_secs(5);

impl<W: World> Run<'_, W> {
    /// Decides, if an evaluation is due, and begins what was decided.
    pub(super) async fn evaluate(&mut self, metrics: &[Option<QueryAnswer>]) {
        let due = self.order.evaluate_now || is_due(&self.order.cluster, self.state.evaluated_at, self.now);
        if !due {
            self.report.counts = self.census().counts;
            return;
        }
        let (counts, waiting, zones) = self.count().await;
        self.report.counts = counts;
        self.look_for_new_template().await;
        self.report.workers = SeenWorker::all(&self.census());
        if !self.change_is_under_way() {
            self.state.memory.take_effect(self.now);
        }
        let observed = Arc::new(self.observed(metrics, waiting));
        let before = Arc::new(self.state.memory.clone());
        let input = Input { cluster: &self.order.cluster, observed: &observed, memory: &before };
        let decision = Arc::new(decide(&input));
        let memory = memory_after(&input, &decision);
        if let Some(apply) = self.apply {
            self.stale = self.stale(apply, &decision).await;
            if !self.stale.is_empty() {
                return;
            }
        }
        self.state.memory = memory;
        self.state.evaluated_at = Some(self.now);
        self.samples = Some(recorded(&self.order.cluster, &observed));
        let decided =
            Decided { ruleset: hash(&self.order.cluster), observed, memory: Arc::clone(&before), decision: Arc::clone(&decision) };
        let zone = &self.order.cluster.timezone;
        let title = decision.headline(zone);
        let begun = self.begin(&decision, zones).await;
        if !begun {
            // Nobody could go: that is no change, and no cooldown may keep nodes from being added after it.
            self.state.memory.last_change.clone_from(&before.last_change);
            self.state.memory.won.clone_from(&before.won);
        }
        let topic = topic(&decision).filter(|_| begun);
        // Only news says more than its line: whoever looks an event up has the whole decision.
        let tree = topic.map_or_else(String::new, |_| decision.account(zone).without_idle().to_string());
        let kind = EventKind::Decided(decided.clone());
        self.journal.note_at_length(&mut self.state, &self.order.cluster, kind, topic, title, tree);
        self.tell_conditions(&decision);
        self.report.decided = Some(decided);
    }

    /// While a wrong configuration halts the launches, a new template version must not have to wait for the pause's end.
    async fn look_for_new_template(&mut self) {
        if !self.state.progress.waits_for_configuration(self.now) {
            return;
        }
        let asked = in_time(self.world.clock(), self.order.cutoff(), self.world.fleet().template()).await;
        if let Some(Ok(template)) = asked {
            self.state.progress.template = Some(template);
        }
    }

    /// Whether the change has begun; to stay is none.
    async fn begin(&mut self, decision: &Decision, zones: Vec<String>) -> bool {
        if let Some(apply) = self.apply {
            self.begin_planned(apply);
            return true;
        }
        let rules = decision.because.winning.as_ref().map(|winning| winning.rules.clone()).unwrap_or_default();
        match decision.action {
            Action::Add(count) => {
                self.plan(|progress, situation| plan::begin_launch(progress, situation, count, rules, zones));
                true
            }
            Action::Remove(count) => self.remove(count, decision.lower, rules).await > 0,
            Action::Stay => true,
        }
    }

    /// What is known of the workers and of the pods that wait for room, and the zones in which these want workers.
    async fn count(&mut self) -> (Counts, Waiting, Vec<String>) {
        let pending = self.snapshot.pending_pods.as_deref().unwrap_or_default();
        let around = match pending.is_empty() {
            true => Ok(Surroundings::default()),
            false => look_around(self.world, pending, self.order.cutoff()).await,
        };
        let census = self.census();
        let packing = plan::pending(&census, &self.situation(), &around, &self.state.progress);
        let (pods, nodes) = match &packing {
            Ok(packing) => (Some(packing.pods), Some(packing.nodes())),
            Err(_) => (self.snapshot.pending_pods.as_ref().ok().map(|pods| u32::try_from(pods.len()).unwrap_or(u32::MAX)), None),
        };
        let counts = Counts {
            pending_pods: self.driven_or(Fact::PendingPods, pods),
            pending_nodes: self.driven_or(Fact::PendingNodes, nodes),
            ..census.counts
        };
        let (waiting, zones) = match packing {
            Ok(packing) => (Waiting { estimate: packing.estimate, ..unhelped(packing.unhelped) }, packing.zones),
            Err(unseen) => {
                (Waiting { unknown: Some(unseen.reason).filter(|reason| reason != NOT_ASKED), ..Waiting::default() }, Vec::new())
            }
        };
        self.remember_worker();
        (counts, waiting, zones)
    }

    /// For the time when the pool is at zero.
    fn remember_worker(&mut self) {
        let (Ok(_), Ok(nodes)) = (&self.snapshot.pending_pods, &self.snapshot.nodes) else { return };
        let first_type = self.order.cluster.capacity.instances.first().map(String::as_str);
        if let Some(model) = plan::packing::Model::of_pool(nodes, first_type) {
            self.state.progress.worker_model = Some(model);
        }
    }

    /// A simulation may drive what waits; a part of a pod or node counts as a whole one.
    fn driven_or(&self, fact: Fact, own: Option<u32>) -> Option<u32> {
        match self.world.driven(fact.name()) {
            Some(Answer::Value(value)) => value.ceil().to_i64().map(|count| u32::try_from(count.max(0)).unwrap_or(u32::MAX)),
            Some(Answer::Missing(_)) => None,
            None => own,
        }
    }

    fn observed(&self, metrics: &[Option<QueryAnswer>], waiting: Waiting) -> Observed {
        Observed {
            now: self.now,
            counts: self.report.counts,
            waiting,
            metrics: metrics.to_vec(),
            launches_in_flight: self.state.progress.launching(),
            backoff: self.state.progress.backoff(&self.order.cluster.capacity, &self.order.prices, self.now),
            no_removal_before: self.state.progress.grace_until.filter(|until| self.now < *until),
            prices: self.prices(),
        }
    }

    /// What the workers cost, and what the next one would; needed only where there is a budget.
    fn prices(&self) -> Option<Prices> {
        let (cluster, list) = (&self.order.cluster, &self.order.prices);
        cluster.budget.as_ref()?;
        let census = self.census();
        let types = census.workers.iter().filter(|worker| worker.standing.counts()).map(|worker| worker.instance.map(|i| &i.instance_type));
        let of_type = |name: &String| list.on_demand(name);
        // Without a type in the rules the launch template's is taken, and a worker that runs shows which that is.
        let next = list.of_next_worker(cluster).or_else(|| types.clone().flatten().find_map(of_type))?;
        let costs = types.map(|name| name.and_then(of_type).unwrap_or_else(|| next.clone()));
        Some(Prices { running: costs.fold(Number::ZERO, |sum, cost| sum.add(&cost)), next: vec![next] })
    }

    /// The last change that was decided has not had its whole effect yet.
    fn change_is_under_way(&self) -> bool {
        let Some(change) = &self.state.memory.last_change else { return false };
        self.state.progress.operations.iter().any(|operation| match operation {
            Operation::Launch(launch) => {
                launch.decided_at == change.at && matches!(launch.cause, plan::LaunchCause::Decision { .. }) && !launch.has_ended()
            }
            Operation::Retire(retire) => {
                retire.decided_at == change.at && matches!(retire.cause, RetireCause::Decision { .. }) && !retire.is_past_termination()
            }
        })
    }
}

/// So many pods are named at most: an event has bounds.
const MOST_NAMED: usize = 20;

fn unhelped(mut unhelped: Vec<Unhelped>) -> Waiting {
    let more = unhelped.len().saturating_sub(MOST_NAMED);
    unhelped.truncate(MOST_NAMED);
    Waiting { unhelped, more_unhelped: u32::try_from(more).unwrap_or(u32::MAX), ..Waiting::default() }
}

fn is_due(cluster: &Cluster, evaluated_at: Option<Timestamp>, now: Timestamp) -> bool {
    let Some(last) = evaluated_at else { return true };
    let interval = cluster.interval(now);
    let passed = now.duration_since(last);
    // An evaluation in the future comes from a clock that was wrong; it must not stop the evaluations for long.
    passed.saturating_add(EARLY.min(interval / 10)) >= interval || passed < -interval
}

/// The answers of this evaluation, for the sources that keep no history, and for the forecast.
fn recorded(cluster: &Cluster, observed: &Observed) -> Recorded {
    let mut answers = BTreeMap::new();
    for (metric, answer) in cluster.metrics.iter().zip(&observed.metrics) {
        if let Some(sample) = answer.as_ref().and_then(|answer| answer.series.at(observed.now)) {
            answers.insert(metric.name.clone(), sample.answer.clone());
        }
    }
    for fact in Fact::ALL {
        if let Some(count) = observed.counts.of(fact) {
            answers.entry(fact.name().to_owned()).or_insert(Answer::Value(count.into()));
        }
    }
    Recorded { at: observed.now, answers }
}

const fn topic(decision: &Decision) -> Option<Topic> {
    match decision.action {
        Action::Add(_) => Some(Topic::ScaleUp),
        Action::Remove(_) => Some(Topic::ScaleDown),
        Action::Stay => None,
    }
}

pub(in crate::runtime) fn absence_in_words(absence: &Absence) -> String {
    match absence {
        Absence::Stale { age } => format!("its newest sample is {age:#} old"),
        Absence::NotANumber => "it is not a number".to_owned(),
        Absence::Infinite => "it is infinite".to_owned(),
        Absence::Empty => "the query found nothing".to_owned(),
        Absence::Several(names) => format!("the query yields several series: {}", names.join(", ")),
        Absence::Failed(reason) => reason.clone(),
        Absence::NeverSeen => "it was never seen".to_owned(),
        Absence::NoWorkers => "no worker is ready".to_owned(),
    }
}
