//! A tick that dies between RunInstances and its commit has launched what the next one takes over, once.

use std::time::Duration;

use serde_json::json;

use super::gate::Gate;
use super::program;
use super::stage::{Stage, finished, steps};
use super::world::on_the_world;
use crate::counterparts::ec2::Ec2;
use crate::counterparts::until::until;

const RULES: &str = r#"
cluster "CLUSTER" {
  nodes 1..3
  evaluate every 2s
  capacity { join within 5m }
}
"#;

/// EC2 launches, and keeps its answer to itself.
async fn mute(ec2: &Ec2) {
    ec2.fault(json!({ "answer": "hang", "effect": true, "hang_seconds": 600 })).await;
}

/// An EC2 of the test's own: its faults are for all callers. It lives as long as the test program.
async fn own_ec2() -> &'static Ec2 {
    Box::leak(Box::new(Ec2::start().await))
}

/// One instance, by one token, that joins and is ready.
async fn ends_with_one_instance(stage: &mut Stage) {
    stage.ec2.clear_faults().await;
    stage.ticks_until("the launch to be done", |report| finished(report, "launch")).await;
    let report = stage.tick().await;
    assert_eq!((&report["counts"]["ready"], report["operations"].as_array().map(Vec::len)), (&json!(1), Some(0)), "{report:#}");
    assert_eq!(stage.instances().await.len(), 1);
    let tokens: Vec<String> = stage.ec2.calls("RunInstances").await.iter().map(|call| call.params["ClientToken"].clone()).collect();
    assert!(tokens.iter().all(|token| *token == tokens[0]), "{tokens:?}");
    stage.clear().await;
}

#[test]
fn a_process_killed_after_the_launch_leaves_one_instance() {
    on_the_world(async |world| {
        let ec2 = own_ec2().await;
        let mut stage = Stage::on(world, ec2, "killed", RULES).await;
        // The dead process' lease stands until then, and a little longer for clocks that differ.
        stage.set("daemon", "budget", "\"10s\"");
        stage.create_ledger().await;
        mute(ec2).await;
        let mut tick = program::start(stage.folder(), &stage.environment, &["run", "--once"]);
        until("the launch", || async { if ec2.instances().await.is_empty() { Err("no instance yet") } else { Ok(()) } }).await;
        assert!(tick.try_wait().expect("it is our child").is_none(), "the tick waits for EC2's answer");
        tick.kill().await.expect("it runs");

        let held = stage.run(&["run", "--once"]).await.clean().out;
        assert!(held.contains("another tick is running"), "{held}");
        stage.ticks_until("the lease to end", |report| (report["ended"] == "committed").then_some(())).await;
        ends_with_one_instance(&mut stage).await;
    });
}

#[test]
fn a_ledger_that_dies_after_the_launch_leaves_one_instance() {
    on_the_world(async |world| {
        let ec2 = own_ec2().await;
        let mut stage = Stage::on(world, ec2, "cut-off", RULES).await;
        stage.set("daemon", "budget", "\"10s\"");
        stage.create_ledger().await;
        let gate = Gate::to(&world.dynamodb.url).await;
        let direct = std::mem::take(&mut stage.environment);
        let through = direct.iter().cloned().map(|(name, value)| match &*name {
            "AWS_ENDPOINT_URL_DYNAMODB" => (name, gate.url.clone()),
            _ => (name, value),
        });
        stage.environment = through.collect();
        mute(ec2).await;
        let tick = program::start(stage.folder(), &stage.environment, &["run", "--once", "--json"]);
        until("the launch", || async { if ec2.instances().await.is_empty() { Err("no instance yet") } else { Ok(()) } }).await;
        gate.close();
        let ended = tokio::time::timeout(Duration::from_secs(60), tick.wait_with_output()).await;
        let ended = ended.expect("a tick ends within its budget").expect("it can be waited for");
        let report: serde_json::Value = serde_json::from_slice(&ended.stdout).expect("a report");
        assert_eq!(ended.status.code(), Some(1), "{report:#}");
        let reason = report["ended"]["no-ledger"].as_str().expect("it says that the ledger is gone");
        assert!(reason.contains("cannot be reached"), "{reason}");
        assert_eq!(steps(&report, "run-instances").len(), 1, "{report:#}");

        // As long as the ledger is away, nothing is done at all.
        let blind = stage.run(&["run", "--once", "--json"]).await;
        assert_eq!((blind.code, blind.json()["steps"].as_array().map(Vec::len)), (Some(1), Some(0)), "{blind:?}");
        gate.open();
        stage.ticks_until("the lease to end", |report| (report["ended"] == "committed").then_some(())).await;
        ends_with_one_instance(&mut stage).await;
    });
}
