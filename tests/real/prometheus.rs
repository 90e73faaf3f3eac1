//! The adapter for metrics against a real Prometheus: what it asks, whom it trusts, and how it tells what is missing.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use jiff::{SignedDuration, Timestamp};
use secrecy::SecretString;
use smartscale::observe::prometheus::{Authentication, Prometheus, PrometheusSettings};
use smartscale::observe::{Absence, Answer, Metrics as _, Query, Series};
use smartscale::rules::{Metric, Number};
use smartscale::runtime::{check_sources, choose_cluster};
use smartscale::source::Sources;
use tokio::net::TcpListener;

use crate::counterparts::prometheus::{PASSWORD, Prometheus as Server, USER};

/// A quarter of an hour of one series that rises by one each 15 s, and of two that share a name; the last samples are of now.
fn history(now: u64) -> String {
    let mut text = "# TYPE queue_depth gauge\n".to_owned();
    for step in 0..=60 {
        text.push_str(&format!("queue_depth {step} {}\n", now - 15 * (60 - step)));
    }
    text.push_str("# TYPE shard_depth gauge\n");
    for shard in ["a", "b"] {
        for step in 0..=60 {
            text.push_str(&format!("shard_depth{{shard=\"{shard}\"}} 1 {}\n", now - 15 * (60 - step)));
        }
    }
    text + "# EOF\n"
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).expect("this is after 1970").as_secs()
}

/// As rules declare them.
fn metrics(declarations: &str) -> Vec<Metric> {
    let rules = format!("cluster \"c\" {{ nodes 1..3 }}\n{declarations}\n");
    let checked = check_sources(&Sources::single("rules.scale", &rules), Vec::new());
    let ruleset = checked.ruleset.unwrap_or_else(|| panic!("{:#?}", checked.diagnostics));
    choose_cluster(&ruleset, None).expect("there is one cluster").metrics.clone()
}

fn settings(server: &Server, authentication: Authentication) -> PrometheusSettings {
    PrometheusSettings {
        url: server.url.clone(),
        authentication,
        certificate_authority: server.authority.clone().map(String::into_bytes),
        timeout: Duration::from_secs(20),
    }
}

async fn ask(settings: PrometheusSettings, metric: &Metric, over: SignedDuration, at: u64) -> Series {
    let queries = [Query { metric, over, longest_interval: SignedDuration::from_mins(2) }];
    let at = Timestamp::from_second(at.try_into().expect("a time of this century")).expect("a time of this century");
    let prometheus = Prometheus::new(settings).expect("the settings are usable");
    prometheus.read(&queries, at).await.pop().expect("one answer for one query").series
}

async fn ask_now(settings: PrometheusSettings, metric: &Metric, at: u64) -> Answer {
    ask(settings, metric, SignedDuration::ZERO, at).await.samples.pop().expect("an answer for this instant").answer
}

fn failure(answer: &Answer) -> &str {
    match answer {
        Answer::Missing(Absence::Failed(reason)) => reason,
        other => panic!("{other:?} is no failure"),
    }
}

#[tokio::test]
async fn instants_and_ranges_are_read_and_what_is_missing_says_why() {
    let now = now();
    let server = Server::start(&history(now)).await;
    let open = || settings(&server, Authentication::None);
    let declared = metrics(concat!(
        "metric queue  : count = prometheus `queue_depth`\n",
        "metric shards : count = prometheus `shard_depth`\n",
        "metric nobody : count = prometheus `absent_depth`\n",
        "metric quiet  : count = prometheus `absent_depth` empty is 0\n",
        "metric ratio  : number = prometheus `queue_depth * 0 / 0`\n",
        "metric endless : number = prometheus `queue_depth / 0`\n",
        "metric wrong  : number = prometheus `label_replace(queue_depth, \"to\", \"$1\", \"from\", \"(\")`\n",
    ));
    let named = |name| declared.iter().find(|metric| metric.name == name).expect("it is declared");
    let (queue, shards, nobody, quiet) = (named("queue"), named("shards"), named("nobody"), named("quiet"));
    let (ratio, endless, wrong) = (named("ratio"), named("endless"), named("wrong"));
    assert_eq!(ask_now(open(), queue, now).await, Answer::Value(Number::integer(60)));
    let range = ask(open(), queue, SignedDuration::from_mins(2), now).await;
    let values: Vec<Answer> = range.samples.iter().rev().take(9).map(|sample| sample.answer.clone()).collect();
    assert_eq!(values, (52..=60).rev().map(|value| Answer::Value(Number::integer(value))).collect::<Vec<_>>());

    let both = vec!["shard_depth{shard=\"a\"}".to_owned(), "shard_depth{shard=\"b\"}".to_owned()];
    assert_eq!(ask_now(open(), shards, now).await, Answer::Missing(Absence::Several(both)));
    assert_eq!(ask_now(open(), nobody, now).await, Answer::Missing(Absence::Empty));
    assert_eq!(ask_now(open(), quiet, now).await, Answer::Value(Number::ZERO));
    assert_eq!(ask_now(open(), ratio, now).await, Answer::Missing(Absence::NotANumber));
    assert_eq!(ask_now(open(), endless, now).await, Answer::Missing(Absence::Infinite));
    // A query that only the server can refuse, in its own words.
    let refused = ask_now(open(), wrong, now).await;
    assert!(failure(&refused).contains("invalid regular expression in label_replace()"), "{refused:?}");
    // A target that has been silent for longer than `missing after` is not read on.
    assert_eq!(ask_now(open(), queue, now + 600).await, Answer::Missing(Absence::Empty));

    server.stop().await;
    let gone = ask_now(open(), queue, now).await;
    assert!(failure(&gone).contains("Connection refused"), "{gone:?}");
}

#[tokio::test]
async fn a_password_goes_over_tls_to_the_trusted_alone() {
    let now = now();
    let server = Server::start_secured(&history(now)).await;
    let queue = &metrics("metric queue : count = prometheus `queue_depth`")[0];
    let password = |word: &str| Authentication::Basic { username: USER.to_owned(), password: SecretString::from(word) };
    assert_eq!(ask_now(settings(&server, password(PASSWORD)), queue, now).await, Answer::Value(Number::integer(60)));

    for wrong in [password("battery staple"), Authentication::None] {
        let refused = ask_now(settings(&server, wrong), queue, now).await;
        let expected = "Prometheus refuses the credentials (401 Unauthorized): see `[prometheus]` in smartscale.toml";
        assert_eq!(failure(&refused), expected);
    }
    // Without the authority its certificate is nobody's: no password goes out.
    let unknown = PrometheusSettings { certificate_authority: None, ..settings(&server, password(PASSWORD)) };
    let refused = ask_now(unknown, queue, now).await;
    assert!(failure(&refused).contains("invalid peer certificate: UnknownIssuer"), "{refused:?}");
    // It is for this address alone that the certificate speaks.
    let elsewhere = PrometheusSettings { url: server.url.replace("127.0.0.1", "localhost"), ..settings(&server, password(PASSWORD)) };
    let refused = ask_now(elsewhere, queue, now).await;
    assert!(failure(&refused).contains("invalid peer certificate"), "{refused:?}");
}

/// As the proxies do that stand before Prometheus, which itself knows no tokens: it passes on what bears the right one.
async fn pass_on(State(target): State<String>, uri: Uri, headers: HeaderMap, body: Bytes) -> (StatusCode, Bytes) {
    if headers.get("authorization").and_then(|value| value.to_str().ok()) != Some("Bearer t0ken") {
        return (StatusCode::UNAUTHORIZED, Bytes::new());
    }
    let kind = headers.get("content-type").and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    let client = reqwest::Client::new();
    let request = if body.is_empty() { client.get(format!("{target}{uri}")) } else { client.post(format!("{target}{uri}")) };
    let answer = request.header("content-type", kind).body(body).send().await.expect("Prometheus answers");
    (StatusCode::from_u16(answer.status().as_u16()).expect("a status"), answer.bytes().await.expect("a body"))
}

#[tokio::test]
async fn a_bearer_token_opens_the_proxy_before_prometheus() {
    let now = now();
    let server = Server::start(&history(now)).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("127.0.0.1 has a free port");
    let url = format!("http://{}", listener.local_addr().expect("a listener has an address"));
    let router = Router::new().fallback(pass_on).with_state(server.url.clone());
    let proxy = tokio::spawn(async move { axum::serve(listener, router).await });
    let queue = &metrics("metric queue : count = prometheus `queue_depth`")[0];
    let with =
        |token: &str| PrometheusSettings { url: url.clone(), ..settings(&server, Authentication::Bearer(SecretString::from(token))) };
    assert_eq!(ask_now(with("t0ken"), queue, now).await, Answer::Value(Number::integer(60)));
    let refused = ask_now(with("wr0ng"), queue, now).await;
    assert!(failure(&refused).contains("401 Unauthorized") && !failure(&refused).contains("wr0ng"), "{refused:?}");
    proxy.abort();
}

#[tokio::test]
async fn a_server_that_says_nothing_costs_no_more_than_the_time_out() {
    // It takes connections and never answers.
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("127.0.0.1 has a free port");
    let url = format!("http://{}", listener.local_addr().expect("a listener has an address"));
    let queue = &metrics("metric queue : count = prometheus `queue_depth` missing after 1m")[0];
    let silent =
        PrometheusSettings { url, authentication: Authentication::None, certificate_authority: None, timeout: Duration::from_millis(200) };
    let _ = rustls::crypto::ring::default_provider().install_default();
    let answer = ask_now(silent, queue, now()).await;
    assert!(failure(&answer).starts_with("no answer in time"), "{answer:?}");
}
