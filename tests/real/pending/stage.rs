//! One set in the cluster: workers that join, pods that wait, and what the scheduler makes of them.

use std::collections::BTreeSet;

use futures_util::future::join_all;
use k8s_openapi::api::apps::v1::DaemonSet;
use k8s_openapi::api::core::v1::{Node, Pod};
use kube::api::{DeleteParams, ListParams, PostParams};
use kube::{Api, Client};

use super::generate::Set;
use super::{HOLD, SET};
use crate::counterparts::kubernetes::Worker;
use crate::counterparts::until::until;

pub struct Stage<'a> {
    set: &'a Set,
    client: Client,
    pods: Api<Pod>,
    workers: Vec<Worker>,
}

impl<'a> Stage<'a> {
    /// The workers that are there, with what runs on them, and the pods that come.
    pub async fn build(set: &'a Set, client: &Client) -> Stage<'a> {
        let pods = Api::namespaced(client.clone(), &set.namespace);
        let mut stage = Stage { set, client: client.clone(), pods, workers: Vec::new() };
        let daemon_sets: Api<DaemonSet> = Api::namespaced(client.clone(), &set.namespace);
        for daemon_set in &set.daemon_sets {
            daemon_sets.create(&PostParams::default(), &serde_json::from_value(daemon_set.clone()).unwrap()).await.expect("it is taken");
        }
        stage.join(&set.workers).await;
        for (place, resident) in &set.residents {
            let mut pod: Pod = serde_json::from_value(resident.clone()).unwrap();
            pod.spec.as_mut().unwrap().node_name = Some(stage.workers[*place].name.clone());
            stage.create(&pod).await;
        }
        stage
    }

    /// Makes these pods of the set, in the set's order, and lets the scheduler try them; the names of what waits.
    pub async fn offer(&self, names: &BTreeSet<String>) -> BTreeSet<String> {
        for pod in self.set.pods.iter().filter(|pod| pod["metadata"]["name"].as_str().is_some_and(|name| names.contains(name))) {
            self.create(&serde_json::from_value(pod.clone()).unwrap()).await;
        }
        self.settle().await
    }

    /// Takes these pods away, from workers and from the queue. One that is gone already (the control plane may clear it away) is
    /// made anew when it is offered again.
    pub async fn withdraw(&self, names: &BTreeSet<String>) {
        for name in names {
            let answer = self.pods.delete(name, &DeleteParams::default().grace_period(0)).await;
            assert!(answer.is_ok() || matches!(&answer, Err(kube::Error::Api(status)) if status.code == 404), "{answer:?}");
        }
    }

    /// Workers join in these zones, each with its DaemonSets' pods before anything else.
    pub async fn join(&mut self, zones: &[&str]) {
        let before = self.workers.len();
        for zone in zones {
            let mut worker = Worker::of(&format!("i-{}-{}", self.set.namespace, self.workers.len()), zone);
            worker.labels.push(("smartscale.dev/pool".to_owned(), "sets".to_owned()));
            worker.labels.push(("smartscale.test/generation".to_owned(), "5".to_owned()));
            worker.labels.push((SET.to_owned(), self.set.namespace.clone()));
            worker.taints.push((HOLD.to_owned(), "true".to_owned()));
            if self.set.tainted {
                worker.taints.push(("dedicated".to_owned(), "batch".to_owned()));
            }
            if self.set.gpus > 0 {
                worker.extended.push(("nvidia.com/gpu".to_owned(), self.set.gpus.to_string()));
            }
            self.workers.push(worker);
        }
        let new = &self.workers[before..];
        join_all(new.iter().map(|worker| worker.join(&self.client))).await;
        self.daemons_run().await;
        join_all(new.iter().map(|worker| worker.lose_taint(&self.client, HOLD))).await;
        join_all(new.iter().map(|worker| self.probe(worker))).await;
    }

    /// The scheduler hears of a worker's taints a moment after the API server: a pod that asks for nothing finds out.
    async fn probe(&self, worker: &Worker) {
        let name = format!("probe-{}", worker.name);
        let probe: Pod = serde_json::from_value(serde_json::json!({
            "metadata": { "name": name },
            "spec": {
                "nodeSelector": { "kubernetes.io/hostname": worker.name },
                "tolerations": [{ "key": "dedicated", "operator": "Exists" }],
                "containers": [{ "name": "probe", "image": "probe" }],
            },
        }))
        .unwrap();
        let at_once = DeleteParams::default().grace_period(0);
        until("the scheduler to use the worker", || async {
            let Some(pod) = self.pods.get_opt(&name).await.map_err(|error| error.to_string())? else {
                self.create(&probe).await;
                return Err("not tried yet".to_owned());
            };
            if let Some(refusal) = refusal(&pod) {
                // A new one is tried at once, this one only after a rest.
                self.pods.delete(&name, &at_once).await.map_err(|error| error.to_string())?;
                return Err(refusal);
            }
            node_of(&pod).map(drop).ok_or_else(|| "not tried yet".to_owned())
        })
        .await;
        self.pods.delete(&name, &at_once).await.expect("it runs");
    }

    /// Every DaemonSet has bound as many pods as it wants, of the workers that there are now.
    async fn daemons_run(&self) {
        let daemon_sets: Api<DaemonSet> = Api::namespaced(self.client.clone(), &self.set.namespace);
        until("the DaemonSets' pods", || async {
            let bound: Vec<Pod> = self.list().await.into_iter().filter(|pod| node_of(pod).is_some()).collect();
            for set in daemon_sets.list(&ListParams::default()).await.map_err(|error| error.to_string())? {
                let name = set.metadata.name.unwrap_or_default();
                let wanted = self.wanted_by(&name);
                let there = bound.iter().filter(|pod| label(pod, "daemon") == Some(&name)).count();
                if there < wanted {
                    return Err(format!("{name}: {there} of {wanted}"));
                }
            }
            Ok(())
        })
        .await;
    }

    /// On how many workers a DaemonSet of the set is to run, by what the generator gives them.
    fn wanted_by(&self, name: &str) -> usize {
        let set = self.set.daemon_sets.iter().find(|set| set["metadata"]["name"] == name).unwrap();
        let spec = &set["spec"]["template"]["spec"];
        let tolerates = !self.set.tainted || spec["tolerations"].as_array().unwrap().len() > 1;
        let zone = spec["nodeSelector"]["topology.kubernetes.io/zone"].as_str();
        let windows = spec["nodeSelector"].get("kubernetes.io/os").is_some();
        self.workers.iter().filter(|worker| tolerates && !windows && zone.is_none_or(|zone| zone == worker.zone)).count()
    }

    async fn create(&self, pod: &Pod) {
        self.pods.create(&PostParams::default(), pod).await.expect("the pod is taken");
    }

    async fn list(&self) -> Vec<Pod> {
        self.pods.list(&ListParams::default()).await.expect("pods can be listed").items
    }

    /// Lets the scheduler try whatever waits anew, on all workers, until nothing more finds a place; the names of what waits.
    async fn settle(&self) -> BTreeSet<String> {
        let mut before = None;
        loop {
            let waiting = self.tried().await;
            if before.as_ref() == Some(&waiting) {
                return waiting;
            }
            for pod in self.list().await.iter().filter(|pod| node_of(pod).is_none()) {
                self.recreate(pod).await;
            }
            before = Some(waiting);
        }
    }

    /// A pod that is made anew is tried at once, however long the scheduler would have let the old one rest.
    async fn recreate(&self, pod: &Pod) {
        let name = pod.metadata.name.as_deref().unwrap();
        let fresh = self.set.pods.iter().find(|fresh| fresh["metadata"]["name"] == name);
        // A DaemonSet's pod that finds no room is its controller's affair.
        let Some(fresh) = fresh else { return };
        self.pods.delete(name, &DeleteParams::default().grace_period(0)).await.expect("it waits");
        self.create(&serde_json::from_value(fresh.clone()).unwrap()).await;
    }

    /// Waits until every pod has a node or was tried; the names of those that were tried in vain.
    async fn tried(&self) -> BTreeSet<String> {
        until("every pod to be tried", || async {
            let pods = self.list().await;
            let unbound: Vec<&Pod> = pods.iter().filter(|pod| node_of(pod).is_none() && label(pod, "daemon").is_none()).collect();
            match unbound.iter().find(|pod| refusal(pod).is_none()) {
                Some(pod) => Err(format!("{:?}", pod.status)),
                None => Ok(unbound.into_iter().filter_map(|pod| pod.metadata.name.clone()).collect()),
            }
        })
        .await
    }

    /// What the scheduler says to a pod that waits.
    pub async fn says(&self, name: &str) -> String {
        let pod = self.pods.get(name).await.expect("it waits");
        refusal(&pod).unwrap_or_else(|| format!("{:?}", node_of(&pod)))
    }

    pub async fn clear(self) {
        let daemon_sets: Api<DaemonSet> = Api::namespaced(self.client.clone(), &self.set.namespace);
        let at_once = DeleteParams::default().grace_period(0);
        daemon_sets.delete_collection(&DeleteParams::background(), &ListParams::default()).await.expect("DaemonSets go");
        for worker in &self.workers {
            worker.clear(&self.client).await;
        }
        self.pods.delete_collection(&at_once, &ListParams::default()).await.expect("pods go");
        let nodes: Api<Node> = Api::all(self.client.clone());
        let own = ListParams::default().labels(&format!("{SET}={}", self.set.namespace));
        until("the set to be gone", || async {
            // One that a DaemonSet made in between.
            self.pods.delete_collection(&at_once, &ListParams::default()).await.map_err(|error| error.to_string())?;
            let left = (nodes.list(&own).await.map_err(|error| error.to_string())?.items.len(), self.list().await.len());
            if left == (0, 0) { Ok(()) } else { Err(format!("{left:?} nodes and pods")) }
        })
        .await;
    }
}

fn node_of(pod: &Pod) -> Option<&str> {
    pod.spec.as_ref()?.node_name.as_deref()
}

fn label<'p>(pod: &'p Pod, key: &str) -> Option<&'p String> {
    pod.metadata.labels.as_ref()?.get(key)
}

fn refusal(pod: &Pod) -> Option<String> {
    let conditions = pod.status.as_ref()?.conditions.as_ref()?;
    let refused = conditions.iter().find(|condition| condition.reason.as_deref() == Some("Unschedulable"))?;
    Some(refused.message.clone().unwrap_or_default())
}
