use std::ops::ControlFlow;

use jiff::{SignedDuration, Timestamp};

use crate::decide::{Action, Fate};
use crate::ledger::{Claim, Event, EventKind, Ledger, MemoryLedger, Records, Span, State, Write};
use crate::plan::fixture::minutes;
use crate::rules::{Number, Unit};
use crate::runtime::answers::find::backwards;
use crate::runtime::answers::{NoAnswer, Replay, Wanted, history, why};
use crate::runtime::tick::scene::{Scene, rules};

const ALL: Span = Span { from: Timestamp::MIN, to: Timestamp::MAX };

fn wanted() -> Wanted {
    Wanted { span: ALL, kinds: Vec::new(), all: false, operation: None, at_most: 1000 }
}

/// A cluster that was busy and has launched a node.
fn busy() -> (Scene, Timestamp) {
    let mut scene = Scene::settled(2);
    scene.load(80);
    let decided_at = scene.now();
    scene.tick();
    scene.load(50);
    scene.ticks_for(minutes(6));
    (scene, decided_at)
}

#[tokio::test]
async fn a_decision_is_found_by_its_time_and_decided_again() {
    let (scene, at) = busy();
    let ledger = scene.sandbox.ledger().clone();
    let answer = why(&ledger, "prod", at + SignedDuration::from_secs(1), Some(&scene.cluster)).await.unwrap();
    assert_eq!((answer.decided.decision.at, answer.decided.decision.action), (at, Action::Add(1)));
    assert_eq!(answer.replay, Replay::Same);
    assert!(answer.today.unwrap().unchanged);
    let why_not = answer.decided.decision.why_not("quiet", &answer.rules.unwrap()).unwrap();
    assert_eq!((why_not.fate, why_not.needs), (Fate::ConditionFalse, vec!["cpu must be < 30%, it is 80%".to_owned()]));
    let latest = why(&ledger, "prod", Timestamp::MAX, None).await.unwrap();
    assert!(latest.decided.decision.at > at && latest.today.is_none());
}

#[tokio::test]
async fn what_differs_is_said() {
    let (scene, at) = busy();
    let ledger = scene.sandbox.ledger().clone();
    let mut answer = why(&ledger, "prod", at, None).await.unwrap();
    let rules = answer.rules.take().unwrap();
    let mut other = (*answer.decided.decision).clone();
    other.because.rules[0].action = "add one".to_owned();
    answer.decided.decision = other.clone().into();
    assert_eq!(Replay::of(&answer.decided, Some(&rules)), Replay::OtherWords);
    other.action = Action::Stay;
    answer.decided.decision = other.into();
    assert!(matches!(Replay::of(&answer.decided, Some(&rules)), Replay::Differs { decision } if decision.action == Action::Add(1)));
    assert_eq!(Replay::of(&answer.decided, None), Replay::RulesLost);
}

#[tokio::test]
async fn rules_that_have_changed_since_are_asked_too() {
    let (scene, at) = busy();
    let ledger = scene.sandbox.ledger().clone();
    let mut today = rules();
    today.nodes.upper = 2;
    let answer = why(&ledger, "prod", at, Some(&today)).await.unwrap().today.unwrap();
    assert!(!answer.unchanged);
    assert_eq!(answer.decision.unwrap().action, Action::Stay, "the upper bound is 2 now");
    assert_eq!(answer.unobserved, [] as [&str; 0]);
    let mut other_query = rules();
    other_query.metrics[0].unit = Unit::Count;
    let answer = why(&ledger, "prod", at, Some(&other_query)).await.unwrap().today.unwrap();
    assert_eq!(answer.unobserved, ["cpu"]);
}

#[tokio::test]
async fn without_a_decision_it_says_so() {
    let empty = MemoryLedger::new();
    let nothing = why(&empty, "prod", Timestamp::MAX, None).await.unwrap_err();
    assert_eq!(nothing.to_string(), "the ledger knows nothing of `prod`: no tick has run yet");
    let (scene, _) = busy();
    let early: Timestamp = "2020-01-01T00:00:00Z".parse().unwrap();
    let none = why(scene.sandbox.ledger(), "prod", early, None).await.unwrap_err();
    assert_eq!(none, NoAnswer::NoDecision { cluster: "prod".to_owned(), at: early });
}

#[tokio::test]
async fn history_is_filtered_by_time_kind_and_operation() {
    let (scene, at) = busy();
    let ledger = scene.sandbox.ledger().clone();
    let every = history(&ledger, "prod", &Wanted { all: true, ..wanted() }).await.unwrap();
    assert_eq!((every.events.as_slice(), every.stays, every.more), (scene.events().as_slice(), 0, false));
    let told = history(&ledger, "prod", &wanted()).await.unwrap();
    assert_eq!(told.events.len() + told.stays, every.events.len());
    assert!(told.stays > 5, "{}", told.stays);
    let decided = history(&ledger, "prod", &Wanted { kinds: vec!["decided".to_owned()], ..wanted() }).await.unwrap();
    assert_eq!(decided.events.len(), told.stays + 1);
    let EventKind::Intended { steps } = &told.events.iter().find(|event| event.kind.word() == "intended").unwrap().kind else { panic!() };
    let id = steps[0].operation().0.clone();
    let of_operation = history(&ledger, "prod", &Wanted { operation: Some(id.clone()), ..wanted() }).await.unwrap();
    let words: Vec<&str> = of_operation.events.iter().map(|event| event.kind.word()).collect();
    assert_eq!((words.first(), words.last()), (Some(&"advanced"), Some(&"operation-ended")), "{words:?}");
    let since = history(&ledger, "prod", &Wanted { span: Span { from: at, to: at }, ..wanted() }).await.unwrap();
    assert!(since.events.iter().all(|event| event.at == at) && !since.events.is_empty());
    let two = history(&ledger, "prod", &Wanted { at_most: 2, all: true, ..wanted() }).await.unwrap();
    assert_eq!((two.events.as_slice(), two.more), (&every.events[every.events.len() - 2..], true));
}

#[tokio::test]
async fn pages_lose_nothing_where_one_instant_has_more_events_than_a_page() {
    let ledger = MemoryLedger::new();
    let now: Timestamp = "2026-11-25T12:00:00Z".parse().unwrap();
    let claim = Claim { owner: "a".to_owned(), now, lasts: minutes(1), skew: SignedDuration::ZERO };
    let lease = ledger.acquire("prod", &claim).await.unwrap().lease;
    let event = |second: i64, n: u32| Event {
        at: now + SignedDuration::from_secs(second),
        n,
        kind: EventKind::Failed { reason: Number::integer(second).to_string() },
        topic: None,
        text: String::new(),
    };
    let events: Vec<Event> =
        [(0, 3_u32), (1, 100), (2, 40), (3, 1)].iter().flat_map(|(at, many)| (0..*many).map(|n| event(*at, n))).collect();
    let records = Records { events: events.clone(), ..Records::default() };
    ledger.commit(&lease, Write { state: &State::new(), records }).await.unwrap();
    let mut seen = Vec::new();
    backwards(&ledger, "prod", ALL, |event| {
        seen.push(event);
        ControlFlow::Continue(())
    })
    .await
    .unwrap();
    seen.reverse();
    assert_eq!(seen, events);
}

/// Every field of the documents that programs read stands on the page that explains them.
#[tokio::test]
async fn the_page_names_every_field() {
    fn names(value: &serde_json::Value, into: &mut std::collections::BTreeSet<String>) {
        match value {
            serde_json::Value::Object(fields) => {
                for (name, value) in fields {
                    into.insert(name.clone());
                    names(value, into);
                }
            }
            serde_json::Value::Array(items) => items.iter().for_each(|item| names(item, into)),
            _ => {}
        }
    }
    let (scene, at) = busy();
    let answer = why(scene.sandbox.ledger(), "prod", at, Some(&scene.cluster)).await.unwrap();
    let why_not = answer.decided.decision.why_not("quiet", &scene.cluster).unwrap();
    let mut found = std::collections::BTreeSet::new();
    for document in [
        serde_json::to_value(&answer.decided.decision),
        serde_json::to_value(answer.decided.observed.counts),
        serde_json::to_value(&answer.replay),
        serde_json::to_value(&answer.today),
        serde_json::to_value(&why_not),
    ] {
        names(&document.unwrap(), &mut found);
    }
    let page = include_str!("../../../docs/operating.md");
    let is_explained = |name: &&String| page.contains(&format!("`{name}`")) || page.contains(&format!("\"{name}\""));
    let missing: Vec<&String> = found.iter().filter(|name| !is_explained(name)).collect();
    assert_eq!(missing, [] as [&str; 0]);
    assert!(found.len() > 30);
}
