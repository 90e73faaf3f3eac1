//! `smartscale plan` tells what would be done, and does nothing.

use serde_json::json;

use super::stage::Stage;
use super::world::on_the_world;

const RULES: &str = r#"
cluster "CLUSTER" {
  nodes 1..3
  evaluate every 2s
  cooldown up 1s, down 1s
}

metric load : count = prometheus `max(SERIES)`

rule busy  { when load > 70 then add 1 node }
rule quiet { when load < 30 and pending-pods == 0 then remove 1 node }
"#;

#[test]
fn a_plan_answers_by_its_exit_code_and_changes_nothing() {
    on_the_world(async |world| {
        let mut stage = Stage::new(world, "plan", RULES).await;
        stage.settled_ledger().await;
        stage.worker().await;
        stage.worker().await;
        stage.load(50.0).await;
        let before = everything(&stage).await;

        let nothing = stage.run(&["plan"]).await.clean().out;
        assert!(nothing.contains("stay") && !nothing.contains("would"), "{nothing}");

        stage.load(90.0).await;
        let addition = stage.run(&["plan"]).await;
        assert_eq!(addition.code, Some(2), "{addition:?}");
        assert!(addition.out.contains("add 1 node") && addition.out.contains("would launch 1 × "), "{}", addition.out);

        stage.load(10.0).await;
        let removal = stage.run(&["plan"]).await;
        assert_eq!(removal.code, Some(2), "{removal:?}");
        assert!(removal.out.contains("remove 1 node") && removal.out.contains("would taint and cordon node worker-"), "{}", removal.out);

        world.prometheus.target.forget(&stage.series());
        let blind = stage.run(&["plan", "--json"]).await;
        // What Prometheus answered last may still be fresh: as soon as it is not, nothing is known.
        let blind = if blind.code == Some(1) { blind } else { stale(&stage).await };
        assert_eq!(blind.json()["missing"], json!(["metric `load` is missing: the query found nothing"]), "{blind:?}");

        assert_eq!(everything(&stage).await, before);
        assert_eq!(stage.ec2.calls("TerminateInstances").await.iter().filter(|call| named(call, &stage)).count(), 0);
        stage.clear().await;
    });
}

async fn stale(stage: &Stage) -> super::program::Ran {
    crate::counterparts::until::until("the metric to be gone", || async {
        let plan = stage.run(&["plan", "--json"]).await;
        if plan.code == Some(1) { Ok(plan) } else { Err(plan) }
    })
    .await
}

/// A call that names this test's template.
fn named(call: &crate::counterparts::ec2::Call, stage: &Stage) -> bool {
    call.params.values().any(|value| *value == stage.template)
}

/// Calls that launch, instances, nodes, and the ledger's items.
async fn everything(stage: &Stage) -> (usize, Vec<(String, String)>, serde_json::Value, Vec<String>) {
    let launches = stage.ec2.calls("RunInstances").await.iter().filter(|call| named(call, stage)).count();
    let instances = stage.instances().await.into_iter().map(|instance| (instance.id, instance.state)).collect();
    let mut items = super::table::texts(&stage.world.dynamodb.url, &format!("line-{}", stage.pool)).await;
    items.sort();
    (launches, instances, stage.marks().await, items)
}
