//! EC2: moto behind `tests/ec2/ec2_emulator`, which behaves like EC2 and fails when a test says so.

use std::collections::BTreeMap;

use aws_sdk_ec2::types::{InstanceType, RequestLaunchTemplateData, ResourceType, Tag};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::run::Run;
use super::{aws, installed};

/// The one machine image that the emulator knows.
pub const IMAGE: &str = "ami-0123456789abcdef0";

/// One EC2 without instances. Nothing in it takes time until `set` says so.
pub struct Ec2 {
    /// The endpoint, without a slash at the end.
    pub url: String,
    http: reqwest::Client,
    _run: Run,
}

/// What the emulator knows about an instance, whether EC2's callers can see it yet or not.
#[derive(Clone, Debug, Deserialize)]
pub struct Instance {
    pub id: String,
    pub state: String,
    pub zone: String,
    #[serde(rename = "type")]
    pub kind: String,
    /// `spot` or `on-demand`.
    pub market: String,
    pub client_token: Option<String>,
    pub tags: BTreeMap<String, String>,
}

/// One call as the emulator saw it. An SDK that retries makes several.
#[derive(Clone, Debug, Deserialize)]
pub struct Call {
    pub action: String,
    /// The query's parameters, such as `ClientToken` or `InstanceId.1`.
    pub params: BTreeMap<String, String>,
    pub status: u16,
    /// EC2's error code.
    pub code: Option<String>,
    /// What the call launched or ended, even if its answer was spoilt.
    pub instances: Vec<String>,
}

impl Ec2 {
    /// Start one.
    pub async fn start() -> Ec2 {
        let run = Run::new("ec2");
        let path = format!("{}:{}/tests/ec2", installed::folder("emulators/python").display(), env!("CARGO_MANIFEST_DIR"));
        let arguments = ["-m", "ec2_emulator", "--port", "0"].map(str::to_owned);
        let environment = [("PYTHONPATH", path.as_str()), ("PYTHONDONTWRITEBYTECODE", "1"), ("PYTHONUNBUFFERED", "1")];
        run.start("ec2", "python3", &arguments, &environment);
        let url = run
            .ready("ec2", || async {
                // A whole line: the address may be half written.
                let log = run.log("ec2");
                log.split_inclusive('\n')
                    .find_map(|line| line.starts_with("http://").then_some(line)?.strip_suffix('\n').map(str::to_owned))
                    .ok_or("no address")
            })
            .await;
        Ec2 { url, http: aws::http(), _run: run }
    }

    /// A client of the test's own.
    pub fn client(&self) -> aws_sdk_ec2::Client {
        aws_sdk_ec2::Client::new(&aws::config(&self.url))
    }

    /// A launch template for workers; answers its id. Its one version, 1, launches `m5.large` on demand.
    pub async fn launch_template(&self, name: &str) -> String {
        let tags = aws_sdk_ec2::types::LaunchTemplateTagSpecificationRequest::builder()
            .resource_type(ResourceType::Instance)
            .tags(Tag::builder().key("Name").value(name).build())
            .build();
        let data =
            RequestLaunchTemplateData::builder().image_id(IMAGE).instance_type(InstanceType::M5Large).tag_specifications(tags).build();
        let made = self.client().create_launch_template().launch_template_name(name).launch_template_data(data).send().await;
        let template = made.expect("the template is new").launch_template.expect("EC2 answers the template");
        template.launch_template_id.expect("a template has an id")
    }

    /// Zones and their default subnets, by zone.
    pub async fn subnets(&self) -> BTreeMap<String, String> {
        let found = self.client().describe_subnets().send().await.expect("subnets can be described").subnets.unwrap_or_default();
        found.into_iter().filter_map(|subnet| Some((subnet.availability_zone?, subnet.subnet_id?))).collect()
    }

    /// Change settings of `tests/ec2/ec2_emulator/world.py`, such as `{"pending_seconds": 30}`.
    pub async fn set(&self, settings: Value) {
        self.post::<Value>("settings", settings).await;
    }

    /// Move EC2's clock: instances come up and go down as if the time had passed.
    pub async fn advance(&self, seconds: u64) {
        self.post::<Value>("advance", json!({ "seconds": seconds })).await;
    }

    /// Let calls fail, as `tests/ec2/ec2_emulator/faults.py` says: `{"code": "InsufficientInstanceCapacity", "match": {"market": "spot"}}`.
    pub async fn fault(&self, fault: Value) {
        self.post::<Value>("faults", fault).await;
    }

    /// No fault from now on.
    pub async fn clear_faults(&self) {
        self.ask::<Value>(self.http.delete(self.control("faults"))).await;
    }

    /// So many instances are left in the pools that `market`, `type` and `zone` name: `{"zone": "eu-central-1a", "available": 2}`.
    pub async fn capacity(&self, capacity: Value) {
        self.post::<Value>("capacity", capacity).await;
    }

    /// EC2 takes a spot instance back in two minutes. Answers the event that it sends to EventBridge, for `Function::receive`.
    pub async fn interrupt(&self, instance: &str) -> Value {
        self.post("interrupt", json!({ "instance": instance })).await
    }

    /// Somebody else ends an instance, at once.
    pub async fn kill(&self, instance: &str) {
        self.post::<Value>("kill", json!({ "instance": instance })).await;
    }

    /// EC2 announces that it will retire an instance.
    pub async fn schedule_retirement(&self, instance: &str) {
        self.post::<Value>("schedule-event", json!({ "instance": instance })).await;
    }

    /// Every instance ever launched.
    pub async fn instances(&self) -> Vec<Instance> {
        self.ask(self.http.get(self.control("instances"))).await
    }

    /// The calls of an action, in order, since the start or the last reset.
    pub async fn calls(&self, action: &str) -> Vec<Call> {
        self.ask(self.http.get(self.control("calls")).query(&[("action", action)])).await
    }

    /// As new: no instance, template, fault, setting or call is left.
    pub async fn reset(&self) {
        self.post::<Value>("reset", json!({})).await;
    }

    fn control(&self, endpoint: &str) -> String {
        format!("{}/_control/{endpoint}", self.url)
    }

    async fn post<T: DeserializeOwned>(&self, endpoint: &str, body: Value) -> T {
        self.ask(self.http.post(self.control(endpoint)).json(&body)).await
    }

    async fn ask<T: DeserializeOwned>(&self, request: reqwest::RequestBuilder) -> T {
        let response = request.send().await.expect("the emulator answers");
        let status = response.status();
        let answer = response.text().await.expect("the emulator answers text");
        assert!(status.is_success(), "the emulator refused: {answer}");
        serde_json::from_str(&answer).unwrap_or_else(|error| panic!("unexpected answer of the emulator: {error}: {answer}"))
    }
}
