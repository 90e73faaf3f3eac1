use std::collections::BTreeSet;

use crate::act::Fleet as _;
use crate::decide::Decision;
use crate::plan::{self, Launch, Operation, Retire};
use crate::runtime::World;
use crate::runtime::planned::stale::Now;
use crate::runtime::planned::{SeenWorker, Stale};
use crate::runtime::tick::hash::hash;
use crate::runtime::tick::look::in_time;
use crate::runtime::tick::order::Apply;
use crate::runtime::tick::run::Run;

impl<W: World> Run<'_, W> {
    /// Why a plan must not be carried out any more; everything is asked before anything is written.
    pub(super) async fn stale(&mut self, apply: &Apply<'_>, decision: &Decision) -> Stale {
        let mut stale = Stale::default();
        let workers = SeenWorker::all(&self.census());
        let cluster = &self.order.cluster;
        let ruleset = hash(cluster);
        let now = Now {
            at: self.now,
            zone: &cluster.timezone,
            ruleset: &ruleset,
            operations: &self.found,
            memory: &self.state.memory,
            workers: &workers,
        };
        stale.of_ledger(apply.plan, &now, apply.max_age);
        let unseen = [self.snapshot.instances.as_ref().err(), self.snapshot.nodes.as_ref().err()];
        let unseen: Vec<String> = unseen.into_iter().flatten().map(|unseen| format!("what runs could not be seen: {unseen}")).collect();
        if unseen.is_empty() {
            stale.of_workers(apply.plan, &now);
        }
        unseen.into_iter().for_each(|reason| stale.push(reason));
        // One reason is enough; what is asked further costs calls.
        if stale.is_empty() {
            stale.of_decision(apply.plan, decision, &cluster.timezone);
        }
        if stale.is_empty() {
            self.check_launches(apply, &mut stale).await;
            self.check_retires(apply, &mut stale).await;
        }
        stale
    }

    /// The plan's operations, under way from now on.
    pub(super) fn begin_planned(&mut self, apply: &Apply<'_>) {
        self.state.progress.operations.extend(apply.plan.begun_at(self.now, self.order.cluster.drain.within));
    }

    async fn check_launches(&mut self, apply: &Apply<'_>, stale: &mut Stale) {
        let launches = apply.plan.operations.iter().filter_map(|operation| match operation {
            Operation::Launch(launch) => Some(launch),
            Operation::Retire(_) => None,
        });
        let launches: Vec<&Launch> = launches.collect();
        if launches.is_empty() {
            return;
        }
        let asked = in_time(self.world.clock(), self.order.cutoff(), self.world.fleet().template()).await;
        let template = match asked {
            Some(Ok(template)) => template,
            Some(Err(failure)) => return stale.push(format!("the launch template cannot be read: {failure}")),
            None => return stale.push("the launch template cannot be read: EC2 did not answer in time".to_owned()),
        };
        let configuration = plan::configuration(&template, &self.order.cluster.capacity);
        for attempt in launches.iter().flat_map(|launch| &launch.attempts) {
            if attempt.template_version != template.version {
                let (then, now) = (attempt.template_version, template.version);
                stale.push(format!("the launch template has changed: it was at version {then} and is at {now}"));
            }
            if let Some(cooled) = self.state.progress.cooled(&attempt.offering, &configuration, self.now) {
                stale.push(format!("{} has no capacity before {:.0}: {}", attempt.offering, cooled.until, cooled.reason));
            }
        }
        stale.0.dedup();
    }

    async fn check_retires(&mut self, apply: &Apply<'_>, stale: &mut Stale) {
        let retires = apply.plan.operations.iter().filter_map(|operation| match operation {
            Operation::Retire(retire) => Some(retire),
            Operation::Launch(_) => None,
        });
        let retires: Vec<&Retire> = retires.collect();
        if retires.is_empty() {
            return;
        }
        self.look_at_candidates().await;
        let mut protected = BTreeSet::new();
        for instance_id in retires.iter().filter_map(|retire| retire.instance_id.as_ref()) {
            let asked = in_time(self.world.clock(), self.order.cutoff(), self.world.fleet().termination_protected(instance_id));
            // What could not be asked is not touched.
            if !matches!(asked.await, Some(Ok(false))) {
                protected.insert(instance_id.clone());
            }
        }
        // Everybody who may go, whoever comes first.
        let free = plan::choose(&self.state.progress, &self.situation(), u32::MAX, 0, &protected);
        for retire in retires {
            if retire.instance_id.as_ref().is_some_and(|id| free.chosen.contains(id)) {
                continue;
            }
            let objection = free.passed_over.iter().find(|passed| retire.node_name.as_ref() == Some(&passed.node_name));
            let reason = objection.map_or("it is no longer there", |passed| passed.reason.as_str());
            stale.push(format!("worker {} can no longer go: {reason}", retire.name()));
        }
    }
}
