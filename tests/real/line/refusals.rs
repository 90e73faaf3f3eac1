//! What is wrong is said in one clear message.

use super::stage::Stage;
use super::world::on_the_world;

const RULES: &str = r#"
cluster "CLUSTER" {
  nodes 0..3
  evaluate every 2s
}

metric load : percent = prometheus `max(SERIES)`

rule busy { when load > 70% then add 1 node }
"#;

#[test]
fn a_mistyped_key_is_shown_with_the_right_one() {
    on_the_world(async |world| {
        let mut stage = Stage::new(world, "mistyped", RULES).await;
        stage.set("aws", "lanch-template", "\"lt-1\"");
        for command in [&["run", "--once"][..], &["plan"], &["status"], &["ledger", "create"]] {
            let ran = stage.run(command).await;
            assert_eq!((ran.code, &*ran.out), (Some(1), ""), "{ran:?}");
            let expected = concat!(
                "error: unknown field `lanch-template`, expected one of `region`, `launch-template`, `subnets`\n",
                "  --> smartscale.toml:4:1\n",
                "   |\n",
                " 4 | lanch-template = \"lt-1\"\n",
                "   | ^\n",
                "  = help: did you mean `launch-template`?\n",
            );
            assert_eq!(ran.err, expected);
        }
    });
}

#[test]
fn a_wrong_unit_in_a_rule_is_shown_where_it_stands() {
    on_the_world(async |world| {
        let stage = Stage::new(world, "unit", &RULES.replace("70%", "500ms")).await;
        let ran = stage.run(&["run", "--once"]).await;
        assert_eq!((ran.code, &*ran.out), (Some(1), ""), "{ran:?}");
        let expected = concat!(
            "error[E0301]: `load` is a percentage and `500ms` is a duration: they cannot be compared\n",
            " --> rules/rules.scale:9:25\n",
            "  |\n",
            "9 | rule busy { when load > 500ms then add 1 node }\n",
            "  |                  ----   ^^^^^ this is a duration\n",
            "  |                  |\n",
            "  |                  this is a percentage\n",
            "  |\n",
            "  = help: `load` wants a percentage, as in `70%`\n",
            "\n",
            "rules: 1 error\n",
        );
        assert_eq!(ran.err, expected);
    });
}

#[test]
fn a_cluster_that_cannot_be_reached_is_named_and_nothing_is_done() {
    on_the_world(async |world| {
        let mut stage = Stage::new(world, "unreachable", RULES).await;
        let kubeconfig = std::fs::read_to_string(world.plane.kubeconfig(crate::counterparts::kubernetes::Identity::SmartScale));
        // Nothing listens on port 1.
        let elsewhere = kubeconfig.expect("our own kubeconfig").replace(&world.plane.url, "https://127.0.0.1:1");
        std::fs::write(stage.folder().join("elsewhere"), elsewhere).expect("the folder takes files");
        stage.set("kubernetes", "kubeconfig", "\"elsewhere\"");
        stage.load(90.0).await;
        stage.settled_ledger().await;
        let ran = stage.run(&["run", "--once"]).await.clean();
        let missing = concat!(
            "missing:\n",
            "  the Kubernetes API at https://127.0.0.1:1 cannot be reached: tcp connect error: Connection refused (os error 111)\n",
        );
        assert!(ran.out.ends_with(missing), "{}", ran.out);
        assert!(
            ran.out.contains("stay\n  because  it is not known how many nodes there are: EC2 and Kubernetes must both be seen\n"),
            "{}",
            ran.out
        );
        assert!(stage.instances().await.is_empty());
        assert_eq!(stage.run(&["plan"]).await.code, Some(1));
    });
}
