//! SNS, SQS, Secrets Manager, EventBridge, Scheduler, Lambda and CloudWatch Logs: ministack.

use reqwest::Method;
use serde_json::{Value, json};

use super::run::Run;
use super::{aws, installed, ports};

/// One account of AWS without anything in it.
pub struct Ministack {
    /// The endpoint of all its services, without a slash at the end.
    pub url: String,
    http: reqwest::Client,
    _run: Run,
}

/// Keeps what is published to a topic.
pub struct Inbox<'ministack> {
    ministack: &'ministack Ministack,
    queue: String,
}

impl Ministack {
    /// Start one.
    pub async fn start() -> Ministack {
        let run = Run::new("ministack");
        let port = ports::free();
        let path = installed::folder("emulators/python").display().to_string();
        let folder = run.folder().display().to_string();
        // Functions inherit ministack's environment, so it gets as little as a function of AWS has: not the test's own.
        let mut arguments = vec!["-i".to_owned(), format!("PATH={}", std::env::var("PATH").unwrap_or_default())];
        arguments.extend([format!("PYTHONPATH={path}"), "PYTHONDONTWRITEBYTECODE=1".to_owned(), "PYTHONUNBUFFERED=1".to_owned()]);
        // By default it listens on every address, and unpacks functions beside those of others.
        arguments.extend([
            "BIND_HOST=127.0.0.1".to_owned(),
            format!("GATEWAY_PORT={port}"),
            format!("TMPDIR={folder}"),
            format!("HOME={folder}"),
        ]);
        arguments.extend(aws::environment(&[]).into_iter().map(|(name, value)| format!("{name}={value}")));
        arguments.extend(["python3", "-m", "ministack"].map(str::to_owned));
        run.start("ministack", "env", &arguments, &[]);
        let url = format!("http://127.0.0.1:{port}");
        let http = aws::http();
        let health = format!("{url}/_ministack/health");
        run.ready("ministack", || async { http.get(&health).send().await?.error_for_status() }).await;
        Ministack { url, http, _run: run }
    }

    /// A topic; answers its ARN.
    pub async fn topic(&self, name: &str) -> String {
        let client = aws_sdk_sns::Client::new(&aws::config(&self.url));
        let made = client.create_topic().name(name).send().await.expect("the topic can be made");
        made.topic_arn.expect("a topic has an ARN")
    }

    /// An inbox for what is published to a topic from now on.
    pub async fn inbox(&self, topic: &str) -> Inbox<'_> {
        let name = format!("inbox-{}", topic.rsplit(':').next().unwrap_or_default());
        let made = self.json("sqs", "AmazonSQS.CreateQueue", json!({ "QueueName": name })).await;
        let queue = made["QueueUrl"].as_str().expect("a queue has an address").to_owned();
        let attributes =
            self.json("sqs", "AmazonSQS.GetQueueAttributes", json!({ "QueueUrl": queue, "AttributeNames": ["QueueArn"] })).await;
        let arn = attributes["Attributes"]["QueueArn"].as_str().expect("a queue has an ARN");
        let client = aws_sdk_sns::Client::new(&aws::config(&self.url));
        client.subscribe().topic_arn(topic).protocol("sqs").endpoint(arn).send().await.expect("a queue can subscribe");
        Inbox { ministack: self, queue }
    }

    /// A secret; answers its ARN.
    pub async fn secret(&self, name: &str, value: &str) -> String {
        let made = self.json("secretsmanager", "secretsmanager.CreateSecret", json!({ "Name": name, "SecretString": value })).await;
        made["ARN"].as_str().expect("a secret has an ARN").to_owned()
    }

    /// A call of a service that speaks JSON.
    pub(super) async fn json(&self, service: &str, target: &str, body: Value) -> Value {
        self.try_json(service, target, body).await.unwrap_or_else(|refusal| panic!("{target}: {refusal}"))
    }

    /// The same; the error is ministack's answer.
    pub(super) async fn try_json(&self, service: &str, target: &str, body: Value) -> Result<Value, String> {
        self.send(
            self.request(Method::POST, service, "").header("x-amz-target", target).header("content-type", "application/x-amz-json-1.1"),
            body,
        )
        .await
    }

    /// A call of a service that speaks REST.
    pub(super) async fn rest(&self, method: Method, service: &str, path: &str, body: Value) -> Value {
        self.send(self.request(method, service, path), body).await.unwrap_or_else(|refusal| panic!("{service} {path}: {refusal}"))
    }

    /// ministack checks no signature, but reads service and region out of it.
    pub(super) fn request(&self, method: Method, service: &str, path: &str) -> reqwest::RequestBuilder {
        let scope = format!("test/20260101/{}/{service}/aws4_request", aws::REGION);
        let signature = format!("AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=none");
        self.http.request(method, format!("{}/{path}", self.url)).header("authorization", signature)
    }

    pub(super) async fn send(&self, request: reqwest::RequestBuilder, body: Value) -> Result<Value, String> {
        let response = request.body(if body.is_null() { String::new() } else { body.to_string() }).send().await.expect("ministack answers");
        let status = response.status();
        let answer = response.text().await.expect("ministack answers text");
        if !status.is_success() {
            return Err(format!("{status}: {answer}"));
        }
        Ok(serde_json::from_str(&answer).unwrap_or(Value::Null))
    }
}

impl Inbox<'_> {
    /// What has arrived since the last call: SNS' envelopes, with `Subject`, `Message` and `MessageAttributes`.
    pub async fn take(&self) -> Vec<Value> {
        let wanted = json!({ "QueueUrl": self.queue, "MaxNumberOfMessages": 10 });
        let answer = self.ministack.json("sqs", "AmazonSQS.ReceiveMessage", wanted).await;
        let messages = answer["Messages"].as_array().cloned().unwrap_or_default();
        for message in &messages {
            let done = json!({ "QueueUrl": self.queue, "ReceiptHandle": message["ReceiptHandle"] });
            self.ministack.json("sqs", "AmazonSQS.DeleteMessage", done).await;
        }
        messages.iter().map(|message| serde_json::from_str(message["Body"].as_str().unwrap_or_default()).expect("SNS sends JSON")).collect()
    }
}
