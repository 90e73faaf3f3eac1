//! Lambda functions in ministack.
//!
//! What it does, found by trying: a `provided.al2023` package is unpacked below `TMPDIR` and its `bootstrap` is run as a plain process of this
//! machine, with the Runtime API on a free port; no container is needed, so it need not be built for Amazon's glibc here. The environment
//! stays warm: the process serves one invocation after the other, a second one is started only for calls that overlap, and it ends when
//! ministack does. The working directory is the unpacked package. A function has no endpoint of its own: it calls the real AWS unless
//! its variables say `AWS_ENDPOINT_URL…`. Packages may be as large as AWS admits them unpacked, 250 MiB.
//!
//! Schedules are looked at every ten seconds: `at(…)` with a time that has passed fires within those, `rate(1 minute)`, the shortest rate, for
//! the first time a minute after it was made, `cron(* * * * ? *)` at the next full minute. An invocation that fails is tried twice more,
//! as in AWS, unless `Retries` forbids it.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

use aws_smithy_types::base64;
use reqwest::Method;
use serde_json::{Value, json};

use super::aws;
use super::ministack::Ministack;
use super::until::until;

/// A function that is deployed.
pub struct Function<'ministack> {
    ministack: &'ministack Ministack,
    name: String,
    arn: String,
    schedules: AtomicU32,
}

/// One run of a function, by its log.
#[derive(Clone, Debug)]
pub struct Invocation {
    /// What it has written, standard output and error, `START`, `END` and `REPORT` included.
    pub log: String,
}

/// Zip files for Lambda; folders come with what is in them. `bootstrap` must be among them and executable.
pub fn package(files: &[&Path]) -> Vec<u8> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let archive = folder.path().join("function.zip");
    let status = Command::new("python3").args(["-m", "zipfile", "-c"]).arg(&archive).args(files).status().expect("python3 runs");
    assert!(status.success(), "the package could not be zipped");
    std::fs::read(&archive).expect("the package has been written")
}

impl Ministack {
    /// Deploy a package, and wait until it can be invoked. `environment` lacks nothing that AWS sets itself.
    pub async fn function(&self, name: &str, package: &[u8], environment: &[(String, String)]) -> Function<'_> {
        let variables: BTreeMap<&str, &str> = environment.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let wanted = json!({
            "FunctionName": name,
            "Runtime": "provided.al2023",
            "Handler": "bootstrap",
            "Role": "arn:aws:iam::000000000000:role/function",
            "Code": { "ZipFile": base64::encode(package) },
            "Timeout": 55,
            "MemorySize": 256,
            "Environment": { "Variables": variables },
        });
        let made = self.rest(Method::POST, "lambda", "2015-03-31/functions", wanted).await;
        let arn = made["FunctionArn"].as_str().expect("a function has an ARN").to_owned();
        until("the function to be active", || async {
            let state =
                self.rest(Method::GET, "lambda", &format!("2015-03-31/functions/{name}/configuration"), Value::Null).await["State"].clone();
            if state == "Active" { Ok(()) } else { Err(state) }
        })
        .await;
        // A failed tick is made up for by the next one.
        let retries = json!({ "MaximumRetryAttempts": 0 });
        self.rest(Method::PUT, "lambda", &format!("2019-09-25/functions/{name}/event-invoke-config"), retries).await;
        Function { ministack: self, name: name.to_owned(), arn, schedules: AtomicU32::new(0) }
    }
}

impl Function<'_> {
    /// Let EventBridge Scheduler invoke it: `rate(1 minute)`, `cron(…)`, or `at(…)` in UTC.
    pub async fn schedule(&self, expression: &str) {
        let wanted = json!({
            "ScheduleExpression": expression,
            "FlexibleTimeWindow": { "Mode": "OFF" },
            "Target": { "Arn": self.arn, "RoleArn": "arn:aws:iam::000000000000:role/schedule" },
        });
        let number = self.schedules.fetch_add(1, Ordering::Relaxed);
        self.ministack.rest(Method::POST, "scheduler", &format!("schedules/{}-{number}", self.name), wanted).await;
    }

    /// Let the schedule invoke it once, within ten seconds.
    pub async fn schedule_once(&self) {
        self.schedule("at(2026-01-01T00:00:00)").await;
    }

    /// Invoke it with an event and do not wait, as EventBridge does. ministack's own bus refuses events of AWS services, as AWS does.
    pub async fn receive(&self, event: &Value) {
        let path = format!("2015-03-31/functions/{}/invocations", self.name);
        let request = self.ministack.request(Method::POST, "lambda", &path).header("x-amz-invocation-type", "Event");
        self.ministack.send(request, event.clone()).await.expect("the function can be invoked");
    }

    /// The invocations that have ended so far, in order.
    pub async fn invocations(&self) -> Vec<Invocation> {
        let wanted = json!({ "logGroupName": format!("/aws/lambda/{}", self.name), "limit": 10_000 });
        // The group comes with the first invocation.
        let Ok(answer) = self.ministack.try_json("logs", "Logs_20140328.FilterLogEvents", wanted).await else { return Vec::new() };
        let mut order: Vec<&str> = Vec::new();
        let mut logs: BTreeMap<&str, String> = BTreeMap::new();
        for event in answer["events"].as_array().into_iter().flatten() {
            // Each invocation writes a stream of its own.
            let stream = event["logStreamName"].as_str().expect("an event has a stream");
            if !logs.contains_key(stream) {
                order.push(stream);
            }
            let log = logs.entry(stream).or_default();
            log.push_str(event["message"].as_str().unwrap_or_default());
            log.push('\n');
        }
        order.into_iter().filter_map(|stream| logs.remove(stream)).map(|log| Invocation { log }).collect()
    }

    /// Wait until it has been invoked so many times.
    pub async fn invoked(&self, times: usize) -> Vec<Invocation> {
        until(&format!("{times} invocations of {}", self.name), || async {
            let invocations = self.invocations().await;
            if invocations.len() >= times { Ok(invocations) } else { Err(invocations.len()) }
        })
        .await
    }
}

/// The variables of a function that finds the emulators: see `aws::environment`.
pub fn environment(endpoints: &[(&str, &str)]) -> Vec<(String, String)> {
    // Lambda sets keys and region itself, and refuses to have them set.
    aws::environment(endpoints)
        .into_iter()
        .filter(|(name, _)| name.starts_with("AWS_ENDPOINT_URL") || name == "AWS_EC2_METADATA_DISABLED")
        .collect()
}
