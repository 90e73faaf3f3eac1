//! From a rules file to a node joined and a node drained.

use std::collections::BTreeSet;

use k8s_openapi::api::core::v1::{Node, Pod};
use kube::ResourceExt;
use serde_json::Value;

use super::slack::Slack;
use super::stage::{PROMETHEUS_TOKEN, SLACK_SECRET, Stage, finished, steps};
use super::world::on_the_world;
use crate::counterparts::kubernetes::{Workload, namespace};

const RULES: &str = r#"
cluster "CLUSTER" {
  nodes 1..3
  evaluate every 2s
  cooldown up 1s, down 1s
  step up 1, down 1
  capacity { join within 40s }
  drain { within 2m }
  notify slack on scale-up, scale-down, failure
}

metric load : count = prometheus `max(SERIES)`

rule busy  { when load > 70 then add 1 node }
rule quiet { when load < 30 and pending-pods == 0 then remove 1 node }
"#;

const RETIRING: &str = "smartscale.dev/retiring";

#[test]
fn a_node_joins_when_load_rises_and_is_drained_when_it_falls() {
    on_the_world(async |world| {
        let mut stage = Stage::new(world, "up-down", RULES).await;
        let slack = Slack::start().await;
        stage.environment.push(("SLACK_WEBHOOK".to_owned(), slack.webhook.clone()));
        stage.set("notify", "slack-webhook", "\"env:SLACK_WEBHOOK\"");
        stage.load(50.0).await;
        stage.create_ledger().await;
        stage.worker().await;

        // Nothing to do: the lower bound is met and the load is in between.
        let report = stage.tick().await;
        assert_eq!((&report["decision"]["action"], &report["steps"]), (&Value::from("stay"), &Value::Array(Vec::new())), "{report:#}");

        up(&mut stage).await;

        // No node is removed while the ledger is new: the machines may have a history that it does not know.
        stage.load(10.0).await;
        let workload = deploy(&stage).await;
        let report = stage.tick().await;
        assert_eq!(report["decision"]["action"], "stay", "{report:#}");

        down(&mut stage, &workload).await;
        read_afterwards(&stage, &slack).await;
        stage.clear().await;
    });
}

/// Load rises: one instance, launched by the template, becomes a Ready node.
async fn up(stage: &mut Stage) {
    stage.load(90.0).await;
    let report = stage.tick().await;
    assert_eq!(report["decision"]["action"], serde_json::json!({ "add": 1 }), "{report:#}");
    assert_eq!(report["decision"]["because"]["winning"]["rules"], serde_json::json!(["busy"]), "{report:#}");
    let launch = steps(&report, "run-instances");
    assert_eq!(launch.len(), 1, "{report:#}");
    // It goes on in later processes.
    assert_eq!(report["operations"].as_array().map(Vec::len), Some(1), "{report:#}");
    stage.load(50.0).await;

    let alive = stage.alive().await;
    let new: Vec<_> = alive.iter().filter(|instance| instance.tags.contains_key("smartscale.dev/operation")).collect();
    assert_eq!((alive.len(), new.len()), (2, 1), "{alive:?}");
    let calls: Vec<_> = stage.ec2.calls("RunInstances").await.into_iter().filter(|call| call.instances.contains(&new[0].id)).collect();
    assert_eq!(calls.len(), 1);
    let parameters = &calls[0].params;
    assert_eq!((&parameters["LaunchTemplate.LaunchTemplateId"], &*parameters["LaunchTemplate.Version"]), (&stage.template, "1"));
    assert_eq!(new[0].client_token.as_ref(), Some(&parameters["ClientToken"]));
    assert_eq!((parameters["ClientToken"].len(), launch[0].0["token"].as_str()), (64, new[0].client_token.as_deref()));
    assert_eq!(new[0].tags["smartscale.dev/operation"], launch[0].0["operation"].as_str().expect("a step names its operation"));
    // The zone that had no worker.
    assert_eq!(alive.iter().map(|instance| &instance.zone).collect::<BTreeSet<_>>().len(), 2, "{alive:?}");

    let finished = stage.ticks_until("the launch to be done", |report| finished(report, "launch")).await;
    let slots = finished["slots"].as_array().expect("a launch has slots");
    assert_eq!((slots.len(), slots[0]["instance_id"].as_str()), (1, Some(&*new[0].id)));
    assert!(slots[0]["state"].get("ready").is_some(), "{finished:#}");
    let status = stage.run(&["status"]).await.clean().out;
    assert!(status.contains("nothing in flight"), "{status}");
    assert_eq!(stage.nodes().await.len(), 2);
}

/// Two pods on each of the two nodes, which they fill, and of which one may be away at a time: a pod that is evicted finds no other place, so
/// that the next one has to wait until the budget is widened.
async fn deploy(stage: &Stage) -> Workload {
    let client = &stage.world.kubernetes;
    namespace(client, &stage.pool).await;
    let workload = Workload {
        namespace: stage.pool.clone(),
        name: stage.pool.clone(),
        replicas: 4,
        cpu: "1".to_owned(),
        node_label: Some(("smartscale.dev/pool".to_owned(), stage.pool.clone())),
    };
    workload.deploy(client).await;
    let pods = workload.running(client).await;
    let nodes: Vec<&str> = pods.iter().filter_map(node_of).collect();
    assert!(nodes.iter().all(|node| nodes.iter().filter(|other| other == &node).count() == 2), "the scheduler spreads pods: {nodes:?}");
    workload.protect(client, 1).await;
    workload
}

/// Load falls: a node is marked, its pods are evicted as their budget allows, the instance goes, and then the Node.
async fn down(stage: &mut Stage, workload: &Workload) {
    let before = stage.alive().await;
    let report = stage.ticks_until("the removal", |report| (report["decision"]["action"] != "stay").then(|| report.clone())).await;
    assert_eq!(report["decision"]["action"], serde_json::json!({ "remove": 1 }), "{report:#}");
    let marks = steps(&report, "mark-node");
    assert_eq!(marks.len(), 1, "{report:#}");
    let name = marks[0].0["node_name"].as_str().expect("a step names its node").to_owned();

    // Marked and cordoned, and still there.
    let nodes = stage.nodes().await;
    let marked: Vec<&Node> = nodes.iter().filter(|node| is_marked(node)).collect();
    assert_eq!((nodes.len(), marked.len(), marked[0].name_any()), (2, 1, name.clone()));
    assert_eq!(marked[0].spec.as_ref().and_then(|spec| spec.unschedulable), Some(true));
    assert_eq!(stage.alive().await.len(), 2);

    let mut evictions: Vec<(String, Value)> = Vec::new();
    let mut note = |report: &Value| {
        let steps = steps(report, "evict");
        evictions.extend(steps.iter().map(|(step, result)| (step["pod_uid"].as_str().unwrap_or_default().to_owned(), (*result).clone())));
    };
    note(&report);
    // Ticks come and go; the drain waits for the budget, and neither the instance nor the Node is touched.
    for _ in 0..2 {
        let report = stage.tick().await;
        assert_eq!(steps(&report, "evict").len(), 1, "{report:#}");
        assert_eq!(steps(&report, "evict")[0].1["Err"]["class"], "budget", "{report:#}");
        assert_eq!(report["operations"][0]["operation"], "retire", "{report:#}");
        note(&report);
    }
    assert_eq!((stage.alive().await.len(), stage.nodes().await.len()), (2, 2));
    let wider = r#"{"spec":{"maxUnavailable":2}}"#;
    stage.world.plane.kubectl(&["-n", &workload.namespace, "patch", "pdb", &workload.name, "--type=merge", "-p", wider]);
    let finished = stage
        .ticks_until("the drain to be done", |report| {
            note(report);
            finished(report, "retire")
        })
        .await;
    assert!(finished["state"].get("node-deleted").is_some(), "{finished:#}");

    // One pod was held back by the budget, and let go later.
    let refused: BTreeSet<&str> =
        evictions.iter().filter(|(_, result)| result["Err"]["class"] == "budget").map(|(uid, _)| &**uid).collect();
    let evicted: BTreeSet<&str> = evictions.iter().filter(|(_, result)| result["Ok"] == "done").map(|(uid, _)| &**uid).collect();
    assert_eq!((refused.len(), evicted.len()), (1, 2), "{evictions:#?}");
    assert!(refused.is_subset(&evicted), "{evictions:#?}");
    let refusal = evictions.iter().find(|(_, result)| result["Err"]["class"] == "budget").expect("one was refused");
    assert_eq!(refusal.1["Err"]["code"], "429 TooManyRequests", "{refusal:?}");

    // The instance is gone, and the Node; the other node keeps its pods.
    let alive = stage.alive().await;
    assert_eq!(alive.len(), 1, "{alive:?}");
    let gone = before.iter().find(|instance| instance.id != alive[0].id).expect("there were two");
    let terminations: Vec<_> =
        stage.ec2.calls("TerminateInstances").await.into_iter().filter(|call| call.instances.contains(&gone.id)).collect();
    assert_eq!(terminations.len(), 1);
    let nodes = stage.nodes().await;
    assert_eq!(nodes.len(), 1);
    assert!(nodes[0].name_any() != name && !is_marked(&nodes[0]));
    let pods = workload.pods(&stage.world.kubernetes).await;
    let places: Vec<&str> = pods.iter().filter_map(node_of).collect();
    assert_eq!(places, [nodes[0].name_any(), nodes[0].name_any()], "the pods of the other node stay");
}

/// Every observation, decision and step stands in the ledger, and no secret.
async fn read_afterwards(stage: &Stage, slack: &Slack) {
    let as_data = stage.run(&["status", "--json", "--events", "1000"]).await.clean().out;
    let status: Value = serde_json::from_str(&as_data).expect("status prints JSON");
    let events = status["events"].as_array().expect("there are events");
    let of = |kind: &str| events.iter().filter_map(|event| event["kind"].get(kind)).collect::<Vec<_>>();
    let actions: Vec<&Value> =
        of("decided").iter().map(|decided| &decided["decision"]["action"]).filter(|action| *action != "stay").collect();
    assert_eq!(actions, [&serde_json::json!({ "add": 1 }), &serde_json::json!({ "remove": 1 })], "{as_data}");
    for decided in of("decided") {
        assert_eq!(decided["observed"]["metrics"].as_array().map(Vec::len), Some(1), "{decided:#}");
        assert!(decided["observed"]["counts"]["ready"].is_number(), "{decided:#}");
    }
    for kind in ["run-instances", "mark-node", "evict", "terminate", "delete-node"] {
        assert!(of("acted").iter().any(|outcome| outcome["step"].get(kind).is_some()), "no {kind} in {as_data}");
        let intended = of("intended")
            .iter()
            .any(|intended| intended["steps"].as_array().is_some_and(|steps| steps.iter().any(|step| step.get(kind).is_some())));
        assert!(intended, "no {kind} in {as_data}");
    }
    assert_eq!(of("operation-ended").len(), 2, "{as_data}");

    let as_text = stage.run(&["status", "--events", "1000"]).await.clean().out;
    let decided = ["add 1 node, 1 to 2: `busy`: load 90 > 70", "remove 1 node, 2 to 1: `quiet`: load 10 < 30 and pending-pods 0 == 0"];
    for line in decided.iter().chain(&["nothing in flight", "waits for its disruption budget", "is gone"]) {
        assert!(as_text.contains(line), "no `{line}` in {as_text}");
    }
    // As Slack writes it.
    let news = decided.map(|line| format!("{}: {}", stage.cluster, line.replace('>', "&gt;").replace('<', "&lt;")));
    assert_eq!(slack.lines(), news);

    let items = super::table::texts(&stage.world.dynamodb.url, &format!("line-{}", stage.pool)).await;
    assert!(items.iter().any(|item| item.contains("run-instances")), "the items can be read");
    let all = items.iter().chain([&as_data, &as_text]);
    for secret in [PROMETHEUS_TOKEN, SLACK_SECRET, "smartscale-token"] {
        assert!(all.clone().all(|text| !text.contains(secret)), "`{secret}` is in the ledger");
    }
}

fn is_marked(node: &Node) -> bool {
    let taints = node.spec.as_ref().and_then(|spec| spec.taints.as_ref());
    taints.into_iter().flatten().any(|taint| taint.key == RETIRING && taint.effect == "NoSchedule")
}

fn node_of(pod: &Pod) -> Option<&str> {
    pod.spec.as_ref()?.node_name.as_deref()
}
