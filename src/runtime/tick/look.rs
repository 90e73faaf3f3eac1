use std::collections::BTreeMap;
use std::future::Future;

use jiff::{SignedDuration, Timestamp};

use crate::act::{Cluster as _, Fleet as _};
use crate::decide::needs;
use crate::ledger::{AcquiredLease, Claim, Ledger as _, LedgerError};
use crate::observe::{Absence, Answer, Metrics as _, Pod, Query, QueryAnswer, Sample, Seen, Series, Snapshot, Surroundings, Unseen};
use crate::rules::{Cluster, Metric, Source};
use crate::runtime::{Clock, World};

/// What round trip 1 brought: the lease with the state, the world, and the metrics.
pub(super) struct FirstLook {
    pub acquired: Result<AcquiredLease, LedgerError>,
    pub snapshot: Snapshot,
    /// One for each of the cluster's metrics; `None`: it is no query.
    pub metrics: Vec<Option<QueryAnswer>>,
}

/// Why waiting pods are unseen where no rule looks at them: an idle tick asks for no more than is needed.
pub(super) const NOT_ASKED: &str = "no rule looks at waiting pods";

/// Takes the lease and observes, all at once.
pub(super) async fn first_look<W: World>(world: &W, cluster: &Cluster, claim: &Claim, cutoff: Timestamp) -> FirstLook {
    let at = claim.now;
    let clock = world.clock();
    let pending_pods = async {
        if !needs(cluster).pending_pods {
            return Some(Err(Unseen { reason: NOT_ASKED.to_owned() }));
        }
        in_time(clock, cutoff, world.cluster().pending_pods()).await
    };
    let (acquired, instances, nodes, pending_pods, metrics) = tokio::join!(
        in_time(clock, cutoff, world.ledger().acquire(&cluster.name, claim)),
        in_time(clock, cutoff, world.fleet().instances(&cluster.name)),
        in_time(clock, cutoff, world.cluster().nodes(cluster.pool())),
        pending_pods,
        read_metrics(world, cluster, at, cutoff),
    );
    let snapshot = Snapshot {
        at,
        instances: instances.unwrap_or_else(|| late("EC2")),
        nodes: nodes.unwrap_or_else(|| late("Kubernetes")),
        pending_pods: pending_pods.unwrap_or_else(|| late("Kubernetes")),
        pods_on_nodes: Ok(BTreeMap::new()),
        volumes_on_nodes: Ok(BTreeMap::new()),
        budgets: Err(Unseen { reason: "no node was to be chosen".to_owned() }),
    };
    let acquired = acquired.unwrap_or_else(|| Err(LedgerError::late()));
    FirstLook { acquired, snapshot, metrics }
}

/// Adds the pods of these nodes to the snapshot, those that it does not know yet.
pub(super) async fn look_at_pods<W: World>(world: &W, snapshot: &mut Snapshot, names: Vec<String>, cutoff: Timestamp) {
    let Ok(known) = &mut snapshot.pods_on_nodes else { return };
    let names: Vec<String> = names.into_iter().filter(|name| !known.contains_key(name)).collect();
    if names.is_empty() {
        return;
    }
    let seen: Seen<Vec<Pod>> = in_time(world.clock(), cutoff, world.cluster().pods_on(&names)).await.unwrap_or_else(|| late("Kubernetes"));
    match seen {
        Ok(pods) => {
            known.extend(names.into_iter().map(|name| (name, Vec::new())));
            for pod in pods {
                let place = pod.node_name.as_ref().and_then(|name| known.get_mut(name));
                if let Some(place) = place {
                    place.push(pod);
                }
            }
        }
        Err(unseen) => snapshot.pods_on_nodes = Err(unseen),
    }
}

/// Adds what is still attached to these nodes, and their pods.
pub(super) async fn look_at_drains<W: World>(world: &W, snapshot: &mut Snapshot, names: Vec<String>, cutoff: Timestamp) {
    if names.is_empty() {
        return;
    }
    let volumes = in_time(world.clock(), cutoff, world.cluster().volumes_on(&names));
    let (volumes, ()) = tokio::join!(volumes, look_at_pods(world, snapshot, names.clone(), cutoff));
    snapshot.volumes_on_nodes = volumes.unwrap_or_else(|| late("Kubernetes"));
}

/// What the scheduler looks at for these waiting pods.
pub(super) async fn look_around<W: World>(world: &W, waiting: &[Pod], cutoff: Timestamp) -> Seen<Surroundings> {
    in_time(world.clock(), cutoff, world.cluster().surroundings(waiting)).await.unwrap_or_else(|| late("Kubernetes"))
}

/// `None`: it has not ended by then.
pub(super) async fn in_time<T>(clock: &impl Clock, cutoff: Timestamp, work: impl Future<Output = T>) -> Option<T> {
    tokio::select! {
        biased;
        done = work => Some(done),
        () = clock.until(cutoff) => None,
    }
}

pub(super) fn late<T>(who: &str) -> Seen<T> {
    Err(Unseen { reason: format!("{who} did not answer in time") })
}

/// Asks for what some rule looks at, and for no more.
async fn read_metrics<W: World>(world: &W, cluster: &Cluster, at: Timestamp, cutoff: Timestamp) -> Vec<Option<QueryAnswer>> {
    let longest_interval = cluster.longest_interval();
    let windows = needs(cluster).metrics;
    let queries: Vec<Option<Query<'_>>> =
        cluster.metrics.iter().zip(windows).map(|(metric, window)| query(world, metric, window, longest_interval)).collect();
    let asked: Vec<Query<'_>> = queries.iter().flatten().cloned().collect();
    let answers = match asked.is_empty() {
        true => Some(Vec::new()),
        false => in_time(world.clock(), cutoff, world.metrics().read(&asked, at)).await,
    };
    let mut answers = answers.map(Vec::into_iter);
    let mut next = || answers.as_mut().and_then(Iterator::next).unwrap_or_else(|| unanswered(at, cluster));
    queries.iter().map(|query| query.as_ref().map(|_| next())).collect()
}

fn query<'a>(
    world: &impl World,
    metric: &'a Metric,
    window: Option<SignedDuration>,
    longest_interval: SignedDuration,
) -> Option<Query<'a>> {
    let asked = match &metric.source {
        Source::Prometheus(_) => true,
        Source::Kubernetes(_) => world.driven(&metric.name).is_some(),
    };
    asked.then_some(Query { metric, over: window?, longest_interval })
}

/// What stands for a source that did not answer at all.
fn unanswered(at: Timestamp, cluster: &Cluster) -> QueryAnswer {
    let answer = Answer::Missing(Absence::Failed("the source did not answer in time".to_owned()));
    let series = Series { samples: vec![Sample { at, answer }], missing_after: cluster.longest_interval() };
    QueryAnswer { series, instant_only: false }
}
