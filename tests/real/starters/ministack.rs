use std::fs;
use std::os::unix::fs::PermissionsExt;

use serde_json::{Value, json};

use crate::counterparts::aws;
use crate::counterparts::lambda::{self, package};
use crate::counterparts::ministack::Ministack;
use crate::counterparts::until::until;

#[tokio::test]
async fn what_is_published_arrives() {
    let ministack = Ministack::start().await;
    let topic = ministack.topic("notices").await;
    let inbox = ministack.inbox(&topic).await;
    let sns = aws_sdk_sns::Client::new(&aws::config(&ministack.url));
    sns.publish().topic_arn(&topic).subject("scale-up").message("2 nodes").send().await.expect("the topic takes messages");
    let message = until("the message", || async { inbox.take().await.pop().ok_or("none yet") }).await;
    assert_eq!((message["Subject"].as_str(), message["Message"].as_str()), (Some("scale-up"), Some("2 nodes")));
    assert!(inbox.take().await.is_empty());
}

#[tokio::test]
async fn a_secret_is_read() {
    let ministack = Ministack::start().await;
    let arn = ministack.secret("prometheus", "hush").await;
    let client = aws_sdk_secretsmanager::Client::new(&aws::config(&ministack.url));
    let secret = client.get_secret_value().secret_id(arn).send().await.expect("the secret is there");
    assert_eq!(secret.secret_string(), Some("hush"));
}

/// A custom runtime in its smallest form: it says what it was called with, and where it is.
const BOOTSTRAP: &str = r#"#!/bin/bash
runtime=http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime/invocation
headers=$(mktemp)
while event=$(curl -sS -D "$headers" "$runtime/next"); do
    echo "event $event"
    echo "endpoint $AWS_ENDPOINT_URL_EC2 rules $(cat rules/production.scale) home $HOME cargo ${CARGO_MANIFEST_DIR:-none}"
    id=$(tr -d '\r' <"$headers" | sed -n 's/^lambda-runtime-aws-request-id: //Ip')
    curl -sS -X POST "$runtime/$id/response" -d '{}' >/dev/null
done
"#;

#[tokio::test]
async fn a_schedule_and_events_run_a_function_with_what_it_was_deployed_with() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let bootstrap = folder.path().join("bootstrap");
    fs::write(&bootstrap, BOOTSTRAP).expect("the folder takes files");
    fs::set_permissions(&bootstrap, fs::Permissions::from_mode(0o755)).expect("the file is ours");
    let rules = folder.path().join("rules");
    fs::create_dir(&rules).expect("the folder takes folders");
    fs::write(rules.join("production.scale"), "cluster").expect("the folder takes files");

    let ministack = Ministack::start().await;
    let environment = lambda::environment(&[("EC2", "http://127.0.0.1:5556")]);
    let function = ministack.function("smartscale", &package(&[&bootstrap, &rules]), &environment).await;
    assert!(function.invocations().await.is_empty());
    function.schedule_once().await;
    let by_schedule = function.invoked(1).await.remove(0).log;
    assert_eq!(event(&by_schedule)["source"], "aws.scheduler");
    assert!(by_schedule.contains("endpoint http://127.0.0.1:5556 rules cluster"), "{by_schedule}");
    // Nothing of the test's own environment.
    assert!(by_schedule.contains("cargo none"), "{by_schedule}");

    function.receive(&json!({ "source": "aws.ec2", "detail": { "instance-id": "i-1" } })).await;
    let by_event = function.invoked(2).await.remove(1).log;
    assert_eq!(event(&by_event)["detail"]["instance-id"], "i-1");
    assert_eq!(function.invocations().await.len(), 2);
}

/// What the function was called with, by its log.
fn event(log: &str) -> Value {
    let line = log.lines().find_map(|line| line.strip_prefix("event ")).expect("the function logs its event");
    serde_json::from_str(line).expect("an event is JSON")
}
