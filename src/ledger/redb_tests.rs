use std::io::{BufRead, BufReader};

use jiff::SignedDuration;

use crate::ledger::contract_tests::{at, holds};
use crate::ledger::{Claim, Event, EventKind, Ledger, LedgerError, Records, RedbLedger, Retention, SCHEMA, Span, State, Write};

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

const KILLED: &str = "SMARTSCALE_TEST_LEDGER_OF_THE_KILLED";

/// The process that the next test kills; by itself it does nothing. It says each commit that has returned.
#[tokio::test]
async fn a_writer_that_is_killed() {
    let Some(path) = std::env::var_os(KILLED) else { return };
    let ledger = RedbLedger::open(std::path::Path::new(&path), Retention::default()).unwrap();
    // One that was killed before may have died with the lease in its hands.
    let fence = ledger.read("c").await.unwrap().map_or(0, |standing| i64::try_from(standing.fence).unwrap());
    for second in fence + 2.. {
        let lease = ledger.acquire("c", &claim(second * 100)).await.unwrap().lease;
        let state = State { evaluated_at: Some(at(lease.fence.try_into().unwrap())), ..State::new() };
        let records =
            Records { events: (0..20).map(|n| Event { n, ..event(lease.fence.try_into().unwrap()) }).collect(), ..Records::default() };
        ledger.commit(&lease, Write { state: &state, records }).await.unwrap();
        println!("committed {}", lease.fence);
    }
}

#[tokio::test]
async fn a_kill_in_the_midst_of_writing_loses_nothing_that_was_committed_and_leaves_nothing_half() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger.redb");
    for round in 1..4 {
        let mut child = std::process::Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "ledger::redb_tests::a_writer_that_is_killed", "--nocapture"])
            .env(KILLED, &path)
            .stdout(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        let mut said = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        let mut committed = 0;
        // One commit more or less each round, so that it is struck at different places.
        for line in said.by_ref() {
            if let Some(fence) = line.split("committed ").nth(1) {
                committed = fence.parse::<i64>().unwrap();
                if committed >= 15 * round {
                    break;
                }
            }
        }
        child.kill().unwrap();
        child.wait().unwrap();
        // It may have committed more before it died.
        let last = said.filter_map(|line| line.split("committed ").nth(1)?.parse().ok()).last().unwrap_or(committed);
        let ledger = RedbLedger::open(&path, Retention::default()).unwrap();
        let standing = ledger.read("c").await.unwrap().unwrap();
        let stored = standing.state.unwrap().evaluated_at.unwrap().duration_since(at(0)).as_secs();
        assert!(stored >= last && last >= 15 * round, "{stored} is stored, {last} was said");
        let events = ledger.events("c", Span { from: at(stored), to: at(stored) }, 100).await.unwrap();
        assert_eq!(events.len(), 20, "a write is whole");
        assert_eq!(ledger.events("c", Span { from: at(stored + 1), to: at(1 << 30) }, 100).await.unwrap(), []);
    }
}

#[tokio::test]
async fn a_state_of_the_first_release_is_read_and_written_back_as_of_today() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger.redb");
    let database = ::redb::Database::create(&path).unwrap();
    let transaction = database.begin_write().unwrap();
    let states: ::redb::TableDefinition<&str, &[u8]> = ::redb::TableDefinition::new("states");
    let stored = include_bytes!("../../tests/data/ledger/state-1.json");
    transaction.open_table(states).unwrap().insert("c", stored.as_slice()).unwrap();
    transaction.commit().unwrap();
    drop(database);
    let ledger = RedbLedger::open(&path, Retention::default()).unwrap();
    let acquired = ledger.acquire("c", &claim(0)).await.unwrap();
    let state = acquired.state.unwrap();
    assert_eq!((state.schema, state.progress.operations.len()), (SCHEMA, 2));
    ledger.commit(&acquired.lease, Write { state: &state, records: Records::default() }).await.unwrap();
    assert_eq!(ledger.read("c").await.unwrap().unwrap().state, Some(state));
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
