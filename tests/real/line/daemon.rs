//! The daemon: live rules, a status page, a clean end.

use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::ChildStdout;

use super::program;
use super::stage::Stage;
use super::world::on_the_world;
use crate::counterparts::until::until;

const RULES: &str = r#"
cluster "CLUSTER" {
  nodes 0..3
  evaluate every 2s
  cooldown up 1s, down 1s
  capacity { join within 2m }
}

metric load : count = prometheus `max(SERIES)`

rule busy { when load > 70 then add 1 node }
"#;

#[test]
fn the_daemon_takes_good_rules_refuses_bad_ones_and_ends_cleanly() {
    on_the_world(async |world| {
        let mut stage = Stage::new(world, "daemon", RULES).await;
        stage.set("daemon", "status-page", "\"127.0.0.1:0\"");
        stage.set("daemon", "tick", "\"1s\"");
        stage.load(50.0).await;
        stage.settled_ledger().await;
        let mut daemon = program::start(stage.folder(), &stage.environment, &["run"]);
        let mut out = BufReader::new(daemon.stdout.take().expect("its output is piped")).lines();
        let mut err = BufReader::new(daemon.stderr.take().expect("its errors are piped")).lines();

        let page = line(&mut out, "status page on ").await;
        let url = page.trim_start_matches("status page on ").to_owned();
        assert!(url.starts_with("http://127.0.0.1:"), "{page}");
        line(&mut out, "stay").await;
        shows(&url, "line/daemon").await;

        // A bad change: the old rules stay in force, and say so.
        stage.write_rules(&RULES.replace("load > 70", "load > 70%"));
        let refused = err.next_line().await.expect("its errors can be read").expect("it goes on");
        assert!(refused.starts_with("error: changed rules were refused, the old ones stay in force: "), "{refused}");
        shows(&url, "changed rules were refused").await;
        line(&mut out, "stay").await;

        // A good one is in force before the next tick, whose decision rests on it.
        stage.write_rules(&RULES.replace("load > 70", "load > 40"));
        line(&mut out, "rules ").await;
        let next = line(&mut out, " node").await;
        assert!(next.contains("add 1 node"), "the tick after the change decides by it: {next}");
        until("the instance", || async { if stage.alive().await.is_empty() { Err("none") } else { Ok(()) } }).await;
        stage.write_rules(RULES);
        stage.machines.catch_up(stage.ec2, &world.kubernetes).await;
        line(&mut out, "is ready after").await;
        shows(&url, "add 1 node").await;

        let pid = daemon.id().expect("it runs").to_string();
        let signalled = std::process::Command::new("kill").args(["-INT", &pid]).status().expect("kill runs");
        assert!(signalled.success());
        line(&mut out, "ended; the ledger has everything that is in flight").await;
        let status = daemon.wait().await.expect("it can be waited for");
        assert_eq!(status.code(), Some(0));
        // It holds nothing that would keep the next one waiting.
        let report = stage.tick().await;
        assert_eq!(report["ended"], "committed", "{report:#}");
        stage.clear().await;
    });
}

/// The next line that has this in it.
async fn line(out: &mut Lines<BufReader<ChildStdout>>, wanted: &str) -> String {
    let mut seen = Vec::new();
    let found = tokio::time::timeout(std::time::Duration::from_secs(120), async {
        loop {
            let line =
                out.next_line().await.expect("its output can be read").unwrap_or_else(|| panic!("it ended before it said `{wanted}`"));
            if line.contains(wanted) {
                return line;
            }
            seen.push(line);
        }
    })
    .await;
    found.unwrap_or_else(|_| panic!("it never said `{wanted}`, but: {seen:#?}"))
}

/// The page answers, and shows this.
async fn shows(url: &str, wanted: &str) {
    until(&format!("the page to show `{wanted}`"), || async {
        let page = reqwest::get(url).await.map_err(|error| error.to_string())?.text().await.map_err(|error| error.to_string())?;
        if page.contains(wanted) { Ok(()) } else { Err(page) }
    })
    .await;
}
