//! `pending-nodes` against the real scheduler: given the workers that were counted it places every pod that a worker can
//! help, and with one fewer it leaves some waiting.

mod generate;
mod stage;

use std::collections::{BTreeMap, BTreeSet};

use futures_util::stream::{self, StreamExt as _};
use jiff::Timestamp;
use k8s_openapi::api::node::v1::RuntimeClass;
use kube::api::PostParams;
use kube::{Api, Client};
use serde_json::json;
use smartscale::act::Cluster as _;
use smartscale::act::kubernetes::Kubernetes;
use smartscale::observe::{Node, Snapshot};
use smartscale::plan::packing::Packing;
use smartscale::plan::{self, Progress, Situation, Subnet, Template};
use smartscale::rules::{Cluster, PriceList};
use smartscale::runtime::{check_sources, choose_cluster};
use smartscale::source::Sources;

use crate::counterparts::kubernetes::{ControlPlane, Identity, namespace};
use generate::{Set, ZONES, set};
use stage::Stage;

/// Keeps pods off a worker until its DaemonSets have theirs there.
const HOLD: &str = "smartscale.test/hold";
/// The label of a set's workers, which its pods ask for: sets do not meet.
const SET: &str = "smartscale.test/set";
/// So many sets share the control plane.
const AT_ONCE: usize = 5;
const RULES: &str = r#"
cluster "prod/sets" {
  nodes    1..500
  evaluate every 1m
  capacity { instances t3.medium }
  rule waiting urgent { when pending-nodes > 0 then add pending-nodes nodes }
}
"#;
/// Other seeds: `START..END`.
const SEEDS: &str = "SMARTSCALE_PENDING_SEEDS";

/// Among nodes that it likes alike the scheduler of 1.36 takes them as its list of nodes and the race of its threads have them, an older
/// one draws lots. A worker is needed where one throw leaves a pod waiting without it; so often it is given the chance.
const TRIES: u32 = 8;

/// What the scheduler made of a count.
#[derive(Debug, Default)]
struct Verdict {
    counted: u32,
    /// So many times in a row one worker fewer was enough.
    enough_with_fewer: u32,
    /// Two workers fewer were enough as well, in whichever order they joined.
    by_more_than_one: bool,
    /// Pods that were counted and got no place, with what the scheduler says.
    too_few: Vec<String>,
    /// Pods that were named and got a place all the same.
    wrongly_named: Vec<String>,
}

#[tokio::test]
async fn the_scheduler_needs_what_is_counted() {
    let plane = ControlPlane::start().await;
    let client = plane.client(Identity::Admin).await;
    let kubernetes = Kubernetes::connect(Some(&plane.kubeconfig(Identity::SmartScale)), None).await.expect("the control plane is there");
    runtime_class(&client).await;
    let seeds = std::env::var(SEEDS).ok().and_then(|text| {
        let (start, end) = text.split_once("..")?;
        Some(start.parse().ok()?..end.parse().ok()?)
    });
    let (client, kubernetes) = (&client, &kubernetes);
    let sets = stream::iter(seeds.unwrap_or(0..50)).map(|seed| async move {
        let verdict = judge(&set(seed), client, kubernetes).await;
        println!("set {seed}: {verdict:?}");
        (seed, verdict)
    });
    let verdicts: BTreeMap<u64, Verdict> = sets.buffer_unordered(AT_ONCE).collect().await;
    let wrong: Vec<String> = verdicts
        .iter()
        .filter(|(_, verdict)| !verdict.too_few.is_empty() || !verdict.wrongly_named.is_empty() || verdict.by_more_than_one)
        .map(|(seed, verdict)| format!("seed {seed}: {verdict:#?}"))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let over: Vec<u64> = verdicts.iter().filter(|(_, verdict)| verdict.enough_with_fewer == TRIES).map(|(seed, _)| *seed).collect();
    let counted: u32 = verdicts.values().map(|verdict| verdict.counted).sum();
    let by_chance = verdicts.values().filter(|verdict| verdict.enough_with_fewer > 0).count() - over.len();
    println!("{} sets, {counted} workers counted, one too many in {over:?}, needed by chance alone in {by_chance}", verdicts.len());
    assert!(over.len() * 20 <= verdicts.len(), "one worker too many in {over:?}");
}

async fn judge(set: &Set, client: &Client, kubernetes: &Kubernetes) -> Verdict {
    namespace(client, &set.namespace).await;
    let mut stage = Stage::build(set, client).await;
    let waiting = stage.offer(&set.names()).await;
    let packing = count(kubernetes, set).await;
    let named: BTreeSet<String> =
        packing.unhelped.iter().filter_map(|pod| pod.pod.strip_prefix(&format!("{}/", set.namespace))).map(str::to_owned).collect();
    let mut verdict = Verdict { counted: packing.nodes(), ..Verdict::default() };
    let mut left = waiting.clone();
    let zones: Vec<&str> = packing.zones.iter().map(String::as_str).collect();
    if let Some((last, first)) = zones.split_last() {
        // The queue is empty while workers come up: then all pods meet all workers, in the order in which they came.
        stage.withdraw(&waiting).await;
        stage.join(first).await;
        while verdict.enough_with_fewer < TRIES && stage.offer(&waiting).await.len() <= named.len() {
            verdict.enough_with_fewer += 1;
            stage.withdraw(&waiting).await;
        }
        if verdict.enough_with_fewer < TRIES {
            stage.withdraw(&waiting).await;
        }
        stage.join(&[last]).await;
        left = stage.offer(&waiting).await;
    }
    // Which of several equal pods is left over is chance.
    let workload = |name: &String| {
        let pod = set.pods.iter().find(|pod| pod["metadata"]["name"] == name.as_str()).unwrap();
        pod["metadata"]["labels"]["app"].as_str().unwrap().to_owned()
    };
    let tally = |names: &BTreeSet<String>| {
        let mut tally: BTreeMap<String, usize> = BTreeMap::new();
        names.iter().for_each(|name| *tally.entry(workload(name)).or_default() += 1);
        tally
    };
    let (left_of, named_of) = (tally(&left), tally(&named));
    for name in left.iter().filter(|name| left_of.get(&workload(name)) > named_of.get(&workload(name))) {
        verdict.too_few.push(format!("{name}: {}", stage.says(name).await));
    }
    for name in named.iter().filter(|name| left_of.get(&workload(name)) < named_of.get(&workload(name))) {
        let reason = packing.unhelped.iter().find(|pod| pod.pod.ends_with(&format!("/{name}"))).map(|pod| pod.reason.clone());
        verdict.wrongly_named.push(format!("{name}: {}", reason.unwrap_or_default()));
    }
    stage.clear().await;
    if let (TRIES, [fewer @ .., _, _]) = (verdict.enough_with_fewer, zones.as_slice()) {
        verdict.by_more_than_one = true;
        for turn in 0..fewer.len().max(1) {
            // In another order, so that the scheduler's list of nodes is another one.
            let mut turned = fewer.to_vec();
            turned.rotate_left(turn);
            let mut stage = Stage::build(set, client).await;
            let waiting = stage.offer(&set.names()).await;
            stage.withdraw(&waiting).await;
            stage.join(&turned).await;
            verdict.by_more_than_one &= stage.offer(&waiting).await.len() <= named.len();
            stage.clear().await;
            if !verdict.by_more_than_one {
                break;
            }
        }
    }
    verdict
}

/// What SmartScale counts, with its own rights.
async fn count(kubernetes: &Kubernetes, set: &Set) -> Packing {
    let mut pending = kubernetes.pending_pods().await.expect("pods can be listed");
    pending.retain(|pod| pod.namespace == set.namespace);
    let mut around = kubernetes.surroundings(&pending).await;
    let own = |node: &Node| node.labels.get(SET) == Some(&set.namespace);
    let mut nodes = kubernetes.nodes(rules().pool()).await;
    // The other sets that share the control plane are no part of this one's cluster.
    nodes.as_mut().expect("nodes can be listed").retain(own);
    let seen = around.as_mut().expect("the cluster can be looked at");
    seen.nodes.retain(own);
    seen.pods.retain(|pod| pod.namespace == set.namespace);
    seen.daemons.retain(|pod| pod.namespace == set.namespace);
    let (cluster, prices) = (rules(), PriceList::default());
    let subnet = |zone: &str| Subnet { zone: zone.to_owned(), id: format!("subnet-{zone}") };
    let template = Template { id: "lt-1".to_owned(), version: 1, instance_type: None, subnets: ZONES.map(subnet).to_vec() };
    let progress = Progress { template: Some(template), ..Progress::default() };
    let snapshot = Snapshot {
        at: Timestamp::now(),
        instances: Ok(Vec::new()),
        nodes,
        pending_pods: Ok(pending),
        pods_on_nodes: Ok(BTreeMap::new()),
        volumes_on_nodes: Ok(BTreeMap::new()),
        budgets: Ok(Vec::new()),
    };
    let situation = Situation { cluster: &cluster, prices: &prices, now: snapshot.at, fence: 1, snapshot: &snapshot, notices: &[] };
    let census = plan::census(&progress, &situation);
    plan::pending(&census, &situation, &around, &progress).expect("everything was seen")
}

fn rules() -> Cluster {
    let checked = check_sources(&Sources::single("rules.scale", RULES), Vec::new());
    let ruleset = checked.ruleset.unwrap_or_else(|| panic!("{:#?}", checked.diagnostics));
    (*choose_cluster(&ruleset, None).expect("there is one cluster")).clone()
}

/// A sandbox that takes CPU beside its containers.
async fn runtime_class(client: &Client) {
    let heavy = json!({ "metadata": { "name": "heavy" }, "handler": "heavy", "overhead": { "podFixed": { "cpu": "150m" } } });
    let classes: Api<RuntimeClass> = Api::all(client.clone());
    classes.create(&PostParams::default(), &serde_json::from_value(heavy).unwrap()).await.expect("it is new");
}

#[test]
fn the_sets_have_everything_that_decides() {
    let sets: Vec<Set> = (0..50).map(set).collect();
    let text: String = sets.iter().flat_map(|set| set.pods.iter().chain(&set.daemon_sets)).map(ToString::to_string).collect();
    for feature in [
        "\"nodeSelector\":{\"kubernetes.io/os\"",
        "\"topology.kubernetes.io/zone\":\"eu-central-1",
        "nodeAffinity",
        "NotIn",
        "podAffinity",
        "podAntiAffinity",
        "namespaceSelector",
        "topologySpreadConstraints",
        "minDomains",
        "hostPort",
        "nvidia.com/gpu",
        "initContainers",
        "restartPolicy",
        "runtimeClassName",
        "\"resources\":{\"requests\":{\"cpu\":\"1600m\"}}",
        "limits",
    ] {
        assert!(text.contains(feature), "no set has {feature}");
    }
    assert!(sets.iter().any(|set| set.tainted) && sets.iter().any(|set| !set.tainted), "some workers are tainted");
    assert!(sets.iter().filter(|set| !set.daemon_sets.is_empty()).count() > 10, "DaemonSets take their part of workers");
}
