//! The ledger on AWS's own DynamoDB Local.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use aws_config::SdkConfig;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, AttributeValue, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType, TimeToLiveStatus,
};
use jiff::{SignedDuration, Timestamp};
use smartscale::aws::CallLimits;
use smartscale::decide::{History, Record};
use smartscale::ledger::dynamodb::{DynamoDbLedger, TableError, create_table};
use smartscale::ledger::{Claim, Event, EventKind, Ledger, LedgerError, Records, Retention, SCHEMA, Span, State, Unannounced, Write};
use smartscale::observe::{Answer, Counts, Market};
use smartscale::plan::{
    Attempt, AttemptState, Launch, LaunchCause, Offering, Operation, OperationId, Retire, RetireCause, RetireState, Slot, SlotState, token,
};
use smartscale::rules::{Number, Topic};
use tokio::sync::OnceCell;

use crate::connection::{connection, connection_within};
use crate::counterparts::aws::REGION;
use crate::counterparts::dynamodb::DynamoDbLocal;
use crate::ledger_contract::{at, holds};

/// One for all tests of the process: each has its own table.
static LOCAL: OnceCell<DynamoDbLocal> = OnceCell::const_new();

pub async fn local() -> SdkConfig {
    connection(&LOCAL.get_or_init(DynamoDbLocal::start).await.url).await
}

pub fn fresh_name() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    format!("smartscale-{}", NEXT.fetch_add(1, Ordering::Relaxed))
}

async fn ledger() -> (DynamoDbLedger, Client, String) {
    let connection = local().await;
    let table = fresh_name();
    assert!(create_table(&connection, &table).await.unwrap());
    (DynamoDbLedger::new(&connection, &table, Retention::default()), Client::new(&connection), table)
}

fn claim(owner: &str, second: i64) -> Claim {
    Claim { owner: owner.to_owned(), now: at(second), lasts: SignedDuration::from_secs(60), skew: SignedDuration::from_secs(10) }
}

fn event(second: i64, n: u32) -> Event {
    let reason = format!("event {second} {n}");
    Event { at: at(second), n, kind: EventKind::Failed { reason: reason.clone() }, topic: Some(Topic::Failure), text: reason }
}

/// Text that no compression makes small.
fn noise(characters: usize, seed: u64) -> String {
    let mut random = seed;
    let mut next = || {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        char::from(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-"[(random >> 58) as usize])
    };
    (0..characters).map(|_| next()).collect()
}

fn heavy_state(seed: u64) -> State {
    let news = Unannounced {
        at: at(0),
        n: 0,
        topic: Topic::Failure,
        title: "heavy".to_owned(),
        text: noise(1_500_000, seed),
        channels: Vec::new(),
    };
    State { unannounced: vec![news], ..State::new() }
}

fn record(events: Vec<Event>) -> Records {
    Records { events, ..Records::default() }
}

const ALL: Span = Span { from: Timestamp::MIN, to: Timestamp::MAX };

#[tokio::test]
async fn dynamodb_keeps_the_contract() {
    holds(&ledger().await.0, "dynamodb").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_a_hundred_at_once_one_gets_the_lease() {
    let (ledger, _, _) = ledger().await;
    for round in 0..3 {
        let contenders = (0..100).map(|n| {
            let (ledger, claim) = (ledger.clone(), claim(&format!("tick-{n}"), 100 * round));
            tokio::spawn(async move { ledger.acquire("prod", &claim).await })
        });
        let mut won = Vec::new();
        for contender in contenders.collect::<Vec<_>>() {
            match contender.await.unwrap() {
                Ok(acquired) => won.push(acquired.lease),
                Err(LedgerError::Held { .. }) => {}
                Err(error) => panic!("a contender failed otherwise: {error}"),
            }
        }
        assert_eq!(won.len(), 1, "round {round}: {won:?}");
        assert_eq!(won[0].fence, u64::try_from(round).unwrap() + 1);
        if round % 2 == 0 {
            ledger.release(&won[0]).await.unwrap();
        }
    }
}

#[tokio::test]
async fn a_tick_whose_answer_was_lost_gets_its_own_lease_again() {
    let (ledger, _, _) = ledger().await;
    let first = ledger.acquire("prod", &claim("tick-1", 0)).await.unwrap();
    ledger.commit(&first.lease, Write { state: &State::new(), records: Records::default() }).await.unwrap();
    let second = ledger.acquire("prod", &claim("tick-2", 1)).await.unwrap();
    assert_eq!(ledger.acquire("prod", &claim("tick-2", 1)).await, Ok(second));
}

#[tokio::test]
async fn a_state_too_large_for_one_item_is_written_and_read_whole() {
    let (ledger, _, _) = ledger().await;
    let lease = ledger.acquire("prod", &claim("a", 0)).await.unwrap().lease;
    let (intended, committed) = (heavy_state(1), heavy_state(2));
    ledger.intend(&lease, Write { state: &intended, records: Records::default() }, at(60)).await.unwrap();
    assert_eq!(ledger.read("prod").await.unwrap().unwrap().state, Some(intended));
    ledger.commit(&lease, Write { state: &committed, records: record(vec![event(0, 0)]) }).await.unwrap();
    let next = ledger.acquire("prod", &claim("b", 1)).await.unwrap();
    assert_eq!(next.state, Some(committed));
    // And small again.
    ledger.commit(&next.lease, Write { state: &State::new(), records: Records::default() }).await.unwrap();
    assert_eq!(ledger.read("prod").await.unwrap().unwrap().state, Some(State::new()));
}

/// Three hundred launches and a hundred retirements in flight, and what a busy set of rules remembers.
fn busy_state() -> State {
    let offering = Offering {
        market: Market::Spot,
        instance_type: Some("t3a.small".to_owned()),
        zone: "eu-west-1a".to_owned(),
        subnet: "subnet-0a1b2c3d4e5f6".to_owned(),
    };
    let launch = |n: u32| {
        let id = OperationId(format!("l-mhx1k2j{n}-4f-0"));
        let attempt = Attempt {
            number: 0,
            offering: offering.clone(),
            template_version: 17,
            count: 1,
            max_price: None,
            token: token("prod", &id, &offering, 0),
            state: AttemptState::Filled { instances: 1 },
            intended_at: at(0),
            unanswered_at: None,
            calling: false,
        };
        let slot =
            Slot { instance_id: format!("i-{:017x}", u64::from(n) * 7_919_777), attempt: 0, launched_at: at(1), state: SlotState::Pending };
        let cause = LaunchCause::Decision { rules: vec!["pods-waiting".to_owned()] };
        Operation::Launch(Launch {
            id,
            decided_at: at(0),
            cause,
            wanted: 1,
            zones: Vec::new(),
            attempts: vec![attempt],
            slots: vec![slot],
            given_up: None,
        })
    };
    let retire = |n: u32| {
        Operation::Retire(Retire {
            id: OperationId(format!("r-mhx1k2j{n}-4f-0")),
            decided_at: at(0),
            cause: RetireCause::Decision { rules: vec!["quiet".to_owned()] },
            instance_id: Some(format!("i-{:017x}", u64::from(n) * 104_729_333)),
            node_name: Some(format!("ip-10-0-{}-{}.eu-west-1.compute.internal", n / 200, n % 200)),
            node_uid: Some(format!("{:08x}-93af-4c1e-8a5e-{:012x}", n * 7_919, u64::from(n) * 99_991)),
            cordoned_before: false,
            deadline: at(300),
            state: RetireState::Draining { since: at(5) },
            daemons_since: None,
            blocked_by: Some(format!("pod shop/web-{} waits for its disruption budget: it allows none now", noise(10, u64::from(n)))),
        })
    };
    let mut state = State::new();
    state.progress.operations = (0..300).map(launch).chain((0..100).map(retire)).collect();
    state.memory.records = (0..500)
        .map(|n| Record {
            at: at(n * 60),
            counts: Counts {
                ready: Some(250),
                launching: Some(50),
                unready: Some(2),
                draining: Some(100),
                pending_pods: Some(17),
                pending_nodes: Some(4),
            },
            answers: [("queue".to_owned(), Answer::Value(Number::integer(n * 7919 % 1013)))].into(),
            tracked: [].into(),
        })
        .collect();
    let mut history = History::default();
    for n in 0..1344 {
        history.record(at(n * 1800), &Number::fraction((n * 7919 % 100_003).into(), 1009).unwrap());
    }
    state.memory.histories = (0..5).map(|n| (format!("metric-{n}"), history.clone())).collect();
    state
}

#[tokio::test]
async fn hundreds_of_operations_fit_one_item() {
    let (ledger, client, table) = ledger().await;
    let (state, lease) = (busy_state(), ledger.acquire("prod", &claim("a", 0)).await.unwrap().lease);
    ledger.intend(&lease, Write { state: &state, records: record(vec![event(0, 0)]) }, at(60)).await.unwrap();
    ledger.commit(&lease, Write { state: &state, records: record(vec![event(0, 1)]) }).await.unwrap();
    let items = client.scan().table_name(&table).send().await.unwrap().items.unwrap();
    let item = items.iter().find(|item| item["item"].as_s().unwrap() == "state").unwrap();
    let size = item["body"].as_b().unwrap().as_ref().len();
    assert!(items.iter().all(|item| !item["item"].as_s().unwrap().starts_with("part#")), "{size} bytes need parts");
    assert!(size < 350_000, "{size} bytes");
    assert_eq!(ledger.acquire("prod", &claim("b", 1)).await.unwrap().state, Some(state));
}

#[tokio::test]
async fn a_state_of_the_first_release_is_read_and_written_back_as_of_today() {
    let (ledger, client, table) = ledger().await;
    let stored = include_bytes!("../data/ledger/state-1.json");
    let state_of = |schema: &str| {
        let text = |value: &str| AttributeValue::S(value.to_owned());
        let number = |value: &str| AttributeValue::N(value.to_owned());
        let body = AttributeValue::B(aws_sdk_dynamodb::primitives::Blob::new(miniz_oxide::deflate::compress_to_vec_zlib(stored, 6)));
        let values = [
            ("cluster", text("prod")),
            ("item", text("state")),
            ("fence", number("41")),
            ("schema", number(schema)),
            ("parts", number("1")),
            ("body", body),
        ];
        values.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
    };
    client.put_item().table_name(&table).set_item(Some(state_of("1"))).send().await.unwrap();
    let acquired = ledger.acquire("prod", &claim("a", 0)).await.unwrap();
    let state = acquired.state.unwrap();
    assert_eq!((acquired.lease.fence, state.schema, state.progress.operations.len()), (42, SCHEMA, 2));
    ledger.commit(&acquired.lease, Write { state: &state, records: Records::default() }).await.unwrap();
    assert_eq!(ledger.read("prod").await.unwrap().unwrap().state, Some(state));
    // One of a version to come is left alone, its fence and lease too.
    let newer: std::collections::HashMap<String, AttributeValue> = state_of(&(SCHEMA + 1).to_string());
    client.put_item().table_name(&table).set_item(Some(newer.clone())).send().await.unwrap();
    assert_eq!(ledger.acquire("prod", &claim("b", 1)).await, Err(LedgerError::Newer { found: SCHEMA + 1, known: SCHEMA }));
    let items = client.scan().table_name(&table).send().await.unwrap().items.unwrap();
    assert_eq!(items, [newer]);
}

#[tokio::test]
async fn more_records_than_a_transaction_takes_are_written_in_several() {
    let (ledger, _, _) = ledger().await;
    let lease = ledger.acquire("prod", &claim("a", 0)).await.unwrap().lease;
    let mut events: Vec<Event> = (0..230).map(|n| event(0, n)).collect();
    events.push(Event { text: "large".to_owned(), kind: EventKind::Failed { reason: noise(900_000, 3) }, ..event(0, 230) });
    ledger.commit(&lease, Write { state: &State::new(), records: record(events.clone()) }).await.unwrap();
    assert_eq!(ledger.events("prod", ALL, 1_000).await.unwrap(), events);
    assert_eq!(ledger.events("prod", ALL, 2).await.unwrap(), events[229..]);
    assert_eq!(ledger.read("prod").await.unwrap().unwrap().lease, None);
}

#[tokio::test]
async fn an_overtaken_holder_writes_nothing_of_a_write_in_several_transactions() {
    let (ledger, _, _) = ledger().await;
    let old = ledger.acquire("prod", &claim("a", 0)).await.unwrap().lease;
    let _new = ledger.acquire("prod", &claim("b", 100)).await.unwrap();
    let records = record((0..230).map(|n| event(0, n)).collect());
    let refused = ledger.commit(&old, Write { state: &State::new(), records }).await;
    assert_eq!(refused, Err(LedgerError::Fenced { ours: old.fence }));
    assert_eq!(ledger.events("prod", ALL, 1_000).await.unwrap(), []);
}

#[tokio::test]
async fn records_age_out_and_the_state_does_not() {
    let (ledger, client, table) = ledger().await;
    let lease = ledger.acquire("prod", &claim("a", 0)).await.unwrap().lease;
    let state = State { evaluated_at: Some(at(0)), ..heavy_state(4) };
    ledger.commit(&lease, Write { state: &state, records: record(vec![event(0, 0)]) }).await.unwrap();
    let items = client.scan().table_name(&table).send().await.unwrap().items.unwrap();
    let mut expiries: Vec<(&str, Option<&str>)> = items
        .iter()
        .map(|item| {
            let name = item["item"].as_s().unwrap().split('#').next().unwrap();
            (name, item.get("expires").map(|expires| expires.as_n().unwrap().as_str()))
        })
        .collect();
    expiries.sort_unstable();
    expiries.dedup();
    let ninety_days = (at(0).as_second() + 90 * 24 * 3600 + 1).to_string();
    assert_eq!(expiries, [("event", Some(ninety_days.as_str())), ("part", Some(ninety_days.as_str())), ("state", None)]);
}

#[tokio::test]
async fn a_damaged_state_is_an_error_and_not_a_new_ledger() {
    let (ledger, client, table) = ledger().await;
    let lease = ledger.acquire("prod", &claim("a", 0)).await.unwrap().lease;
    ledger.commit(&lease, Write { state: &heavy_state(5), records: Records::default() }).await.unwrap();
    let parts = client.scan().table_name(&table).send().await.unwrap().items.unwrap();
    let part = parts.iter().find(|item| item["item"].as_s().unwrap().starts_with("part#")).unwrap();
    let key = |name: &str| AttributeValue::S(part[name].as_s().unwrap().clone());
    client.delete_item().table_name(&table).key("cluster", key("cluster")).key("item", key("item")).send().await.unwrap();
    let error = ledger.acquire("prod", &claim("b", 1)).await.unwrap_err();
    assert!(matches!(&error, LedgerError::Corrupt { what, .. } if what == "state"), "{error}");
}

#[tokio::test]
async fn a_missing_table_is_said_and_creating_it_twice_is_harmless() {
    let connection = local().await;
    let table = fresh_name();
    let ledger = DynamoDbLedger::new(&connection, &table, Retention::default());
    let missing = LedgerError::NoTable { table: table.clone(), region: REGION.to_owned() };
    assert_eq!(ledger.acquire("prod", &claim("a", 0)).await, Err(missing.clone()));
    assert_eq!(ledger.read("prod").await, Err(missing.clone()));
    assert_eq!(ledger.events("prod", ALL, 1).await, Err(missing.clone()));
    assert!(missing.help().unwrap().contains("smartscale ledger create"));
    assert_eq!(create_table(&connection, &table).await, Ok(true));
    assert_eq!(create_table(&connection, &table).await, Ok(false));
    let lease = ledger.acquire("prod", &claim("a", 0)).await.unwrap().lease;
    // The table goes under a tick's feet.
    let client = Client::new(&connection);
    let description = client.describe_table().table_name(&table).send().await.unwrap().table.unwrap();
    assert_eq!(description.billing_mode_summary().unwrap().billing_mode(), Some(&BillingMode::PayPerRequest));
    let time_to_live = client.describe_time_to_live().table_name(&table).send().await.unwrap().time_to_live_description.unwrap();
    assert_eq!((time_to_live.attribute_name(), time_to_live.time_to_live_status()), (Some("expires"), Some(&TimeToLiveStatus::Enabled)));
    client.delete_table().table_name(&table).send().await.unwrap();
    let write = Write { state: &State::new(), records: record(vec![event(0, 0)]) };
    assert_eq!(ledger.commit(&lease, write).await, Err(missing));
}

#[tokio::test]
async fn somebody_elses_table_is_refused() {
    let connection = local().await;
    let table = fresh_name();
    let attribute = AttributeDefinition::builder().attribute_name("id").attribute_type(ScalarAttributeType::N).build().unwrap();
    let key = KeySchemaElement::builder().attribute_name("id").key_type(KeyType::Hash).build().unwrap();
    let made = Client::new(&connection).create_table().table_name(&table).attribute_definitions(attribute).key_schema(key);
    made.billing_mode(BillingMode::PayPerRequest).send().await.unwrap();
    let error = create_table(&connection, &table).await.unwrap_err();
    assert_eq!(error, TableError::OtherKey { table, found: "`id` of type N and none".to_owned() });
}

#[tokio::test]
async fn a_ledger_that_does_not_answer_costs_no_more_than_the_limits() {
    // A listener that never answers.
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", silent.local_addr().unwrap());
    let brief = Duration::from_millis(100);
    let limits = CallLimits { connect: brief, attempt: brief, operation: brief * 2, attempts: 2 };
    let ledger = DynamoDbLedger::new(&connection_within(&url, limits).await, "smartscale", Retention::default());
    let began = Instant::now();
    let error = ledger.acquire("prod", &claim("a", 0)).await.unwrap_err();
    assert!(matches!(&error, LedgerError::Unavailable { reason } if reason.starts_with("Timeout")), "{error}");
    // Not a timing: the SDK's own limit of an attempt would be a minute and more.
    assert!(began.elapsed() < Duration::from_secs(20));
    drop(silent);
}
