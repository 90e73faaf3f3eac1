//! Without Prometheus a tick says so, and neither adds nor removes.

use serde_json::{Value, json};

use super::stage::Stage;
use super::world::on_the_world;
use crate::counterparts::prometheus::Prometheus;
use crate::counterparts::until::until;

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
fn without_prometheus_nothing_changes_and_the_tick_says_what_is_missing() {
    on_the_world(async |world| {
        let prometheus = Prometheus::start("").await;
        let mut stage = Stage::new(world, "blind", RULES).await;
        stage.set("prometheus", "url", &format!("{:?}", prometheus.url));
        stage.settled_ledger().await;
        stage.worker().await;
        stage.worker().await;
        prometheus.target.set(&stage.series(), 10.0);
        // It is the metric that would remove a node.
        until("the plan to see the metric", || async {
            let plan = stage.run(&["plan", "--json"]).await;
            let report = plan.json();
            if report["missing"] == json!([]) { Ok(report) } else { Err(plan) }
        })
        .await;
        let plan = stage.run(&["plan", "--json"]).await;
        assert_eq!((plan.code, &plan.json()["decision"]["action"]), (Some(2), &json!({ "remove": 1 })), "{plan:?}");

        prometheus.stop().await;
        let marks = stage.marks().await;
        let ran = stage.run(&["run", "--once", "--evaluate"]).await.clean();
        assert!(ran.out.contains("missing:\n  metric `load` is missing: "), "{}", ran.out);
        assert!(ran.out.contains("refused"), "{}", ran.out);
        assert!(ran.out.contains("stay"), "{}", ran.out);
        assert_eq!(ran.err, "");
        let report = stage.tick().await;
        assert_eq!((&report["decision"]["action"], &report["steps"], &report["operations"]), (&json!("stay"), &json!([]), &json!([])));
        assert_eq!((stage.marks().await, stage.alive().await.len()), (marks, 2));
        // Nobody may take it for "nothing to do".
        assert_eq!(stage.run(&["plan"]).await.code, Some(1));

        prometheus.restart().await;
        stage.ticks_until("the removal", |report| removed(report).then_some(())).await;
        stage.clear().await;
    });
}

fn removed(report: &Value) -> bool {
    report["decision"]["action"] == json!({ "remove": 1 })
}
