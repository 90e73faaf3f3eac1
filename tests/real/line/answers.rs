//! A plan in a file is carried out exactly or not at all; what was decided is explained from the ledger; the ledger moves from one store to another.

use std::fs;

use serde_json::Value;

use super::program::Ran;
use super::stage::{PROMETHEUS_TOKEN, SLACK_SECRET, Stage};
use super::world::on_the_world;

const RULES: &str = r#"
cluster "CLUSTER" {
  nodes 1..4
  evaluate every 2s
  cooldown up 1s, down 1s
}

metric load : count = prometheus `max(SERIES)`

rule busy  { when load > 70 then add 1 node }
rule quiet { when load < 30 and pending-pods == 0 then remove 1 node }
"#;

#[test]
fn a_plan_is_applied_once_explained_and_moved() {
    on_the_world(async |world| {
        let mut stage = Stage::new(world, "answers", RULES).await;
        stage.set("notify", "slack-webhook", "\"env:SLACK_WEBHOOK\"");
        stage.environment.push(("SLACK_WEBHOOK".to_owned(), format!("https://127.0.0.1:1/services/{SLACK_SECRET}")));
        stage.settled_ledger().await;
        stage.worker().await;
        stage.load(90.0).await;

        // Moved on: a worker has come.
        let plan = stage.run(&["plan", "--out", "plan.json"]).await;
        assert_eq!(plan.code, Some(2), "{plan:?}");
        stage.worker().await;
        let stale = stage.run(&["apply", "plan.json"]).await;
        assert_eq!(stale.code, Some(1), "{stale:?}");
        assert!(stale.out.contains("stale: worker i-") && stale.out.contains(" is new\n"), "{}", stale.out);
        assert_eq!(launches(&stage).await, [] as [String; 0]);

        // The rules have changed since.
        let plan = stage.run(&["plan", "--out", "plan.json"]).await;
        assert_eq!(plan.code, Some(2), "{plan:?}");
        stage.write_rules(&RULES.replace("1..4", "1..5"));
        let stale = stage.run(&["apply", "plan.json", "--json"]).await;
        assert_eq!(stale.code, Some(1), "{stale:?}");
        assert!(stale.json()["ended"]["stale"][0].as_str().unwrap().starts_with("the rules have changed"), "{stale:?}");

        // Exactly this plan, once.
        stage.write_rules(RULES);
        let plan = stage.run(&["plan", "--out", "plan.json"]).await;
        assert_eq!(plan.code, Some(2), "{plan:?}");
        let text = fs::read_to_string(stage.folder().join("plan.json")).unwrap();
        let planned: Value = serde_json::from_str(&text).unwrap();
        let token = planned["steps"][0]["run-instances"]["token"].as_str().unwrap().to_owned();
        let done = stage.run(&["apply", "plan.json"]).await.clean();
        assert!(done.out.contains("launch 1 × "), "{}", done.out);
        assert_eq!(launches(&stage).await, std::slice::from_ref(&token));
        let again = stage.run(&["apply", "plan.json"]).await.clean();
        assert!(again.out.starts_with("the plan was carried out already, from "), "{}", again.out);
        assert_eq!(launches(&stage).await, [token]);

        // What was decided is explained, and decided again.
        let why = stage.run(&["why"]).await.clean();
        assert!(why.out.contains("add 1 node, 2 to 3") && why.out.contains("byte for byte"), "{}", why.out);
        assert!(why.out.contains("the rules in the files are the same"), "{}", why.out);
        let not = stage.run(&["why", "not", "quiet", "--at", "now"]).await.clean();
        assert!(not.out.contains("load must be < 30, it is 90"), "{}", not.out);
        let unknown = stage.run(&["why", "not", "quit"]).await;
        assert_eq!(unknown.code, Some(1), "{unknown:?}");
        assert!(unknown.err.contains("did you mean `quiet`?"), "{}", unknown.err);
        let early = stage.run(&["why", "--at", "2020-01-01 00:00"]).await;
        assert!(early.code == Some(1) && early.err.contains("has no decision of `line/answers` at or before 2020-"), "{early:?}");
        let history = stage.run(&["history", "--kind", "decided,intended", "--since", "1h ago", "--json"]).await.clean();
        assert_eq!(history.json()["events"].as_array().unwrap().len(), 2, "{history:?}");

        // The same from a file, where the ledger was moved to.
        let exported = stage.run(&["ledger", "export", "--out", "ledger.jsonl"]).await.clean();
        assert!(exported.err.starts_with("exported `line/answers`: "), "{exported:?}");
        let imported = stage.run(&["ledger", "import", "ledger.jsonl", "--ledger", "copy.redb"]).await.clean();
        assert!(imported.out.starts_with("imported `line/answers`: "), "{imported:?}");
        let moved = stage.run(&["why", "--ledger", "copy.redb", "--json"]).await.clean().json();
        assert_eq!(moved["decision"], stage.run(&["why", "--json"]).await.clean().json()["decision"]);
        assert_eq!(moved["replay"]["result"], "same");
        // And not over what the table has.
        let refused = stage.run(&["ledger", "import", "ledger.jsonl"]).await;
        assert!(refused.code == Some(1) && refused.err.contains("already knows `line/answers`"), "{refused:?}");
        stage.run(&["ledger", "import", "ledger.jsonl", "--force"]).await.clean();
        stage.run(&["why"]).await.clean();

        // No secret stands in any of it.
        let export = fs::read_to_string(stage.folder().join("ledger.jsonl")).unwrap();
        let printed = |ran: &Ran| format!("{}{}", ran.out, ran.err);
        for text in [&text, &export, &printed(&why), &printed(&done), &printed(&history)] {
            for secret in [PROMETHEUS_TOKEN, SLACK_SECRET] {
                assert!(!text.contains(secret), "{text}");
            }
        }
        assert!(export.lines().count() > 5, "{export}");
        stage.clear().await;
    });
}

/// The tokens of the launches of this test's template.
async fn launches(stage: &Stage) -> Vec<String> {
    let calls = stage.ec2.calls("RunInstances").await;
    let ours = calls.iter().filter(|call| call.params.values().any(|value| *value == stage.template));
    // Those of the test's own workers are `old-…`.
    let tokens = ours.filter_map(|call| call.params.get("ClientToken").cloned());
    tokens.filter(|token| !token.starts_with("old-")).collect()
}
