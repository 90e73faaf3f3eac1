//! What every ledger must keep, whatever it stores in. Each adapter runs all of it on a cluster of its own.

use jiff::{SignedDuration, Timestamp};

use crate::ledger::{AcquiredLease, Claim, Event, EventKind, Ledger, LedgerError, Recorded, Records, SCHEMA, Span, State, Write};
use crate::observe::Answer;
use crate::plan::OperationId;
use crate::rules::{Number, Topic};

/// Runs the whole contract on clusters whose names begin with `prefix`.
pub async fn holds(ledger: &impl Ledger, prefix: &str) {
    hands_out_one_lease(ledger, &format!("{prefix}-lease")).await;
    lets_an_expired_lease_go_after_the_skew(ledger, &format!("{prefix}-expiry")).await;
    refuses_every_write_of_an_overtaken_holder(ledger, &format!("{prefix}-fence")).await;
    keeps_what_was_intended_over_a_crash(ledger, &format!("{prefix}-crash")).await;
    renews_the_lease_with_the_intent(ledger, &format!("{prefix}-renew")).await;
    forgets_news_after_the_commit_but_not_after_the_next_acquire(ledger, &format!("{prefix}-news")).await;
    raises_the_fence_and_never_lowers_it(ledger, &format!("{prefix}-raise")).await;
    releases_without_a_change(ledger, &format!("{prefix}-release")).await;
    finds_events_and_samples_by_time(ledger, &format!("{prefix}-record")).await;
    keeps_clusters_apart(ledger, &format!("{prefix}-apart")).await;
    leaves_a_newer_schema_alone(ledger, &format!("{prefix}-schema")).await;
}

pub fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + second).unwrap()
}

fn claim(owner: &str, second: i64) -> Claim {
    Claim { owner: owner.to_owned(), now: at(second), lasts: SignedDuration::from_secs(60), skew: SignedDuration::from_secs(10) }
}

fn state(cursor: &str) -> State {
    State { cursor: Some(OperationId(cursor.to_owned())), ..State::new() }
}

fn event(second: i64, n: u32) -> Event {
    let reason = format!("event {second} {n}");
    Event { at: at(second), n, kind: EventKind::Failed { reason: reason.clone() }, topic: Some(Topic::Failure), text: reason }
}

fn write(state: &State) -> Write<'_> {
    Write { state, records: Records::default() }
}

async fn take(ledger: &impl Ledger, cluster: &str, owner: &str, second: i64) -> AcquiredLease {
    ledger.acquire(cluster, &claim(owner, second)).await.unwrap()
}

async fn hands_out_one_lease(ledger: &impl Ledger, cluster: &str) {
    assert_eq!(ledger.read(cluster).await.unwrap(), None);
    let first = take(ledger, cluster, "a", 0).await;
    assert_eq!((first.lease.fence, first.lease.expires_at, &first.state), (1, at(60), &None));
    let refused = ledger.acquire(cluster, &claim("b", 1)).await;
    assert_eq!(refused, Err(LedgerError::Held { by: "a".to_owned(), until: at(60) }));
    // Not even for an owner of the same name: that may be a process that has crashed and come back.
    let refused = ledger.acquire(cluster, &claim("a", 1)).await;
    assert_eq!(refused, Err(LedgerError::Held { by: "a".to_owned(), until: at(60) }));
    assert_eq!(ledger.read(cluster).await.unwrap().unwrap().lease, Some(first.lease.clone()));
    ledger.commit(&first.lease, write(&state("one"))).await.unwrap();
    let standing = ledger.read(cluster).await.unwrap().unwrap();
    assert_eq!((standing.lease, standing.fence, standing.state), (None, 1, Some(state("one"))));
    let second = take(ledger, cluster, "b", 2).await;
    assert_eq!((second.lease.fence, second.state), (2, Some(state("one"))));
}

async fn lets_an_expired_lease_go_after_the_skew(ledger: &impl Ledger, cluster: &str) {
    let first = take(ledger, cluster, "a", 0).await;
    for second in [59, 60, 61, 70] {
        assert!(matches!(ledger.acquire(cluster, &claim("b", second)).await, Err(LedgerError::Held { .. })), "at {second} s");
    }
    let second = take(ledger, cluster, "b", 71).await;
    assert_eq!(second.lease.fence, first.lease.fence + 1);
}

async fn refuses_every_write_of_an_overtaken_holder(ledger: &impl Ledger, cluster: &str) {
    let old = take(ledger, cluster, "a", 0).await.lease;
    let new = take(ledger, cluster, "b", 100).await.lease;
    let fenced = LedgerError::Fenced { ours: old.fence };
    let stale = state("stale");
    let records = Records { events: vec![event(100, 0)], samples: vec![Recorded { at: at(100), answers: [].into() }], ruleset: None };
    assert_eq!(ledger.intend(&old, Write { state: &stale, records: records.clone() }, at(500)).await, Err(fenced.clone()));
    assert_eq!(ledger.commit(&old, Write { state: &stale, records }).await, Err(fenced.clone()));
    assert_eq!(ledger.announced(&old, &stale).await, Err(fenced.clone()));
    assert_eq!(ledger.release(&old).await, Err(fenced));
    let standing = ledger.read(cluster).await.unwrap().unwrap();
    assert_eq!((standing.lease, standing.state), (Some(new), None));
    let span = Span { from: at(0), to: at(1000) };
    assert_eq!(ledger.events(cluster, span, 10).await.unwrap(), []);
    assert_eq!(ledger.samples(cluster, span).await.unwrap(), []);
}

async fn keeps_what_was_intended_over_a_crash(ledger: &impl Ledger, cluster: &str) {
    let lease = take(ledger, cluster, "a", 0).await.lease;
    let records = Records { events: vec![event(0, 0)], ..Records::default() };
    ledger.intend(&lease, Write { state: &state("intended"), records }, at(60)).await.unwrap();
    let next = take(ledger, cluster, "b", 71).await;
    assert_eq!(next.state, Some(state("intended")));
    assert_eq!(ledger.events(cluster, Span { from: at(0), to: at(0) }, 10).await.unwrap(), [event(0, 0)]);
}

async fn renews_the_lease_with_the_intent(ledger: &impl Ledger, cluster: &str) {
    let lease = take(ledger, cluster, "a", 0).await.lease;
    let renewed = ledger.intend(&lease, write(&state("x")), at(200)).await.unwrap();
    assert_eq!((renewed.fence, renewed.expires_at), (lease.fence, at(200)));
    assert!(matches!(ledger.acquire(cluster, &claim("b", 210)).await, Err(LedgerError::Held { .. })));
    ledger.commit(&renewed, write(&state("y"))).await.unwrap();
    assert_eq!(take(ledger, cluster, "b", 211).await.state, Some(state("y")));
}

async fn forgets_news_after_the_commit_but_not_after_the_next_acquire(ledger: &impl Ledger, cluster: &str) {
    let lease = take(ledger, cluster, "a", 0).await.lease;
    ledger.commit(&lease, write(&state("with news"))).await.unwrap();
    ledger.announced(&lease, &state("without")).await.unwrap();
    let standing = ledger.read(cluster).await.unwrap().unwrap();
    assert_eq!((standing.lease, standing.state), (None, Some(state("without"))));
    let _next = take(ledger, cluster, "b", 1).await;
    assert_eq!(ledger.announced(&lease, &state("late")).await, Err(LedgerError::Fenced { ours: lease.fence }));
}

async fn raises_the_fence_and_never_lowers_it(ledger: &impl Ledger, cluster: &str) {
    let old = take(ledger, cluster, "a", 0).await.lease;
    let lease = take(ledger, cluster, "b", 100).await.lease;
    assert_eq!(ledger.raise_fence(&old, 70).await, Err(LedgerError::Fenced { ours: old.fence }));
    let raised = ledger.raise_fence(&lease, 50).await.unwrap();
    assert_eq!((raised.fence, raised.expires_at), (50, lease.expires_at));
    // Under the old number nothing is written any more.
    assert_eq!(ledger.release(&lease).await, Err(LedgerError::Fenced { ours: lease.fence }));
    assert_eq!(ledger.raise_fence(&raised, 7).await.unwrap().fence, 50);
    assert!(matches!(ledger.acquire(cluster, &claim("c", 101)).await, Err(LedgerError::Held { .. })), "it is held as before");
    ledger.commit(&raised, write(&state("moved"))).await.unwrap();
    let next = take(ledger, cluster, "c", 102).await;
    assert_eq!((next.lease.fence, next.state), (51, Some(state("moved"))));
}

async fn releases_without_a_change(ledger: &impl Ledger, cluster: &str) {
    let lease = take(ledger, cluster, "a", 0).await.lease;
    ledger.commit(&lease, write(&state("kept"))).await.unwrap();
    let lease = take(ledger, cluster, "a", 1).await.lease;
    ledger.release(&lease).await.unwrap();
    let next = take(ledger, cluster, "b", 2).await;
    assert_eq!((next.lease.fence, next.state), (3, Some(state("kept"))));
}

async fn finds_events_and_samples_by_time(ledger: &impl Ledger, cluster: &str) {
    let recorded = |second: i64| Recorded { at: at(second), answers: [("cpu".to_owned(), Answer::Value(Number::integer(second)))].into() };
    for second in [10, 20, 30] {
        let lease = take(ledger, cluster, "a", second).await.lease;
        let records = Records { events: vec![event(second, 0), event(second, 1)], samples: vec![recorded(second)], ruleset: None };
        ledger.commit(&lease, Write { state: &State::new(), records }).await.unwrap();
    }
    let events = async |from, to, at_most| {
        let found = ledger.events(cluster, Span { from: at(from), to: at(to) }, at_most).await.unwrap();
        found.iter().map(|event| (event.at.duration_since(at(0)).as_secs(), event.n)).collect::<Vec<_>>()
    };
    assert_eq!(events(0, 100, 100).await, [(10, 0), (10, 1), (20, 0), (20, 1), (30, 0), (30, 1)]);
    assert_eq!(events(10, 20, 100).await, [(10, 0), (10, 1), (20, 0), (20, 1)]);
    assert_eq!(events(0, 100, 3).await, [(20, 1), (30, 0), (30, 1)]);
    assert_eq!(events(11, 19, 3).await, []);
    assert_eq!(events(30, 10, 3).await, []);
    let whole = ledger.events(cluster, Span { from: at(20), to: at(20) }, 1).await.unwrap();
    assert_eq!(whole, [event(20, 1)]);
    assert_eq!(ledger.samples(cluster, Span { from: at(10), to: at(20) }).await.unwrap(), [recorded(10), recorded(20)]);
    assert_eq!(ledger.samples(cluster, Span { from: at(31), to: at(99) }).await.unwrap(), []);
    // A fraction of a second orders as time does.
    let lease = take(ledger, cluster, "a", 40).await.lease;
    let half = Timestamp::from_millisecond(at(40).as_millisecond() + 500).unwrap();
    let nearly = Event { at: half, ..event(40, 0) };
    let records = Records { events: vec![nearly.clone(), event(40, 0), event(41, 0)], ..Records::default() };
    ledger.commit(&lease, Write { state: &State::new(), records }).await.unwrap();
    let found = ledger.events(cluster, Span { from: at(40), to: at(41) }, 9).await.unwrap();
    assert_eq!(found, [event(40, 0), nearly, event(41, 0)]);
}

async fn keeps_clusters_apart(ledger: &impl Ledger, cluster: &str) {
    let other = format!("{cluster}/gpu");
    let lease = take(ledger, cluster, "a", 0).await.lease;
    let beside = take(ledger, &other, "b", 0).await;
    assert_eq!(beside.lease.fence, 1);
    let records = Records { events: vec![event(0, 0)], ..Records::default() };
    ledger.commit(&lease, Write { state: &state("mine"), records }).await.unwrap();
    assert_eq!(ledger.read(&other).await.unwrap().unwrap().state, None);
    assert_eq!(ledger.events(&other, Span { from: at(0), to: at(9) }, 9).await.unwrap(), []);
}

async fn leaves_a_newer_schema_alone(ledger: &impl Ledger, cluster: &str) {
    let lease = take(ledger, cluster, "a", 0).await.lease;
    let newer = State { schema: SCHEMA + 1, ..State::new() };
    ledger.commit(&lease, write(&newer)).await.unwrap();
    let refused = ledger.acquire(cluster, &claim("b", 1)).await;
    assert_eq!(refused, Err(LedgerError::Newer { found: SCHEMA + 1, known: SCHEMA }));
    // The newer version is not kept from its work by a lease that an older one took in passing.
    ledger.release(&lease).await.unwrap();
}
