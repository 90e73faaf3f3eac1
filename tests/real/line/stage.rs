//! One pool of workers with everything that its test needs: settings, rules, a table, a launch template, machines, a namespace.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use aws_sdk_ec2::types::{LaunchTemplateSpecification, ResourceType, Tag, TagSpecification};
use jiff::{SignedDuration, Timestamp};
use k8s_openapi::api::core::v1::Node;
use kube::api::ListParams;
use kube::{Api, ResourceExt};
use serde_json::{Value, json};
use smartscale::ledger::dynamodb::DynamoDbLedger;
use smartscale::ledger::{Claim, Ledger as _, Records, Retention, State, Write};
use tempfile::TempDir;

use super::program::{self, Ran};
use super::world::World;
use crate::connection::connection;
use crate::counterparts::aws;
use crate::counterparts::ec2::{Ec2, Instance};
use crate::counterparts::kubernetes::{Identity, Machines, Worker};

/// The secrets that `smartscale.toml` refers to. Nobody may find one of them in the ledger or in what is printed.
pub const PROMETHEUS_TOKEN: &str = "prometheus-bearer-5f1c9be2";
pub const SLACK_SECRET: &str = "T0000-B0000-slack-77ab01cd";

/// Between two ticks that wait for the world: each is a whole process.
const PAUSE: Duration = Duration::from_millis(400);

/// How long the world may take for what takes it seconds on an idle machine.
const LIMIT: Duration = Duration::from_secs(150);

/// A pool under SmartScale.
pub struct Stage {
    pub world: &'static World,
    /// The EC2 that it launches in: the shared one, unless the test breaks things.
    pub ec2: &'static Ec2,
    pub pool: String,
    pub cluster: String,
    pub folder: TempDir,
    pub environment: Vec<(String, String)>,
    pub template: String,
    pub machines: Machines,
    /// `smartscale.toml`, by section and key; values are TOML.
    pub settings: BTreeMap<&'static str, BTreeMap<&'static str, String>>,
}

impl Stage {
    /// Everything but the ledger's table, with these rules: `CLUSTER` stands for the cluster's name, `SERIES` for the test's own series.
    pub async fn new(world: &'static World, pool: &str, rules: &str) -> Stage {
        Self::on(world, &world.ec2, pool, rules).await
    }

    /// The same on an EC2 of the test's own.
    pub async fn on(world: &'static World, ec2: &'static Ec2, pool: &str, rules: &str) -> Stage {
        let cluster = format!("line/{pool}");
        let template = ec2.launch_template(&format!("line-{pool}")).await;
        let subnets: Vec<String> = ec2.subnets().await.into_values().collect();
        let quoted = |text: &str| format!("{text:?}");
        let kubeconfig = world.plane.kubeconfig(Identity::SmartScale);
        let settings = BTreeMap::from([
            ("prometheus", BTreeMap::from([("url", quoted(&world.prometheus.url)), ("bearer-token", quoted("env:PROMETHEUS_TOKEN"))])),
            ("kubernetes", BTreeMap::from([("kubeconfig", quoted(&kubeconfig.display().to_string()))])),
            ("aws", BTreeMap::from([("launch-template", quoted(&template)), ("subnets", format!("{subnets:?}"))])),
            ("ledger", BTreeMap::from([("table", quoted(&format!("line-{pool}")))])),
            ("daemon", BTreeMap::from([("budget", quoted("30s"))])),
        ]);
        let mut environment = aws::environment(&[("EC2", &ec2.url), ("DYNAMODB", &world.dynamodb.url)]);
        environment.push(("PROMETHEUS_TOKEN".to_owned(), PROMETHEUS_TOKEN.to_owned()));
        let stage = Stage {
            world,
            ec2,
            machines: machines(pool, &cluster),
            pool: pool.to_owned(),
            cluster,
            folder: tempfile::tempdir().expect("a temporary folder"),
            environment,
            template,
            settings,
        };
        stage.write_rules(rules);
        stage.write_settings();
        stage
    }

    /// Write the rules file anew, as an editor does: in one step.
    pub fn write_rules(&self, rules: &str) {
        let folder = self.folder.path().join("rules");
        fs::create_dir_all(&folder).expect("the folder takes folders");
        let text = rules.replace("CLUSTER", &self.cluster).replace("SERIES", &self.series());
        fs::write(folder.join("new"), text).expect("the folder takes files");
        fs::rename(folder.join("new"), folder.join("rules.scale")).expect("the folder takes files");
    }

    pub fn set(&mut self, section: &'static str, key: &'static str, value: &str) {
        self.settings.entry(section).or_default().insert(key, value.to_owned());
        self.write_settings();
    }

    pub fn unset(&mut self, section: &'static str, key: &'static str) {
        self.settings.entry(section).or_default().remove(key);
        self.write_settings();
    }

    pub fn write_settings(&self) {
        let mut text = "rules = \"rules\"\n".to_owned();
        for (section, values) in &self.settings {
            text.push_str(&format!("\n[{section}]\n"));
            values.iter().for_each(|(key, value)| text.push_str(&format!("{key} = {value}\n")));
        }
        fs::write(self.folder.path().join("smartscale.toml"), text).expect("the folder takes files");
    }

    /// What this test's metric is read from.
    pub fn series(&self) -> String {
        format!("line_load{{pool=\"{}\"}}", self.pool)
    }

    /// The metric has this value, and Prometheus knows it.
    pub async fn load(&self, value: f64) {
        self.world.prometheus.target.set(&self.series(), value);
        let query = format!("{}/api/v1/query", self.world.prometheus.url);
        crate::counterparts::until::until(&format!("{} to be {value}", self.series()), || async {
            let request = reqwest::Client::new().get(&query).query(&[("query", self.series())]);
            let answer = request.send().await.map_err(|error| error.to_string())?.text().await.map_err(|error| error.to_string())?;
            let answer: Value = serde_json::from_str(&answer).map_err(|error| error.to_string())?;
            let found = answer["data"]["result"][0]["value"][1].as_str().and_then(|text| text.parse::<f64>().ok());
            if found == Some(value) { Ok(()) } else { Err(answer.to_string()) }
        })
        .await;
    }

    pub async fn run(&self, arguments: &[&str]) -> Ran {
        program::run(self.folder.path(), &self.environment, arguments).await
    }

    /// One tick that evaluates, and its report.
    pub async fn tick(&self) -> Value {
        self.run(&["run", "--once", "--evaluate", "--json"]).await.clean().json()
    }

    /// Ticks, each by a process of its own, with the machines catching up in between, until one answers what is awaited.
    pub async fn ticks_until<T>(&mut self, awaited: &str, mut found: impl FnMut(&Value) -> Option<T>) -> T {
        let began = Instant::now();
        loop {
            let report = self.tick().await;
            if let Some(answer) = found(&report) {
                return answer;
            }
            assert!(began.elapsed() < LIMIT, "waited for {awaited}; the last report: {report:#}");
            self.machines.catch_up(self.ec2, &self.world.kubernetes).await;
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// A table by `smartscale ledger create`.
    pub async fn create_ledger(&self) {
        let ran = self.run(&["ledger", "create"]).await.clean();
        assert_eq!(ran.out, format!("table `line-{}` is made\n", self.pool));
    }

    /// A table with a ledger that was never lost: removals need not wait.
    pub async fn settled_ledger(&self) {
        self.create_ledger().await;
        let ledger = self.ledger().await;
        let (now, zero) = (Timestamp::now(), SignedDuration::ZERO);
        let claim = Claim { owner: "the test".to_owned(), now, lasts: SignedDuration::from_secs(10), skew: zero };
        let lease = ledger.acquire(&self.cluster, &claim).await.expect("the table is new").lease;
        ledger.commit(&lease, Write { state: &State::new(), records: Records::default() }).await.expect("the lease is ours");
    }

    pub async fn ledger(&self) -> DynamoDbLedger {
        DynamoDbLedger::new(&connection(&self.world.dynamodb.url).await, &format!("line-{}", self.pool), Retention::default())
    }

    /// A worker of this pool that has run for long: its instance, and its Node, Ready.
    pub async fn worker(&mut self) -> Instance {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let token = format!("old-{}-{}", self.pool, NEXT.fetch_add(1, Ordering::Relaxed));
        let from = LaunchTemplateSpecification::builder().launch_template_id(&self.template).build();
        let tag = Tag::builder().key("smartscale.dev/cluster").value(&self.cluster).build();
        let tags = TagSpecification::builder().resource_type(ResourceType::Instance).tags(tag).build();
        let run = self.ec2.client().run_instances().launch_template(from).min_count(1).max_count(1);
        run.client_token(token).tag_specifications(tags).send().await.expect("there is capacity");
        let instance = self.instances().await.pop().expect("the instance is there");
        // The machine joins only once EC2 says that it runs.
        let began = Instant::now();
        while !self.machines.workers().any(|worker| worker.instance == instance.id) {
            assert!(began.elapsed() < LIMIT, "the worker never joined: {instance:?}");
            self.machines.catch_up(self.ec2, &self.world.kubernetes).await;
        }
        instance
    }

    /// The pool's instances, dead ones too.
    pub async fn instances(&self) -> Vec<Instance> {
        let mut all = self.ec2.instances().await;
        all.retain(|instance| instance.tags.get("smartscale.dev/cluster") == Some(&self.cluster));
        all
    }

    pub async fn alive(&self) -> Vec<Instance> {
        let mut alive = self.instances().await;
        alive.retain(|instance| matches!(instance.state.as_str(), "pending" | "running"));
        alive
    }

    /// The pool's Nodes.
    pub async fn nodes(&self) -> Vec<Node> {
        let ours = ListParams::default().labels(&format!("smartscale.dev/pool={}", self.pool));
        Api::<Node>::all(self.world.kubernetes.clone()).list(&ours).await.expect("nodes can be listed").items
    }

    /// What SmartScale could change of the Nodes: not the heartbeats.
    pub async fn marks(&self) -> Value {
        let nodes = self.nodes().await;
        nodes.iter().map(|node| json!([node.name_any(), node.labels(), node.annotations(), node.spec])).collect()
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Leave nothing to the other tests.
    pub async fn clear(&self) {
        self.machines.clear(&self.world.kubernetes).await;
    }
}

/// Whatever runs for this cluster joins its pool.
fn machines(pool: &str, cluster: &str) -> Machines {
    let (pool, cluster) = (pool.to_owned(), cluster.to_owned());
    Machines::new(move |instance| {
        let ours = instance.tags.get("smartscale.dev/cluster") == Some(&cluster);
        let mut worker = Worker::of(&instance.id, &instance.zone);
        worker.labels.push(("smartscale.dev/pool".to_owned(), pool.clone()));
        ours.then_some(worker)
    })
}

/// The steps of a report of this kind, as `(step, result)`.
pub fn steps<'report>(report: &'report Value, kind: &str) -> Vec<(&'report Value, &'report Value)> {
    let steps = report["steps"].as_array().expect("a report has steps");
    steps.iter().filter_map(|outcome| Some((outcome["step"].get(kind)?, &outcome["result"]))).collect()
}

/// The operation of this kind that the tick saw to its end.
pub fn finished(report: &Value, kind: &str) -> Option<Value> {
    report["finished"].as_array()?.iter().find(|operation| operation["operation"] == kind).cloned()
}
