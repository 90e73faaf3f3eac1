use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::act::{Cluster, Fleet};
use crate::announce::{Announcement, Announcer};
use crate::ledger::State;
use crate::observe::{
    Absence, Answer, Budget, Instance, InstanceState, Metrics, Node, Pod, Query, QueryAnswer, Sample, Seen, Series, Surroundings, Unseen,
};
use crate::plan::{
    CLUSTER_TAG, DeleteNode, Evict, Failure, FailureClass, FindByToken, MarkNode, POOL_LABEL, PROTECTED, RunInstances, Step, Template,
    Terminate, UnmarkNode,
};
use crate::rules::{Channel, Number};
use crate::sandbox::handle::Mood;
use crate::sandbox::remembered::Past;
use crate::sandbox::world::World;
use crate::sandbox::{Call, Deed, DeedKind, Sabotage, Sandbox};

impl Fleet for Sandbox {
    async fn instances(&self, cluster: &str) -> Seen<Vec<Instance>> {
        let read = |world: &mut World, mood| {
            let fresh = world.describe(cluster);
            Ok(remember(&mut world.remembered.instances, world.now, !world.faults.stale(), mood, fresh))
        };
        let mut seen = self.seen(self.call(Call::Instances, read).await);
        if let Ok(instances) = &mut seen
            && self.world().sabotage == Some(Sabotage::UnseenAsDead)
        {
            let world = self.world();
            let unseen = world.machines.values().filter(|machine| machine.visible_at > world.now).map(|machine| &machine.instance);
            instances.extend(unseen.map(|instance| Instance { state: InstanceState::Terminated, ..instance.clone() }));
        }
        seen
    }

    async fn template(&self) -> Result<Template, Failure> {
        self.call(Call::Template, |world, _| Ok(world.template())).await
    }

    async fn run_instances(&self, step: &RunInstances, _now: Timestamp) -> Result<Vec<Instance>, Failure> {
        let intended = |token: &str| {
            let cluster = step.tags.get(CLUSTER_TAG).map(String::as_str).unwrap_or_default();
            let knows = |state: &State| state.progress.launches().any(|launch| launch.attempts.iter().any(|a| a.token == token));
            self.ledger().look(cluster, knows).unwrap_or(false)
        };
        let called_at = self.world().now;
        let launch = |world: &mut World| {
            let again = world.sabotage == Some(Sabotage::FreshTokenAgain) && !world.asked_tokens.insert(step.token.clone());
            if again || world.sabotage == Some(Sabotage::FreshToken) {
                let token = format!("{}-{}", step.token, world.serial());
                return world.run_instances(&RunInstances { token, ..step.clone() }, called_at, true);
            }
            world.run_instances(step, called_at, intended(&step.token))
        };
        let carried_out = || (Step::RunInstances(step.clone()), intended(&step.token));
        let answer = self.effect(Call::RunInstances, carried_out, launch).await;
        match answer {
            Err(failed) if failed.class == FailureClass::Unknown && self.world().sabotage == Some(Sabotage::TimeOutAsFailure) => {
                Err(Failure { class: FailureClass::Offering, ..failed })
            }
            answer => answer,
        }
    }

    async fn find_by_token(&self, step: &FindByToken) -> Result<Vec<Instance>, Failure> {
        self.call(Call::FindByToken, |world, _| Ok(world.describe_token(&step.token))).await
    }

    async fn termination_protected(&self, instance_id: &str) -> Result<bool, Failure> {
        let ask = |world: &mut World, _| {
            let seen = world.sabotage != Some(Sabotage::IgnoreProtection);
            Ok(seen && world.machines.get(instance_id).is_some_and(|machine| machine.protected))
        };
        self.call(Call::TerminationProtected, ask).await
    }

    async fn terminate(&self, step: &Terminate) -> Result<(), Failure> {
        let named = |state: &State| state.progress.retire_of(&step.instance_id).cloned();
        let called_at = self.world().now;
        let terminate = |world: &mut World| {
            let named = self.ledger.look(&world.settings.cluster, named).flatten();
            world.terminate(step, called_at, named)
        };
        self.effect(Call::Terminate, || (Step::Terminate(step.clone()), true), terminate).await
    }
}

impl Cluster for Sandbox {
    async fn nodes(&self, pool: Option<&str>) -> Seen<Vec<Node>> {
        let read = |world: &mut World, mood| {
            let ours = |node: &&Node| pool.is_none_or(|pool| node.labels.get(POOL_LABEL).is_some_and(|label| label == pool));
            let fresh = world.nodes.values().filter(ours).cloned().collect();
            Ok(remember(&mut world.remembered.nodes, world.now, !world.faults.stale(), mood, fresh))
        };
        let mut seen = self.seen(self.call(Call::Nodes, read).await);
        if let Ok(nodes) = &mut seen
            && self.world().sabotage == Some(Sabotage::IgnoreProtection)
        {
            nodes.iter_mut().for_each(|node| drop(node.annotations.remove(PROTECTED)));
        }
        seen
    }

    async fn pending_pods(&self) -> Seen<Vec<Pod>> {
        let read = |world: &mut World, mood| {
            world.reconcile();
            let waiting = world.pods.values().filter(|pod| pod.unschedulable_since.is_some() && pod.deleted_at.is_none());
            let fresh = waiting.cloned().collect();
            Ok(remember(&mut world.remembered.pending, world.now, !world.faults.stale(), mood, fresh))
        };
        self.call(Call::PendingPods, read).await.map_err(|failure| unseen(&failure))
    }

    async fn pods_on(&self, nodes: &[String]) -> Seen<Vec<Pod>> {
        let read = |world: &mut World, _| {
            world.reconcile();
            let there = |pod: &&Pod| pod.node_name.as_ref().is_some_and(|name| nodes.contains(name));
            Ok(world.pods.values().filter(there).cloned().collect())
        };
        self.call(Call::PodsOn, read).await.map_err(|failure| unseen(&failure))
    }

    async fn budgets(&self) -> Seen<Vec<Budget>> {
        self.call(Call::Budgets, |world, _| Ok(world.budgets())).await.map_err(|failure| unseen(&failure))
    }

    async fn volumes_on(&self, nodes: &[String]) -> Seen<BTreeMap<String, Vec<String>>> {
        let none = |_: &mut World, _| Ok(nodes.iter().map(|name| (name.clone(), Vec::new())).collect());
        self.call(Call::VolumesOn, none).await.map_err(|failure| unseen(&failure))
    }

    async fn surroundings(&self, _: &[Pod]) -> Seen<Surroundings> {
        let read = |world: &mut World, _| {
            world.reconcile();
            Ok(world.surroundings())
        };
        self.call(Call::Surroundings, read).await.map_err(|failure| unseen(&failure))
    }

    async fn mark(&self, step: &MarkNode) -> Result<(), Failure> {
        self.effect(Call::Mark, || (Step::MarkNode(step.clone()), true), |world| world.mark(step)).await
    }

    async fn unmark(&self, step: &UnmarkNode) -> Result<(), Failure> {
        self.effect(Call::Unmark, || (Step::UnmarkNode(step.clone()), true), |world| world.unmark(step)).await
    }

    async fn evict(&self, step: &Evict) -> Result<(), Failure> {
        self.effect(Call::Evict, || (Step::Evict(step.clone()), true), |world| world.evict(step)).await
    }

    async fn delete_node(&self, step: &DeleteNode) -> Result<(), Failure> {
        self.effect(Call::DeleteNode, || (Step::DeleteNode(step.clone()), true), |world| world.delete_node(step)).await
    }
}

impl Metrics for Sandbox {
    async fn read<'a>(&'a self, queries: &'a [Query<'a>], at: Timestamp) -> Vec<QueryAnswer> {
        let read = |world: &mut World, mood| {
            let elapsed = world.now.duration_since(world.settings.start);
            let ready = world.ready_nodes();
            let answer = |query: &Query<'_>| match mood {
                Mood::NotANumber => empty_or(query, Absence::NotANumber),
                Mood::Empty => empty_or(query, Absence::Empty),
                Mood::Stale(by) if world.sabotage == Some(Sabotage::StaleAsFresh) => {
                    world.drive.answer(query.metric, elapsed.saturating_sub(by), ready)
                }
                Mood::Stale(by) => Answer::Missing(Absence::Stale { age: by }),
                Mood::Partial if query.metric.name == queries.first().map_or("", |first| first.metric.name.as_str()) => {
                    Answer::Missing(Absence::Failed("this query alone was not answered".to_owned()))
                }
                Mood::Fresh | Mood::Partial => world.drive.answer(query.metric, elapsed, ready),
            };
            Ok(queries.iter().map(|query| answered(query, at, answer(query))).collect::<Vec<_>>())
        };
        let zero = self.world().sabotage == Some(Sabotage::MissingAsZero);
        match self.call(Call::Metrics, read).await {
            Ok(mut answers) => {
                let samples = answers.iter_mut().flat_map(|answer| &mut answer.series.samples);
                for sample in samples.filter(|sample| zero && matches!(sample.answer, Answer::Missing(_))) {
                    sample.answer = Answer::Value(Number::ZERO);
                }
                answers
            }
            Err(failure) => {
                let failed = || if zero { Answer::Value(Number::ZERO) } else { Answer::Missing(Absence::Failed(failure.to_string())) };
                queries.iter().map(|query| answered(query, at, failed())).collect()
            }
        }
    }
}

impl Sandbox {
    fn seen<T: Default>(&self, read: Result<T, Failure>) -> Seen<T> {
        match read {
            Err(_) if self.world().sabotage == Some(Sabotage::UnseenAsEmpty) => Ok(T::default()),
            read => read.map_err(|failure| unseen(&failure)),
        }
    }
}

impl Announcer for Sandbox {
    async fn announce(&self, channel: Channel, announcement: &Announcement) -> Result<(), String> {
        let hear = |world: &mut World, _| {
            if world.sabotage == Some(Sabotage::DropNews) {
                return Ok(());
            }
            if world.deeds.is_some() {
                let (at, id) = (world.now, announcement.id.clone());
                let committed = self.ledger.knows(&announcement.cluster, announcement.at, &id);
                world.note(|| Deed { at, what: DeedKind::Announced { id, committed } });
            }
            world.announced.push((channel, announcement.clone()));
            Ok(())
        };
        self.call(Call::Announce, hear).await.map_err(|failure| failure.to_string())
    }
}

/// A query that succeeded with nothing useful means what the rules say it means.
fn empty_or(query: &Query<'_>, absence: Absence) -> Answer {
    query.metric.empty_is.clone().map_or(Answer::Missing(absence), Answer::Value)
}

/// The sandbox keeps no history of its metrics: earlier samples are those of earlier evaluations. A `missing after` that
/// is shorter than the interval between these counts as the interval.
fn answered(query: &Query<'_>, at: Timestamp, answer: Answer) -> QueryAnswer {
    let default = jiff::SignedDuration::from_mins(2);
    let missing_after = query.metric.missing_after.unwrap_or(default).max(query.longest_interval);
    QueryAnswer { series: Series { samples: vec![Sample { at, answer }], missing_after }, instant_only: true }
}

/// A stale read answers as an earlier one did, where one is remembered.
fn remember<T: Clone>(past: &mut Past<T>, now: Timestamp, forget: bool, mood: Mood, fresh: T) -> T {
    if forget {
        return fresh;
    }
    let answer = match mood {
        Mood::Stale(by) => past.oldest_within(now, by),
        _ => None,
    };
    past.keep(now, &fresh);
    answer.unwrap_or(fresh)
}

fn unseen(failure: &Failure) -> Unseen {
    Unseen { reason: failure.to_string() }
}
