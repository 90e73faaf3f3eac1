use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::{Node as ApiNode, Pod as ApiPod};
use kube::Api;
use kube::api::{DeleteParams, ListParams, Preconditions};
use tokio::task::JoinSet;

use crate::act::Cluster;
use crate::act::kubernetes::Kubernetes;
use crate::act::kubernetes::before_removal::{budgets, volumes_on};
use crate::act::kubernetes::eviction::evict;
use crate::act::kubernetes::failure::{classify, unseen};
use crate::act::kubernetes::list::list;
use crate::act::kubernetes::marking::{mark, unmark};
use crate::act::kubernetes::owners::look_up_replicas;
use crate::act::kubernetes::read_node::read_node;
use crate::act::kubernetes::read_pod::read_pod;
use crate::act::kubernetes::surroundings::look_around;
use crate::observe::{Budget, Node, Pod, Seen, Surroundings, Unseen};
use crate::plan::{DeleteNode, Evict, Failure, MarkNode, POOL_LABEL, UnmarkNode};

/// The control plane is never counted: K3s servers carry one of these labels.
const WORKERS: &str = "!node-role.kubernetes.io/control-plane,!node-role.kubernetes.io/master,!node-role.kubernetes.io/etcd";

impl Cluster for Kubernetes {
    async fn nodes(&self, pool: Option<&str>) -> Seen<Vec<Node>> {
        let selector = match pool {
            Some(pool) => format!("{WORKERS},{POOL_LABEL}={pool}"),
            None => WORKERS.to_owned(),
        };
        let nodes: Api<ApiNode> = Api::all(self.client.clone());
        let listed =
            list(&nodes, &ListParams::default().labels(&selector)).await.map_err(|error| unseen("nodes", &self.address, &error))?;
        let mut nodes: Vec<Node> = listed.iter().filter_map(read_node).collect();
        nodes.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(nodes)
    }

    async fn pending_pods(&self) -> Seen<Vec<Pod>> {
        let pods: Api<ApiPod> = Api::all(self.client.clone());
        let unbound = ListParams::default().fields("status.phase=Pending,spec.nodeName=");
        let listed = list(&pods, &unbound).await.map_err(|error| unseen("pending pods", &self.address, &error))?;
        let mut pods: Vec<Pod> = listed
            .iter()
            .filter_map(read_pod)
            .filter(|pod| pod.unschedulable_since.is_some() && pod.deleted_at.is_none() && !pod.is_of_daemon_set())
            .collect();
        pods.sort_by(|a, b| (&a.namespace, &a.name).cmp(&(&b.namespace, &b.name)));
        Ok(pods)
    }

    async fn pods_on(&self, nodes: &[String]) -> Seen<Vec<Pod>> {
        let mut lists = JoinSet::new();
        for node in nodes {
            let pods: Api<ApiPod> = Api::all(self.client.clone());
            let on_node = ListParams::default().fields(&format!("spec.nodeName={node}"));
            lists.spawn(async move { list(&pods, &on_node).await });
        }
        let mut pods = Vec::new();
        while let Some(listed) = lists.join_next().await {
            let listed = listed.map_err(|error| Unseen { reason: format!("a list of pods did not end: {error}") })?;
            pods.extend(listed.map_err(|error| unseen("pods on nodes", &self.address, &error))?.iter().filter_map(read_pod));
        }
        pods.sort_by(|a, b| (&a.namespace, &a.name).cmp(&(&b.namespace, &b.name)));
        look_up_replicas(self, &mut pods).await?;
        Ok(pods)
    }

    async fn budgets(&self) -> Seen<Vec<Budget>> {
        budgets(self).await
    }

    async fn volumes_on(&self, nodes: &[String]) -> Seen<BTreeMap<String, Vec<String>>> {
        volumes_on(self, nodes).await
    }

    async fn surroundings(&self, waiting: &[Pod]) -> Seen<Surroundings> {
        look_around(self, waiting).await
    }

    async fn mark(&self, step: &MarkNode) -> Result<(), Failure> {
        mark(self, step).await
    }

    async fn unmark(&self, step: &UnmarkNode) -> Result<(), Failure> {
        unmark(self, step).await
    }

    async fn evict(&self, step: &Evict) -> Result<(), Failure> {
        evict(self, step).await
    }

    async fn delete_node(&self, step: &DeleteNode) -> Result<(), Failure> {
        let nodes: Api<ApiNode> = Api::all(self.client.clone());
        let same = DeleteParams::default().preconditions(Preconditions { uid: Some(step.node_uid.clone()), resource_version: None });
        nodes.delete(&step.node_name, &same).await.map(drop).map_err(|error| classify(&error))
    }
}

#[cfg(test)]
mod tests {
    use kube::{Client, Config};
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    use crate::act::Cluster;
    use crate::act::kubernetes::Kubernetes;

    /// A server that hangs up on so many requests, and then answers an empty list to each.
    async fn hangs_up(times: usize) -> Kubernetes {
        // Another test may have chosen it already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move {
            let body = r#"{"apiVersion":"v1","kind":"NodeList","metadata":{},"items":[]}"#;
            for connection in 0.. {
                let (mut stream, _) = listener.accept().await.unwrap();
                let read = stream.read(&mut [0; 4096]).await.unwrap();
                assert!(read > 0);
                if connection >= times {
                    let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close";
                    stream.write_all(format!("{head}\r\ncontent-length: {}\r\n\r\n{body}", body.len()).as_bytes()).await.unwrap();
                }
            }
        });
        let mut config = Config::new(address.parse().unwrap());
        config.default_retry = false;
        Kubernetes { client: Client::try_from(config).unwrap(), address }
    }

    #[tokio::test]
    async fn a_connection_that_died_while_idle_is_made_anew_once() {
        assert_eq!(hangs_up(1).await.nodes(None).await, Ok(Vec::new()));
        let unseen = hangs_up(2).await.nodes(None).await.unwrap_err();
        assert!(unseen.reason.starts_with("the Kubernetes API at http://127.0.0.1:"), "{unseen}");
    }
}
