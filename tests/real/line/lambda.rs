//! The same line with the function in Lambda, fired by its schedule.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use k8s_openapi::api::core::v1::Node;
use serde_json::Value;

use super::stage::{PROMETHEUS_TOKEN, Stage};
use super::world::{World, on_the_world};
use crate::counterparts::kubernetes::{Identity, Workload, namespace};
use crate::counterparts::lambda::{self, Function, package};
use crate::counterparts::ministack::Ministack;

const RULES: &str = r#"
cluster "CLUSTER" {
  nodes 1..3
  evaluate every 5s
  cooldown up 1s, down 1s
  capacity { join within 2m }
  drain { within 2m }
  notify sns on scale-up, scale-down, failure
}

metric load : count = prometheus `max(SERIES)`

rule busy  { when load > 70 then add 1 node }
rule quiet { when load < 30 and pending-pods == 0 then remove 1 node }
"#;

#[test]
fn the_function_launches_and_retires_by_its_schedule() {
    on_the_world(async |world| {
        let ministack = Ministack::start().await;
        let mut stage = Stage::new(world, "function", RULES).await;
        stage.settled_ledger().await;
        stage.worker().await;
        let topic = ministack.topic("scaling").await;
        let inbox = ministack.inbox(&topic).await;
        ministack.secret("prometheus", PROMETHEUS_TOKEN).await;
        ministack.secret("kubeconfig", &kubeconfig(world)).await;
        stage.set("prometheus", "bearer-token", "\"secretsmanager:prometheus\"");
        stage.unset("kubernetes", "kubeconfig");
        stage.set("kubernetes", "kubeconfig-secret", "\"secretsmanager:kubeconfig\"");
        stage.set("notify", "sns-topic", &format!("{topic:?}"));

        let bootstrap = bootstrap(&stage);
        let files = [bootstrap, stage.folder().join("smartscale.toml"), stage.folder().join("rules")];
        let endpoints = [("", &*ministack.url), ("EC2", &stage.ec2.url), ("DYNAMODB", &world.dynamodb.url)];
        let function =
            ministack.function("smartscale", &package(&files.each_ref().map(PathBuf::as_path)), &lambda::environment(&endpoints)).await;

        // Up.
        stage.load(90.0).await;
        let log = fire(&function, 1).await;
        assert!(log.contains("add 1 node"), "{log}");
        stage.load(50.0).await;
        assert_eq!(stage.alive().await.len(), 2, "{log}");
        stage.machines.catch_up(stage.ec2, &world.kubernetes).await;
        let log = fire(&function, 2).await;
        assert!(log.contains("is ready after"), "{log}");

        // Down: marked, evicted, drained, terminated, deleted.
        let client = &world.kubernetes;
        namespace(client, &stage.pool).await;
        let workload = Workload {
            namespace: stage.pool.clone(),
            name: stage.pool.clone(),
            replicas: 4,
            cpu: "250m".to_owned(),
            node_label: Some(("smartscale.dev/pool".to_owned(), stage.pool.clone())),
        };
        workload.deploy(client).await;
        workload.running(client).await;
        stage.load(10.0).await;
        let mut times = 3;
        let log = fire(&function, times).await;
        assert!(log.contains("remove 1 node"), "{log}");
        assert!(log.contains("taint and cordon node"), "{log}");
        stage.load(50.0).await;
        while stage.nodes().await.len() > 1 {
            times += 1;
            assert!(times < 12, "the node does not go: {}", fire(&function, times).await);
            fire(&function, times).await;
            stage.machines.catch_up(stage.ec2, client).await;
        }
        assert_eq!(stage.alive().await.len(), 1);
        let nodes: Vec<Node> = stage.nodes().await;
        assert_eq!(nodes[0].spec.as_ref().and_then(|spec| spec.unschedulable), None);
        workload.running(client).await;

        let news: Vec<Value> = inbox.take().await;
        let subjects: Vec<&str> = news.iter().filter_map(|message| message["Subject"].as_str()).collect();
        assert_eq!(subjects.len(), 2, "{news:#?}");
        let logs: String = function.invocations().await.into_iter().map(|invocation| invocation.log).collect();
        let items = super::table::texts(&world.dynamodb.url, &format!("line-{}", stage.pool)).await.join("\n");
        for secret in [PROMETHEUS_TOKEN, "smartscale-token"] {
            assert!(!logs.contains(secret) && !items.contains(secret), "`{secret}` was written down");
        }
        stage.clear().await;
    });
}

/// The schedule fires; answers what the invocation wrote.
async fn fire(function: &Function<'_>, times: usize) -> String {
    function.schedule_once().await;
    function.invoked(times).await.pop().expect("there is one").log
}

/// The function as it is deployed: without debug information, for Lambda's 250 MiB.
fn bootstrap(stage: &Stage) -> PathBuf {
    let stripped = stage.folder().join("bootstrap");
    let status = Command::new("strip").arg("-o").arg(&stripped).arg(env!("CARGO_BIN_EXE_bootstrap")).status().expect("strip runs");
    assert!(status.success(), "the function could not be stripped");
    stripped
}

/// A kubeconfig that stands by itself, as a secret must.
fn kubeconfig(world: &World) -> String {
    let path = world.plane.kubeconfig(Identity::SmartScale);
    let mut kubeconfig: Value = serde_json::from_str(&fs::read_to_string(path).expect("our own kubeconfig")).expect("it is JSON");
    let cluster = &mut kubeconfig["clusters"][0]["cluster"];
    let certificate = fs::read(cluster["certificate-authority"].as_str().expect("a path")).expect("the API server's certificate");
    *cluster = serde_json::json!({
        "server": cluster["server"],
        "certificate-authority-data": aws_smithy_types::base64::encode(certificate),
    });
    kubeconfig.to_string()
}
