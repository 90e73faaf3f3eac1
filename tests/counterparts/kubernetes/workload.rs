//! Deployments and disruption budgets for tests.

use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::core::v1::{Namespace, Pod};
use k8s_openapi::api::policy::v1::PodDisruptionBudget;
use kube::api::{ListParams, PostParams};
use kube::{Api, Client};
use serde_json::json;

use super::super::until::until;

/// A deployment of equal pods.
#[derive(Clone, Debug)]
pub struct Workload {
    /// The namespace.
    pub namespace: String,
    /// The deployment's name, and the label `app` of its pods.
    pub name: String,
    /// How many pods.
    pub replicas: u32,
    /// What each pod requests.
    pub cpu: String,
    /// Where its pods may run: a label that nodes must carry.
    pub node_label: Option<(String, String)>,
}

impl Workload {
    /// Create the deployment.
    pub async fn deploy(&self, client: &Client) {
        let selector = self.node_label.iter().map(|(label, value)| (label.clone(), json!(value))).collect::<serde_json::Map<_, _>>();
        let deployment = json!({
            "metadata": { "name": self.name },
            "spec": {
                "replicas": self.replicas,
                "selector": { "matchLabels": { "app": self.name } },
                "template": {
                    "metadata": { "labels": { "app": self.name } },
                    "spec": {
                        "nodeSelector": selector,
                        "containers": [{ "name": "app", "image": "app", "resources": { "requests": { "cpu": self.cpu } } }],
                    },
                },
            },
        });
        let deployments: Api<Deployment> = Api::namespaced(client.clone(), &self.namespace);
        deployments
            .create(&PostParams::default(), &serde_json::from_value(deployment).expect("a valid deployment"))
            .await
            .expect("it is taken");
    }

    /// Allow so many pods to be away at once. The budget is in force once the disruption controller has counted the pods.
    pub async fn protect(&self, client: &Client, max_unavailable: u32) {
        let budget = json!({
            "metadata": { "name": self.name },
            "spec": { "maxUnavailable": max_unavailable, "selector": { "matchLabels": { "app": self.name } } },
        });
        let budgets: Api<PodDisruptionBudget> = Api::namespaced(client.clone(), &self.namespace);
        budgets.create(&PostParams::default(), &serde_json::from_value(budget).expect("a valid budget")).await.expect("it is taken");
        until("the budget to be counted", || async {
            let status = budgets.get(&self.name).await.map_err(|error| error.to_string())?.status.ok_or("no status")?;
            if status.expected_pods == Some(self.replicas as i32) { Ok(()) } else { Err(format!("{status:?}")) }
        })
        .await;
    }

    /// Its pods, by now.
    pub async fn pods(&self, client: &Client) -> Vec<Pod> {
        let pods: Api<Pod> = Api::namespaced(client.clone(), &self.namespace);
        pods.list(&ListParams::default().labels(&format!("app={}", self.name))).await.expect("pods can be listed").items
    }

    /// Wait until all its pods run, and return them.
    pub async fn running(&self, client: &Client) -> Vec<Pod> {
        until(&format!("{} pods of {} to run", self.replicas, self.name), || async {
            let pods = self.pods(client).await;
            let running = |pod: &&Pod| pod.status.as_ref().and_then(|status| status.phase.as_deref()) == Some("Running");
            let count = pods.iter().filter(running).count();
            if count == self.replicas as usize && count == pods.len() { Ok(pods) } else { Err(format!("{count} of {} run", pods.len())) }
        })
        .await
    }
}

/// Create a namespace.
pub async fn namespace(client: &Client, name: &str) {
    let namespaces: Api<Namespace> = Api::all(client.clone());
    let namespace = serde_json::from_value(json!({ "metadata": { "name": name } })).expect("a valid namespace");
    namespaces.create(&PostParams::default(), &namespace).await.expect("the namespace is new");
}
