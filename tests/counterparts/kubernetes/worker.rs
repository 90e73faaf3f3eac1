//! The machine behind an instance: no emulated EC2 has one, so the test plays it.

use std::fmt::Debug;

use k8s_openapi::api::core::v1::Node;
use kube::api::{DeleteParams, Patch, PatchParams, PostParams};
use kube::{Api, Client};
use serde_json::json;

use super::super::until::until;

/// The label of the nodes whose kubelet lives: KWOK manages these and no others.
pub const KUBELET: &str = "smartscale.test/kubelet=alive";
/// The taint of a node that K3s' cloud controller has not seen yet.
const START_UP_TAINT: &str = "node.cloudprovider.kubernetes.io/uninitialized";

/// A worker as K3s would register it. Change what a test wants otherwise, then `join`.
#[derive(Clone, Debug)]
pub struct Worker {
    /// The node's name.
    pub name: String,
    /// The instance's id.
    pub instance: String,
    /// The availability zone.
    pub zone: String,
    /// The EC2 instance type.
    pub instance_type: String,
    /// `node.kubernetes.io/…` capacity type as our user data labels it, and everything else that a test wants on the node.
    pub labels: Vec<(String, String)>,
    /// CPU, as a Kubernetes quantity.
    pub cpu: String,
    /// Memory, as a Kubernetes quantity.
    pub memory: String,
    /// Other resources, such as `nvidia.com/gpu`.
    pub extended: Vec<(String, String)>,
    /// Taints that do not let pods run, beside the one of the start: (key, value).
    pub taints: Vec<(String, String)>,
    /// Whether the node's providerID names the instance, as with AWS' cloud controller; else it is K3s' own `k3s://NAME`, and the label
    /// `smartscale.dev/instance-id` names the instance.
    pub provider_id: bool,
}

impl Worker {
    /// A worker with two CPUs and 4 GiB for an instance.
    pub fn of(instance: &str, zone: &str) -> Worker {
        Worker {
            name: format!("worker-{}", instance.trim_start_matches("i-")),
            instance: instance.to_owned(),
            zone: zone.to_owned(),
            instance_type: "t3.medium".to_owned(),
            labels: Vec::new(),
            cpu: "2".to_owned(),
            memory: "4Gi".to_owned(),
            extended: Vec::new(),
            taints: Vec::new(),
            provider_id: true,
        }
    }

    /// Register with the start-up taint; KWOK will turn the node Ready.
    pub async fn register(&self, client: &Client) {
        let nodes: Api<Node> = Api::all(client.clone());
        nodes.create(&PostParams::default(), &self.node()).await.expect("the API server takes the node");
    }

    /// Register, wait until Ready, and lose the start-up taint.
    pub async fn join(&self, client: &Client) {
        self.register(client).await;
        self.ready(client, true).await;
        self.initialize(client).await;
    }

    /// Remove the start-up taint, as the cloud controller does.
    pub async fn initialize(&self, client: &Client) {
        self.lose_taint(client, START_UP_TAINT).await;
    }

    /// Remove one taint.
    pub async fn lose_taint(&self, client: &Client, key: &str) {
        let nodes: Api<Node> = Api::all(client.clone());
        until(&format!("the taint {key} to be removed"), || async {
            let mut node = nodes.get(&self.name).await?;
            node.spec.iter_mut().filter_map(|spec| spec.taints.as_mut()).for_each(|taints| taints.retain(|taint| taint.key != key));
            // Refused when another controller has written the node meanwhile; the next round tries again.
            nodes.replace(&self.name, &PostParams::default(), &node).await
        })
        .await;
    }

    /// Wait until the node is Ready, or until it is not.
    pub async fn ready(&self, client: &Client, wanted: bool) {
        let nodes: Api<Node> = Api::all(client.clone());
        until(&format!("{} to be ready = {wanted}", self.name), || async {
            let node = nodes.get(&self.name).await.map_err(|error| error.to_string())?;
            let conditions = node.status.and_then(|status| status.conditions).unwrap_or_default();
            let ready = conditions.iter().any(|condition| condition.type_ == "Ready" && condition.status == "True");
            if ready == wanted { Ok(()) } else { Err(format!("{conditions:?}")) }
        })
        .await;
    }

    /// The kubelet dies: no heartbeat comes any more, and after 20 s the node's lifecycle controller marks the node unreachable.
    /// A node that is gone has no kubelet to lose.
    pub async fn die(&self, client: &Client) {
        let nodes: Api<Node> = Api::all(client.clone());
        let patch = json!({ "metadata": { "labels": { "smartscale.test/kubelet": null } } });
        gone_or_done(nodes.patch(&self.name, &PatchParams::default(), &Patch::Merge(patch)).await);
    }

    /// Delete the node, if it is still there, for the next test.
    pub async fn clear(&self, client: &Client) {
        let nodes: Api<Node> = Api::all(client.clone());
        gone_or_done(nodes.delete(&self.name, &DeleteParams::default()).await);
    }

    fn node(&self) -> Node {
        let provider_id = if self.provider_id { format!("aws:///{}/{}", self.zone, self.instance) } else { format!("k3s://{}", self.name) };
        let mut labels = json!({
            "kubernetes.io/hostname": self.name,
            "kubernetes.io/os": "linux",
            "kubernetes.io/arch": "amd64",
            "node.kubernetes.io/instance-type": self.instance_type,
            "topology.kubernetes.io/zone": self.zone,
            "topology.kubernetes.io/region": self.zone.trim_end_matches(char::is_alphabetic),
            "smartscale.dev/instance-id": self.instance,
            "smartscale.test/kubelet": "alive",
        });
        for (label, value) in &self.labels {
            labels[label] = json!(value);
        }
        let mut resources = json!({ "cpu": self.cpu, "memory": self.memory, "pods": "110" });
        for (name, amount) in &self.extended {
            resources[name] = json!(amount);
        }
        let taint = |key: &str, value: &str| json!({ "key": key, "value": value, "effect": "NoSchedule" });
        let own = self.taints.iter().map(|(key, value)| taint(key, value));
        let taints: Vec<_> = own.chain([taint(START_UP_TAINT, "true")]).collect();
        serde_json::from_value(json!({
            "metadata": { "name": self.name, "labels": labels },
            "spec": { "providerID": provider_id, "taints": taints },
            "status": { "capacity": resources, "allocatable": resources },
        }))
        .expect("a valid node")
    }
}

fn gone_or_done<T: Debug>(answer: kube::Result<T>) {
    assert!(answer.is_ok() || matches!(&answer, Err(kube::Error::Api(status)) if status.code == 404), "{answer:?}");
}
