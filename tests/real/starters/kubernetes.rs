use aws_sdk_ec2::types::LaunchTemplateSpecification;
use k8s_openapi::api::core::v1::{Node, Pod};
use kube::api::{EvictParams, ListParams};
use kube::{Api, Client, Error, ResourceExt};
use tokio::sync::OnceCell;

use crate::counterparts::ec2::Ec2;
use crate::counterparts::kubernetes::{ControlPlane, Identity, Machines, Worker, Workload, namespace};
use crate::counterparts::until::until;

/// One control plane for all tests of this file: each has a namespace and a node label of its own.
async fn plane() -> &'static ControlPlane {
    static PLANE: OnceCell<ControlPlane> = OnceCell::const_new();
    PLANE.get_or_init(ControlPlane::start).await
}

/// A namespace, a worker and a workload that runs only there, all called by one name.
async fn stage(client: &Client, name: &str, replicas: u32) -> (Worker, Workload) {
    namespace(client, name).await;
    let mut worker = Worker::of(&format!("i-{name}"), "eu-central-1a");
    worker.labels.push(("smartscale.dev/pool".to_owned(), name.to_owned()));
    let workload = Workload {
        namespace: name.to_owned(),
        name: name.to_owned(),
        replicas,
        cpu: "500m".to_owned(),
        node_label: Some(("smartscale.dev/pool".to_owned(), name.to_owned())),
    };
    (worker, workload)
}

#[tokio::test]
async fn a_deployment_runs_once_its_worker_has_joined() {
    let client = plane().await.client(Identity::Admin).await;
    let (worker, workload) = stage(&client, "runs", 2).await;
    workload.deploy(&client).await;
    worker.register(&client).await;
    worker.ready(&client, true).await;
    until("both pods to wait for the start-up taint", || async {
        let waiting = workload.pods(&client).await.iter().filter(|pod| unschedulable(pod)).count();
        if waiting == 2 { Ok(()) } else { Err(waiting) }
    })
    .await;
    worker.initialize(&client).await;
    for pod in workload.running(&client).await {
        assert_eq!(pod.spec.and_then(|spec| spec.node_name).as_deref(), Some("worker-runs"));
    }
    worker.clear(&client).await;
}

#[tokio::test]
async fn pods_without_a_place_are_marked_unschedulable() {
    let client = plane().await.client(Identity::Admin).await;
    let (worker, workload) = stage(&client, "full", 6).await;
    worker.join(&client).await;
    workload.deploy(&client).await;
    until("four pods to fill two CPUs and two to wait", || async {
        let pods = workload.pods(&client).await;
        let waiting = pods.iter().filter(|pod| unschedulable(pod)).count();
        let placed = pods.iter().filter(|pod| pod.spec.as_ref().is_some_and(|spec| spec.node_name.is_some())).count();
        if (placed, waiting) == (4, 2) { Ok(()) } else { Err((placed, waiting)) }
    })
    .await;
    worker.clear(&client).await;
}

#[tokio::test]
async fn a_budget_holds_the_second_eviction_back() {
    let client = plane().await.client(Identity::Admin).await;
    let (worker, workload) = stage(&client, "budget", 2).await;
    worker.join(&client).await;
    workload.deploy(&client).await;
    let pods = workload.running(&client).await;
    workload.protect(&client, 1).await;
    // With no other node to run on, the first pod's successor stays away from a cordoned one.
    Api::<Node>::all(client.clone()).cordon(&worker.name).await.expect("the node exists");
    let names: Vec<String> = pods.into_iter().filter_map(|pod| pod.metadata.name).collect();
    let evictions: Api<Pod> = Api::namespaced(client.clone(), "budget");
    until("the first eviction", || async { evictions.evict(&names[0], &EvictParams::default()).await }).await;
    let refused = evictions.evict(&names[1], &EvictParams::default()).await.expect_err("the budget is used up");
    assert!(matches!(&refused, Error::Api(status) if status.code == 429), "{refused:?}");
    worker.clear(&client).await;
}

#[tokio::test]
async fn a_dead_kubelet_turns_its_node_unreachable() {
    let client = plane().await.client(Identity::Admin).await;
    let (worker, _) = stage(&client, "dead", 0).await;
    worker.join(&client).await;
    worker.die(&client).await;
    worker.ready(&client, false).await;
    // The controller taints the node a moment after it has set the condition.
    until("the taint", || async {
        let node = Api::<Node>::all(client.clone()).get(&worker.name).await.expect("the node is still there");
        let taints = node.spec.and_then(|spec| spec.taints).unwrap_or_default();
        if taints.iter().any(|taint| taint.key == "node.kubernetes.io/unreachable") { Ok(()) } else { Err(taints) }
    })
    .await;
    worker.clear(&client).await;
}

#[tokio::test]
async fn machines_follow_their_instances() {
    let client = plane().await.client(Identity::Admin).await;
    let ec2 = Ec2::start().await;
    let template = ec2.launch_template("workers").await;
    let from = LaunchTemplateSpecification::builder().launch_template_id(&template).build();
    ec2.client().run_instances().launch_template(from).min_count(3).max_count(3).send().await.expect("there is capacity");
    let instances = ec2.instances().await;
    let never = instances[2].id.clone();
    let mut machines = Machines::new(move |instance| {
        let mut worker = Worker::of(&instance.id, &instance.zone);
        worker.provider_id = false;
        (instance.id != never).then_some(worker)
    });
    machines.catch_up(&ec2, &client).await;
    ec2.kill(&instances[0].id).await;
    machines.catch_up(&ec2, &client).await;

    let alive: Vec<&str> = machines.workers().map(|worker| worker.instance.as_str()).collect();
    assert_eq!(alive, [instances[1].id.as_str()]);
    let nodes = Api::<Node>::all(client.clone());
    let kubelet_of = async |instance: &str| {
        let found = nodes
            .list(&ListParams::default().labels(&format!("smartscale.dev/instance-id={instance}")))
            .await
            .expect("nodes can be listed");
        found.items.into_iter().next().map(|node| node.labels().get("smartscale.test/kubelet").cloned())
    };
    assert_eq!(kubelet_of(&instances[0].id).await, Some(None));
    assert_eq!(kubelet_of(&instances[1].id).await, Some(Some("alive".to_owned())));
    assert_eq!(kubelet_of(&instances[2].id).await, None);
    machines.clear(&client).await;
}

#[tokio::test]
async fn smartscale_has_its_own_rights_and_no_more() {
    let client = plane().await.client(Identity::SmartScale).await;
    Api::<Node>::all(client.clone()).list(&ListParams::default()).await.expect("it may list nodes");
    let refused =
        Api::<k8s_openapi::api::core::v1::Secret>::all(client).list(&ListParams::default()).await.expect_err("it may not list secrets");
    assert!(matches!(&refused, Error::Api(status) if status.code == 403), "{refused:?}");
}

fn unschedulable(pod: &Pod) -> bool {
    let conditions = pod.status.iter().filter_map(|status| status.conditions.as_ref()).flatten();
    conditions.into_iter().any(|condition| condition.type_ == "PodScheduled" && condition.reason.as_deref() == Some("Unschedulable"))
}
