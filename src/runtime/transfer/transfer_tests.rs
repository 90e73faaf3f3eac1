use jiff::{SignedDuration, Timestamp};

use crate::ledger::{Claim, Ledger, LedgerError, MemoryLedger, RedbLedger, Retention, SCHEMA, Span};
use crate::plan::fixture::minutes;
use crate::runtime::answers::{Replay, why};
use crate::runtime::tick::scene::Scene;
use crate::runtime::transfer::{ImportError, Importing, check, export, import};

const ALL: Span = Span { from: Timestamp::MIN, to: Timestamp::MAX };

fn now() -> Timestamp {
    "2026-11-26T00:00:00Z".parse().unwrap()
}

/// The ledger of a cluster that has launched a node.
fn lived() -> MemoryLedger {
    let mut scene = Scene::settled(2);
    scene.load(80);
    scene.tick();
    scene.load(50);
    scene.ticks_for(minutes(6));
    scene.sandbox.ledger().clone()
}

async fn exported(ledger: &impl Ledger) -> String {
    let mut out = Vec::new();
    export(ledger, "prod", now(), &mut out).await.unwrap();
    String::from_utf8(out).unwrap()
}

async fn taken_in(ledger: &impl Ledger, text: &str, force: bool) -> Result<(), ImportError> {
    let checked = check(text.as_bytes())?;
    import(ledger, text.as_bytes(), &checked, &Importing { owner: "import".to_owned(), force }, now).await
}

#[tokio::test]
async fn everything_comes_through_and_the_fence_only_rises() {
    let from = lived();
    let text = exported(&from).await;
    let folder = tempfile::tempdir().unwrap();
    let redb = RedbLedger::open(&folder.path().join("ledger.redb"), Retention::default()).unwrap();
    taken_in(&redb, &text, false).await.unwrap();
    let (then, standing) = (from.read("prod").await.unwrap().unwrap(), redb.read("prod").await.unwrap().unwrap());
    assert_eq!((&standing.state, standing.lease), (&then.state, None));
    assert_eq!(redb.events("prod", ALL, 10_000).await.unwrap(), from.events("prod", ALL, 10_000).await.unwrap());
    assert_eq!(redb.samples("prod", ALL).await.unwrap(), from.samples("prod", ALL).await.unwrap());
    assert_eq!(why(&redb, "prod", Timestamp::MAX, None).await.unwrap().replay, Replay::Same);
    let claim = Claim { owner: "next".to_owned(), now: now(), lasts: minutes(1), skew: SignedDuration::ZERO };
    let lease = redb.acquire("prod", &claim).await.unwrap().lease;
    assert!(lease.fence > then.fence, "{} after {}", lease.fence, then.fence);
    redb.release(&lease).await.unwrap();
    // And back again, with the export of what was exported the same but for the head.
    let again = exported(&redb).await;
    let body = |text: &str| text.lines().skip(1).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(body(&again), body(&text));
}

#[tokio::test]
async fn nothing_is_overwritten_unasked_and_nothing_while_a_lease_is_held() {
    let text = exported(&lived()).await;
    let ledger = lived();
    let refused = taken_in(&ledger, &text, false).await.unwrap_err();
    assert_eq!(refused.to_string(), "the ledger already knows `prod`");
    let fence = ledger.fence("prod").unwrap();
    taken_in(&ledger, &text, true).await.unwrap();
    assert!(ledger.fence("prod").unwrap() > fence, "a higher fence than the export's is kept");
    let claim = Claim { owner: "a tick".to_owned(), now: now(), lasts: minutes(1), skew: SignedDuration::ZERO };
    let before = ledger.acquire("prod", &claim).await.unwrap();
    let held = taken_in(&ledger, &text, true).await.unwrap_err();
    assert!(matches!(&held, ImportError::Ledger(LedgerError::Held { by, .. }) if by == "a tick"), "{held}");
    assert_eq!(ledger.read("prod").await.unwrap().unwrap().state, before.state);
}

#[tokio::test]
async fn what_is_not_whole_is_refused_before_anything_is_written() {
    let text = exported(&lived()).await;
    let refused = async |text: &str| {
        let ledger = MemoryLedger::new();
        let error = taken_in(&ledger, text, false).await.unwrap_err().to_string();
        assert_eq!(ledger.read("prod").await.unwrap(), None);
        error
    };
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(refused(&lines[..lines.len() - 1].join("\n")).await, "the export was cut short: its end is missing");
    let mut fewer = lines.clone();
    fewer.remove(3);
    assert!(refused(&fewer.join("\n")).await.starts_with("the export is not whole"));
    assert!(refused("{}").await.starts_with("line 1 is none of an export"));
    assert_eq!(refused(&lines[1..].join("\n")).await, "line 1 is none of an export: something before the header stands in the wrong place");
    let newer = text.replacen("\"smartscale_ledger\":1", "\"smartscale_ledger\":2", 1);
    assert_eq!(refused(&newer).await, "the export is of format 2, this smartscale knows format 1");
    let later = lines[1].replace("\"schema\":1", &format!("\"schema\":{}", SCHEMA + 1));
    let newer = [&[lines[0], later.as_str()], &lines[2..]].concat().join("\n");
    assert!(refused(&newer).await.starts_with("the ledger has schema"));
    let nothing = export(&MemoryLedger::new(), "prod", now(), &mut Vec::new()).await.unwrap_err().to_string();
    assert_eq!(nothing, "the ledger knows nothing of `prod`: there is nothing to export");
}
