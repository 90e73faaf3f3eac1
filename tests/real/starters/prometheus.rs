use serde_json::{Value, json};

use crate::counterparts::prometheus::Prometheus;
use crate::counterparts::until::until;

/// 2026-01-05 00:00 UTC.
const BEGINNING: u64 = 1_767_571_200;

#[tokio::test]
async fn history_is_there_for_range_queries() {
    let mut history = "# TYPE queue_depth gauge\n".to_owned();
    for minute in 0..3_000 {
        history.push_str(&format!("queue_depth{{queue=\"mail\"}} {minute} {}\n", BEGINNING + minute * 60));
    }
    history.push_str("# EOF\n");
    let prometheus = Prometheus::start(&history).await;
    let (start, end) = (BEGINNING + 86_400, BEGINNING + 86_400 + 120);
    let answer = ask(&prometheus, &format!("query_range?query=sum(queue_depth)&start={start}&end={end}&step=60")).await;
    assert_eq!(answer["data"]["result"][0]["values"], json!([[start, "1440"], [start + 60, "1441"], [end, "1442"]]));
}

#[tokio::test]
async fn a_test_drives_a_metric_and_takes_the_server_away() {
    let prometheus = Prometheus::start("").await;
    prometheus.target.set("queue_depth{queue=\"mail\"}", 7.0);
    value(&prometheus, "queue_depth", json!("7")).await;
    prometheus.target.set("queue_depth{queue=\"mail\"}", 8.5);
    value(&prometheus, "queue_depth", json!("8.5")).await;
    prometheus.target.forget("queue_depth{queue=\"mail\"}");
    value(&prometheus, "queue_depth", Value::Null).await;

    prometheus.stop().await;
    assert!(reqwest::get(&prometheus.url).await.expect_err("nobody listens").is_connect());

    prometheus.restart().await;
    value(&prometheus, "max_over_time(queue_depth[1h])", json!("8.5")).await;
}

async fn value(prometheus: &Prometheus, query: &str, wanted: Value) {
    until(&format!("{query} to be {wanted}"), || async {
        let answer = ask(prometheus, &format!("query?query={query}")).await;
        let value = answer["data"]["result"][0]["value"][1].clone();
        if value == wanted { Ok(()) } else { Err(answer) }
    })
    .await;
}

async fn ask(prometheus: &Prometheus, question: &str) -> Value {
    let answer = reqwest::get(format!("{}/api/v1/{question}", prometheus.url)).await.expect("Prometheus answers");
    answer.json().await.expect("the answer is JSON")
}
