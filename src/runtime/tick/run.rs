use jiff::Timestamp;

use crate::ledger::{AcquiredLease, EventKind, Lease, Ledger as _, LedgerError, Recorded, Records, State, Write};
use crate::observe::{QueryAnswer, Snapshot};
use crate::plan::{self, Census, Operation, Remark, RetireState, Situation};
use crate::rules::Cluster;
use crate::runtime::World;
use crate::runtime::planned::Stale;
use crate::runtime::tick::hash::hash;
use crate::runtime::tick::journal::Journal;
use crate::runtime::tick::look::{NOT_ASKED, in_time, look_at_drains};
use crate::runtime::tick::order::Apply;
use crate::runtime::tick::report::{Ended, TickReport};
use crate::runtime::tick::{Order, announce};

/// A tick under way: what it holds, has seen and has written.
pub(super) struct Run<'a, W> {
    pub world: &'a W,
    pub order: &'a Order,
    /// The instant at which everything was observed; the tick plans upon it throughout.
    pub now: Timestamp,
    pub lease: Lease,
    pub state: State,
    pub snapshot: Snapshot,
    pub journal: Journal,
    pub samples: Option<Recorded>,
    pub ruleset_changed: bool,
    pub report: TickReport,
    /// A plan to be carried out in place of what the rules decide.
    pub apply: Option<&'a Apply<'a>>,
    /// What was in flight when the lease was taken.
    pub found: Vec<Operation>,
    /// Why the plan was not carried out.
    pub stale: Stale,
}

impl<'a, W: World> Run<'a, W> {
    pub fn new(world: &'a W, order: &'a Order, now: Timestamp, acquired: AcquiredLease, snapshot: Snapshot) -> Self {
        let AcquiredLease { lease, state } = acquired;
        let report = TickReport::new(&order.cluster.name, now, Ended::Committed);
        let mut journal = Journal::new(now);
        let rebuilt = state.is_none();
        let mut state = state.unwrap_or_default();
        if rebuilt {
            begin_anew(&mut state, &mut journal, &order.cluster, now);
        }
        Self {
            world,
            order,
            now,
            lease,
            found: state.progress.operations.clone(),
            state,
            snapshot,
            journal,
            samples: None,
            ruleset_changed: false,
            report,
            apply: None,
            stale: Stale::default(),
        }
    }

    /// Everything between acquire and announce.
    ///
    /// # Errors
    ///
    /// Where the ledger could not be written: nothing was done that was not intended in it before.
    pub async fn whole(&mut self, metrics: &[Option<QueryAnswer>]) -> Result<(), LedgerError> {
        self.note_missing(metrics);
        self.note_ruleset();
        look_at_drains(self.world, &mut self.snapshot, being_drained(&self.state), self.order.cutoff()).await;
        let advanced = self.plan(plan::advance);
        self.remark_all(advanced);
        self.evaluate(metrics).await;
        if !self.stale.is_empty() {
            // Nothing was written so far, and nothing is.
            return self.world.ledger().release(&self.lease).await;
        }
        self.act().await?;
        self.finish_operations();
        self.commit().await?;
        announce::announce(self).await;
        Ok(())
    }

    /// Lets plan change the progress, with all that was seen.
    pub fn plan<T>(&mut self, change: impl FnOnce(&mut plan::Progress, &Situation<'_>) -> T) -> T {
        let situation = Situation {
            cluster: &self.order.cluster,
            prices: &self.order.prices,
            now: self.now,
            fence: self.lease.fence,
            snapshot: &self.snapshot,
            notices: &self.order.notices,
        };
        change(&mut self.state.progress, &situation)
    }

    pub fn situation(&self) -> Situation<'_> {
        Situation {
            cluster: &self.order.cluster,
            prices: &self.order.prices,
            now: self.now,
            fence: self.lease.fence,
            snapshot: &self.snapshot,
            notices: &self.order.notices,
        }
    }

    pub fn census(&self) -> Census<'_> {
        plan::census(&self.state.progress, &self.situation())
    }

    pub fn remark_all(&mut self, remarks: Vec<Remark>) {
        for remark in &remarks {
            self.journal.remark(&mut self.state, &self.order.cluster, remark);
        }
        self.report.remarks.extend(remarks);
    }

    /// What stands to be recorded by the next write.
    pub fn records(&self) -> Records {
        Records {
            events: self.journal.waiting().to_vec(),
            samples: self.samples.iter().cloned().collect(),
            ruleset: self.ruleset_changed.then(|| self.order.cluster.clone()),
        }
    }

    pub fn written(&mut self) {
        self.journal.written();
        self.samples = None;
        self.ruleset_changed = false;
    }

    async fn commit(&mut self) -> Result<(), LedgerError> {
        let write = || Write { state: &self.state, records: self.records() };
        let twice = async {
            match self.world.ledger().commit(&self.lease, write()).await {
                // It may have been written: to write it again does nothing more.
                Err(LedgerError::Unavailable { .. }) => self.world.ledger().commit(&self.lease, write()).await,
                other => other,
            }
        };
        let written = in_time(self.world.clock(), self.order.deadline, twice).await;
        written.unwrap_or_else(|| Err(LedgerError::late()))?;
        self.written();
        Ok(())
    }

    fn note_missing(&mut self, metrics: &[Option<QueryAnswer>]) {
        let parts = [self.snapshot.instances.as_ref().err(), self.snapshot.nodes.as_ref().err(), self.snapshot.pending_pods.as_ref().err()];
        for unseen in parts.into_iter().flatten().filter(|unseen| unseen.reason != NOT_ASKED) {
            self.report.missing.push(unseen.reason.clone());
        }
        let of_metrics = self.order.cluster.metrics.iter().zip(metrics).filter_map(|(metric, answer)| {
            let absence = missing_now(answer.as_ref()?, self.now)?;
            Some(format!("metric `{}` is missing: {absence}", metric.name))
        });
        self.report.missing.extend(of_metrics);
        let mut known = Vec::new();
        for reason in self.report.missing.clone() {
            if !known.contains(&reason) {
                let kind = EventKind::Failed { reason: reason.clone() };
                self.journal.note(&mut self.state, &self.order.cluster, kind, None, reason.clone());
                known.push(reason);
            }
        }
        self.report.missing = known;
    }

    fn note_ruleset(&mut self) {
        let hash = hash(&self.order.cluster);
        if self.state.ruleset.as_ref() == Some(&hash) {
            return;
        }
        let from = self.state.ruleset.replace(hash.clone());
        self.ruleset_changed = true;
        let text = format!("rules {hash} are in force");
        self.journal.note(&mut self.state, &self.order.cluster, EventKind::RulesetChanged { from, to: hash }, None, text);
    }

    fn finish_operations(&mut self) {
        let ended = self.plan(plan::settle);
        for operation in &ended {
            let text = plan::ending_in_words(operation);
            let kind = EventKind::OperationEnded { operation: operation.clone() };
            self.journal.note(&mut self.state, &self.order.cluster, kind, None, text);
        }
        self.report.finished = ended;
    }

    pub fn into_report(mut self, ended: Ended) -> TickReport {
        self.report.ended = ended;
        self.report.operations = self.state.progress.operations;
        self.report.next_evaluation = self.state.evaluated_at.and_then(|at| at.saturating_add(self.order.cluster.interval(self.now)).ok());
        self.report
    }
}

/// A ledger that is new or was lost: what runs is found out from tags and taints, and nothing is removed for a while.
fn begin_anew(state: &mut State, journal: &mut Journal, cluster: &Cluster, now: Timestamp) {
    let grace = cluster.cooldown.down.max(cluster.capacity.join);
    let until = now.saturating_add(grace).unwrap_or(Timestamp::MAX);
    state.progress.grace_until = Some(until);
    let what = format!("the ledger is new: it is built from tags and taints, and no node is removed before {until:.0}");
    journal.note(state, cluster, EventKind::Repaired { operation: None, what: what.clone() }, None, what);
}

/// Nodes whose pods decide what becomes of an operation.
fn being_drained(state: &State) -> Vec<String> {
    let open = state
        .progress
        .retires()
        .filter(|retire| matches!(retire.state, RetireState::Intended | RetireState::Draining { .. } | RetireState::Drained { .. }));
    open.filter_map(|retire| retire.node_name.clone()).collect()
}

fn missing_now(answer: &QueryAnswer, now: Timestamp) -> Option<String> {
    match answer.series.at(now).map(|sample| &sample.answer) {
        Some(crate::observe::Answer::Value(_)) => None,
        Some(crate::observe::Answer::Missing(absence)) => Some(crate::runtime::tick::evaluate::absence_in_words(absence)),
        None => Some("the source gave no answer for this instant".to_owned()),
    }
}
