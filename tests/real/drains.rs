//! Drains on a real API server, where pods do not go: two budgets on one, a finalizer that hangs, a namespace that terminates, a
//! volume that is still attached.

use std::sync::Arc;

use aws_sdk_ec2::types::{LaunchTemplateSpecification, ResourceType, Tag, TagSpecification};
use jiff::{SignedDuration, Timestamp};
use k8s_openapi::api::core::v1::{Namespace, Node, Pod};
use k8s_openapi::api::policy::v1::PodDisruptionBudget;
use k8s_openapi::api::storage::v1::VolumeAttachment;
use kube::api::{DeleteParams, Patch, PatchParams, PostParams};
use kube::{Api, Client};
use serde_json::json;
use smartscale::act::Cluster as _;
use smartscale::ledger::{Claim, Ledger as _, Records, State, Write};
use smartscale::plan::{FailureClass, MarkNode, Operation, OperationId, RETIRING_TAINT, Step, UnmarkNode};
use smartscale::rules::{Cluster, Topic};
use smartscale::runtime::tick::{Ended, Order, TickReport, tick};

use crate::counterparts::ec2::Ec2 as Emulator;
use crate::counterparts::kubernetes::{Identity, Machines, Worker, Workload, namespace};
use crate::counterparts::until::until;
use crate::ec2::on_ec2;
use crate::ticks::{World, control_plane, rules_of, world};

/// Two workers are one too many.
const RULES: &str = r#"
cluster "drains/POOL" {
  nodes    1..1
  evaluate every 1m
  cooldown down 1s
  drain { within WITHIN }
}
"#;

/// A pool of two workers whose only workload may run on the one that is to go.
struct Stage {
    world: Arc<World>,
    client: Client,
    pool: String,
    cluster: Arc<Cluster>,
    machines: Machines,
    leaving: Worker,
    workload: Workload,
    ticks: u32,
}

impl Stage {
    async fn new(emulator: &Emulator, pool: &str, within: &str, replicas: u32) -> Stage {
        let world = world(emulator).await;
        let client = control_plane().await.client(Identity::Admin).await;
        let cluster = rules_of(&RULES.replace("POOL", pool).replace("WITHIN", within));
        let labelled = pool.to_owned();
        let mut machines = Machines::new(move |instance| {
            let mut worker = Worker::of(&instance.id, &instance.zone);
            worker.labels.push(("smartscale.dev/pool".to_owned(), labelled.clone()));
            Some(worker)
        });
        let from = LaunchTemplateSpecification::builder().launch_template_name("workers").build();
        let tag = Tag::builder().key("smartscale.dev/cluster").value(&cluster.name).build();
        let tags = TagSpecification::builder().resource_type(ResourceType::Instance).tags(tag).build();
        let run = emulator.client().run_instances().launch_template(from).min_count(2).max_count(2).tag_specifications(tags);
        run.send().await.expect("there is capacity");
        machines.catch_up(emulator, &client).await;
        let (leaving, staying) = {
            let mut workers = machines.workers();
            (workers.next().expect("two have joined").clone(), workers.next().expect("two have joined").clone())
        };
        // The other one is a person's to keep.
        let keep = json!({ "metadata": { "annotations": { "smartscale.dev/protected": "true" } } });
        let nodes: Api<Node> = Api::all(client.clone());
        nodes.patch(&staying.name, &PatchParams::default(), &Patch::Merge(keep)).await.expect("the node is there");
        namespace(&client, pool).await;
        let workload = Workload {
            namespace: pool.to_owned(),
            name: "web".to_owned(),
            replicas,
            cpu: "100m".to_owned(),
            node_label: Some(("kubernetes.io/hostname".to_owned(), leaving.name.clone())),
        };
        // A ledger that was never lost: removals need not wait.
        let claim =
            Claim { owner: "the test".to_owned(), now: Timestamp::now(), lasts: SignedDuration::from_secs(10), skew: SignedDuration::ZERO };
        let lease = world.ledger.acquire(&cluster.name, &claim).await.expect("the table is new").lease;
        world.ledger.commit(&lease, Write { state: &State::new(), records: Records::default() }).await.expect("the lease is ours");
        workload.deploy(&client).await;
        workload.running(&client).await;
        Stage { world, client, pool: pool.to_owned(), cluster, machines, leaving, workload, ticks: 0 }
    }

    async fn tick(&mut self) -> TickReport {
        self.ticks += 1;
        let order = Order {
            cluster: Arc::clone(&self.cluster),
            prices: Arc::default(),
            notices: Vec::new(),
            owner: format!("tick-{}", self.ticks),
            deadline: Timestamp::now() + SignedDuration::from_secs(90),
            evaluate_now: true,
        };
        let report = tick(&*self.world, &order).await;
        assert_eq!(report.ended, Ended::Committed, "{report:#?}");
        report
    }

    /// Ticks until it holds of a report.
    async fn ticks_until(&mut self, emulator: &Emulator, awaited: &str, holds: impl Fn(&TickReport) -> bool) -> Vec<TickReport> {
        let mut reports = Vec::new();
        for _ in 0..60 {
            let report = self.tick().await;
            let done = holds(&report);
            reports.push(report);
            if done {
                return reports;
            }
            self.machines.catch_up(emulator, &self.client).await;
            tokio::time::sleep(std::time::Duration::from_millis(500)).await;
        }
        panic!("waited for {awaited}: {:#?}", reports.last());
    }

    fn pods(&self) -> Api<Pod> {
        Api::namespaced(self.client.clone(), &self.pool)
    }

    /// A finalizer keeps the pod from going.
    async fn hold(&self) -> String {
        let pod = self.workload.pods(&self.client).await.remove(0).metadata.name.expect("a pod has a name");
        let held = json!({ "metadata": { "finalizers": ["smartscale.test/hold"] } });
        self.pods().patch(&pod, &PatchParams::default(), &Patch::Merge(held)).await.expect("the pod is there");
        pod
    }

    async fn release(&self, pod: &str) {
        let free = json!({ "metadata": { "finalizers": null } });
        self.pods().patch(pod, &PatchParams::default(), &Patch::Merge(free)).await.expect("the pod is there");
    }

    /// Why the node that is to go stayed.
    fn reason<'r>(&self, report: &'r TickReport) -> &'r str {
        let passed = report.passed_over.iter().find(|passed| passed.node_name == self.leaving.name);
        passed.map_or("", |passed| &passed.reason)
    }

    /// A budget for the workload.
    async fn budget_uncounted(&self, name: &str) {
        let budget =
            json!({ "metadata": { "name": name }, "spec": { "maxUnavailable": 1, "selector": { "matchLabels": { "app": "web" } } } });
        let budgets: Api<PodDisruptionBudget> = Api::namespaced(self.client.clone(), &self.pool);
        budgets.create(&PostParams::default(), &serde_json::from_value(budget).expect("a valid budget")).await.expect("it is taken");
    }

    /// One that allows an eviction by now.
    async fn budget(&self, name: &str) {
        self.budget_uncounted(name).await;
        let budgets: Api<PodDisruptionBudget> = Api::namespaced(self.client.clone(), &self.pool);
        until("the budget to be counted", || async {
            let status = budgets.get(name).await.map_err(|error| error.to_string())?.status.ok_or("no status")?;
            if status.disruptions_allowed == Some(1) { Ok(()) } else { Err(format!("{status:?}")) }
        })
        .await;
    }

    async fn node(&self) -> Option<Node> {
        Api::<Node>::all(self.client.clone()).get_opt(&self.leaving.name).await.expect("nodes can be read")
    }

    /// Whether the node is cordoned, and whether it bears our taint.
    async fn cordon_and_mark(&self) -> (bool, bool) {
        let spec = self.node().await.expect("it is there").spec.expect("a node has a spec");
        let marked = spec.taints.unwrap_or_default().iter().any(|taint| taint.key == RETIRING_TAINT);
        (spec.unschedulable.unwrap_or(false), marked)
    }

    /// As a person does, by hand.
    async fn cordon(&self, cordoned: bool) {
        let change = json!({ "spec": { "unschedulable": cordoned } });
        let nodes: Api<Node> = Api::all(self.client.clone());
        nodes.patch(&self.leaving.name, &PatchParams::default(), &Patch::Merge(change)).await.expect("the node is there");
    }

    async fn clear(&self) {
        self.machines.clear(&self.client).await;
    }
}

fn is_alive(instances: &[crate::counterparts::ec2::Instance], id: &str) -> bool {
    instances.iter().any(|instance| instance.id == id && instance.state == "running")
}

/// The drain has come to its end, one way or the other.
fn is_over(report: &TickReport) -> bool {
    report.finished.iter().any(|operation| matches!(operation, Operation::Retire(retire) if retire.has_ended()))
}

fn evictions(reports: &[TickReport]) -> Vec<String> {
    let outcomes = reports.iter().flat_map(|report| &report.outcomes);
    outcomes
        .filter(|outcome| matches!(outcome.step, Step::Evict(_)))
        .map(|outcome| {
            outcome.result.as_ref().map_or_else(|failure| format!("{:?} {}", failure.class, failure.code), |_| "done".to_owned())
        })
        .collect()
}

#[test]
fn a_pod_under_two_budgets_is_an_event_and_no_loop() {
    on_ec2(async |emulator| {
        let mut stage = Stage::new(emulator, "two-budgets", "8s", 2).await;
        stage.budget("one").await;
        // One pod may go, and its successor finds no place: the other one has to wait.
        let report = stage.tick().await;
        let mut evicted = evictions(&[report]);
        evicted.sort();
        assert_eq!(evicted, ["Budget 429 TooManyRequests", "done"]);
        // Now it is under two, and the API server answers every eviction with a 500.
        stage.budget_uncounted("other").await;
        let reports = stage.ticks_until(emulator, "the roll-back", is_over).await;
        let refused = evictions(&reports);
        assert!(refused.iter().any(|result| result.starts_with("Refused 500")), "{refused:?}");
        let told = reports
            .iter()
            .flat_map(|report| &report.remarks)
            .filter(|remark| remark.text.starts_with("pod ") && remark.text.contains("cannot be evicted"));
        let told: Vec<_> = told.map(|remark| (remark.topic, remark.text.contains("more than one PodDisruptionBudget"))).collect();
        assert_eq!(told, [(Some(Topic::DrainBlocked), true)], "said once, however often it was asked");
        let node = stage.node().await.expect("it stays").spec.expect("a node has a spec");
        // Kubernetes takes its own taint of a cordon off a moment later.
        let marked = node.taints.unwrap_or_default().iter().any(|taint| taint.key == RETIRING_TAINT);
        assert_eq!((node.unschedulable, marked), (None, false), "as it was");
        assert!(is_alive(&emulator.instances().await, &stage.leaving.instance));
        // Nor is it tried again: it is left alone, and after that a drain is not even begun.
        let report = stage.tick().await;
        assert!(report.outcomes.is_empty(), "{report:#?}");
        assert!(stage.reason(&report).starts_with("its last drain was rolled back"), "{report:#?}");
        stage.clear().await;
    });
}

#[test]
fn budgets_are_looked_at_before_a_node_is_touched() {
    on_ec2(async |emulator| {
        let mut stage = Stage::new(emulator, "before", "60s", 1).await;
        stage.budget("one").await;
        stage.budget("other").await;
        let report = stage.tick().await;
        let reason = stage.reason(&report);
        assert!(reason.starts_with("pod before/web-"), "{reason}");
        assert!(reason.contains("under the disruption budgets `one` and `other`"), "{reason}");
        assert!(report.outcomes.is_empty(), "{report:#?}");
        stage.clear().await;
    });
}

#[test]
fn a_finalizer_that_hangs_holds_the_termination_until_the_pod_is_gone() {
    on_ec2(async |emulator| {
        let mut stage = Stage::new(emulator, "finalizer", "120s", 1).await;
        let pod = stage.hold().await;
        let reports = [stage.tick().await, stage.tick().await, stage.tick().await];
        assert_eq!(evictions(&reports), ["done"], "accepted once, and then only waited for");
        until("the pod to be on its way", || async {
            let found = stage.pods().get(&pod).await.map_err(|error| error.to_string())?;
            found.metadata.deletion_timestamp.ok_or_else(|| "not yet".to_owned())
        })
        .await;
        assert!(is_alive(&emulator.instances().await, &stage.leaving.instance));
        stage.release(&pod).await;
        stage.ticks_until(emulator, "the node to go", is_over).await;
        assert!(!is_alive(&emulator.instances().await, &stage.leaving.instance));
        assert!(stage.node().await.is_none());
        stage.clear().await;
    });
}

#[test]
fn a_namespace_that_terminates_is_drained_without_waiting_for_its_controllers() {
    on_ec2(async |emulator| {
        let mut stage = Stage::new(emulator, "terminating", "120s", 1).await;
        let pod = stage.hold().await;
        let namespaces: Api<Namespace> = Api::all(stage.client.clone());
        namespaces.delete(&stage.pool, &DeleteParams::default()).await.expect("it is there");
        until("the namespace to terminate", || async {
            let found = stage.pods().get(&pod).await.map_err(|error| error.to_string())?;
            found.metadata.deletion_timestamp.ok_or_else(|| "not yet".to_owned())
        })
        .await;
        let report = stage.tick().await;
        assert!(report.outcomes.iter().any(|outcome| matches!(outcome.step, Step::MarkNode(_))), "{report:#?}");
        assert_eq!(evictions(&[report, stage.tick().await]), Vec::<String>::new(), "it is on its way already");
        assert!(is_alive(&emulator.instances().await, &stage.leaving.instance));
        stage.release(&pod).await;
        stage.ticks_until(emulator, "the node to go", is_over).await;
        assert!(stage.node().await.is_none());
        stage.clear().await;
    });
}

#[test]
fn a_volume_that_is_attached_holds_the_termination() {
    on_ec2(async |emulator| {
        let mut stage = Stage::new(emulator, "volume", "120s", 1).await;
        let attachments: Api<VolumeAttachment> = Api::all(stage.client.clone());
        let attachment = json!({
            "metadata": { "name": "csi-volume" },
            "spec": { "attacher": "ebs.csi.aws.com", "nodeName": stage.leaving.name, "source": { "persistentVolumeName": "pvc-data" } },
        });
        let attachment = serde_json::from_value(attachment).expect("a valid attachment");
        attachments.create(&PostParams::default(), &attachment).await.expect("it is taken");
        stage
            .ticks_until(emulator, "the volume to be all that is left", |report| {
                let blocked = report.operations.iter().filter_map(|operation| match operation {
                    Operation::Retire(retire) => retire.blocked_by.as_deref(),
                    Operation::Launch(_) => None,
                });
                blocked.eq(["volume pvc-data is still attached"])
            })
            .await;
        assert!(stage.workload.pods(&stage.client).await.iter().all(|pod| pod.spec.as_ref().is_some_and(|spec| spec.node_name.is_none())));
        assert!(is_alive(&emulator.instances().await, &stage.leaving.instance));
        attachments.delete("csi-volume", &DeleteParams::default()).await.expect("it is there");
        stage.ticks_until(emulator, "the node to go", is_over).await;
        assert!(stage.node().await.is_none());
        stage.clear().await;
    });
}

#[test]
fn a_persons_cordon_between_look_and_mark_is_looked_at_again() {
    on_ec2(async |emulator| {
        let stage = Stage::new(emulator, "between", "120s", 1).await;
        let uid = stage.node().await.and_then(|node| node.metadata.uid).expect("a node has a UID");
        let (operation, node_name) = (OperationId("r-between".to_owned()), stage.leaving.name.clone());
        let mark = |cordoned_before| MarkNode {
            operation: operation.clone(),
            node_name: node_name.clone(),
            node_uid: uid.clone(),
            cordoned_before,
        };
        for seen in [true, false] {
            // It was seen as it is no more.
            stage.cordon(!seen).await;
            let failure = stage.world.cluster.mark(&mark(seen)).await.expect_err("somebody was faster");
            assert_eq!(failure.class, FailureClass::Conflict, "{failure:?}");
            assert_eq!(stage.cordon_and_mark().await, (!seen, false), "nothing was touched");
        }
        stage.world.cluster.mark(&mark(true)).await.expect("seen as it is");
        assert_eq!(stage.cordon_and_mark().await, (true, true));
        let unmark = UnmarkNode { operation: operation.clone(), node_name: node_name.clone(), node_uid: uid.clone(), keep_cordon: true };
        stage.world.cluster.unmark(&unmark).await.expect("it is ours");
        assert_eq!(stage.cordon_and_mark().await, (true, false), "the cordon is the person's");
        stage.clear().await;
    });
}
