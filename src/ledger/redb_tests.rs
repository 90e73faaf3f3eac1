use jiff::SignedDuration;

use crate::ledger::contract_tests::{at, holds};
use crate::ledger::{Claim, Event, EventKind, Ledger, LedgerError, Records, RedbLedger, Retention, Span, State, Write};

fn claim(second: i64) -> Claim {
    Claim { owner: "a".to_owned(), now: at(second), lasts: SignedDuration::from_secs(60), skew: SignedDuration::ZERO }
}

fn event(second: i64) -> Event {
    let kind = EventKind::Failed { reason: "x".to_owned() };
    Event { at: at(second), n: 0, kind, topic: None, text: "x".to_owned() }
}

#[tokio::test]
async fn redb_keeps_the_contract() {
    let folder = tempfile::tempdir().unwrap();
    holds(&RedbLedger::open(&folder.path().join("ledger.redb"), Retention::default()).unwrap(), "redb").await;
}

#[tokio::test]
async fn what_was_written_is_there_after_reopening() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger.redb");
    let ledger = RedbLedger::open(&path, Retention::default()).unwrap();
    let lease = ledger.acquire("c", &claim(0)).await.unwrap().lease;
    let records = Records { events: vec![event(0)], ..Records::default() };
    ledger.intend(&lease, Write { state: &State::new(), records }, at(60)).await.unwrap();
    drop(ledger);
    let ledger = RedbLedger::open(&path, Retention::default()).unwrap();
    assert!(matches!(ledger.acquire("c", &claim(59)).await, Err(LedgerError::Held { .. })));
    let again = ledger.acquire("c", &claim(61)).await.unwrap();
    assert_eq!((again.lease.fence, again.state), (2, Some(State::new())));
    assert_eq!(ledger.events("c", Span { from: at(0), to: at(9) }, 9).await.unwrap(), [event(0)]);
}

#[tokio::test]
async fn a_second_writer_is_refused_and_a_reader_sees_what_the_writer_does() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger.redb");
    let ledger = RedbLedger::open(&path, Retention::default()).unwrap();
    let refused = RedbLedger::open(&path, Retention::default()).unwrap_err();
    assert_eq!(refused, LedgerError::Locked { path: path.display().to_string() });
    assert!(refused.to_string().ends_with("is in use by another process"), "{refused}");
    let reader = RedbLedger::open_to_read(&path).unwrap();
    assert_eq!(reader.read("c").await.unwrap(), None);
    let lease = ledger.acquire("c", &claim(0)).await.unwrap().lease;
    ledger.commit(&lease, Write { state: &State::new(), records: Records::default() }).await.unwrap();
    assert_eq!(reader.read("c").await.unwrap().unwrap().state, Some(State::new()));
    assert!(matches!(reader.acquire("c", &claim(9)).await, Err(LedgerError::Locked { .. })));
}

#[tokio::test]
async fn the_record_ages_out_by_itself() {
    let folder = tempfile::tempdir().unwrap();
    let keep = Retention { events: SignedDuration::from_secs(100), samples: SignedDuration::from_secs(100) };
    let ledger = RedbLedger::open(&folder.path().join("ledger.redb"), keep).unwrap();
    for second in [0, 50, 120] {
        let lease = ledger.acquire("c", &claim(second)).await.unwrap().lease;
        let records = Records { events: vec![event(second)], ..Records::default() };
        ledger.commit(&lease, Write { state: &State::new(), records }).await.unwrap();
    }
    let left = ledger.events("c", Span { from: at(0), to: at(999) }, 9).await.unwrap();
    assert_eq!(left, [event(50), event(120)]);
}
