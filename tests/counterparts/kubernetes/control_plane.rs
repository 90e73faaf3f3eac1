//! etcd, the API server, the controller manager, the scheduler and KWOK, in three seconds and 550 MB.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use k8s_openapi::api::core::v1::ServiceAccount;
use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::{Api, Client, Config};
use serde_json::json;
use tokio::net::TcpStream;

use super::super::run::Run;
use super::super::{installed, ports};
use super::worker::KUBELET;

/// What KWOK does to nodes and pods, in the files of its module.
const STAGES: [&str; 5] = ["node-initialize", "node-heartbeat-with-lease", "pod-ready", "pod-complete", "pod-delete"];
/// The controllers that the tests need, each without its `-controller`.
const CONTROLLERS: [&str; 13] = [
    "daemonset",
    "deployment",
    "disruption",
    "garbage-collector",
    "job",
    "namespace",
    "node-lifecycle",
    "pod-garbage-collector",
    "replicaset",
    "serviceaccount",
    "serviceaccount-token",
    "statefulset",
    "taint-eviction",
];

/// As whom to talk to the API server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Identity {
    /// Everything is allowed: for the test itself.
    Admin,
    /// SmartScale's own service account, with the rights of `k3s/rbac.yaml` and no others.
    SmartScale,
}

impl Identity {
    const ALL: [Identity; 2] = [Identity::Admin, Identity::SmartScale];

    fn name(self) -> &'static str {
        match self {
            Identity::Admin => "admin",
            Identity::SmartScale => "smartscale",
        }
    }

    /// The line of `tokens.csv`: token, user, id, groups.
    fn line(self) -> &'static str {
        match self {
            Identity::Admin => "admin-token,admin,admin,system:masters\n",
            Identity::SmartScale => {
                "smartscale-token,system:serviceaccount:smartscale:smartscale,smartscale,\"system:serviceaccounts,system:serviceaccounts:smartscale\"\n"
            }
        }
    }
}

/// One control plane, empty but for SmartScale's namespace and rights.
pub struct ControlPlane {
    /// The API server's address.
    pub url: String,
    run: Run,
}

impl ControlPlane {
    /// Start one.
    pub async fn start() -> ControlPlane {
        let run = Run::new("kubernetes");
        let etcd = start_etcd(&run).await;
        let port = start_api_server(&run, &etcd);
        let plane = ControlPlane { url: format!("https://127.0.0.1:{port}"), run };
        // The server signs its own certificate while it starts.
        let certificate = plane.run.folder().join("certs/apiserver.crt");
        plane.run.ready("kube-apiserver", || async { fs::metadata(&certificate) }).await;
        Identity::ALL.iter().for_each(|&identity| plane.write_kubeconfig(identity));
        plane.run.ready("kube-apiserver", || async { plane.try_kubectl(&["get", "--raw", "/readyz"]) }).await;
        plane.start_controllers();
        // The controller manager makes it: from then on it works.
        let accounts: Api<ServiceAccount> = Api::namespaced(plane.client(Identity::Admin).await, "default");
        plane.run.ready("kube-controller-manager", || async { accounts.get("default").await }).await;
        plane.kubectl(&["apply", "-f", concat!(env!("CARGO_MANIFEST_DIR"), "/k3s/rbac.yaml")]);
        plane
    }

    /// A client, for the runtime that calls: a client must not outlive the runtime that made it.
    pub async fn client(&self, identity: Identity) -> Client {
        let kubeconfig = Kubeconfig::read_from(self.kubeconfig(identity)).expect("our own kubeconfig is valid");
        let mut config =
            Config::from_custom_kubeconfig(kubeconfig, &KubeConfigOptions::default()).await.expect("our own kubeconfig is valid");
        // A test wants to see a 429, not kube's patience with it.
        config.default_retry = false;
        Client::try_from(config).expect("our own kubeconfig is valid")
    }

    /// A way to the API server without TLS, as this identity: its address, and what keeps it.
    pub async fn proxy(&self, identity: Identity) -> (String, Run) {
        let run = Run::new("kubectl-proxy");
        let kubeconfig = format!("--kubeconfig={}", self.kubeconfig(identity).display());
        let arguments = [kubeconfig, "proxy".to_owned(), "--address=127.0.0.1".to_owned(), "--port=0".to_owned()];
        run.start("kubectl", &installed::program("kubectl", "kubectl"), &arguments, &[]);
        let url = run
            .ready("kubectl", || async {
                let log = run.log("kubectl");
                let line = log.split_inclusive('\n').find_map(|line| line.strip_prefix("Starting to serve on ")?.strip_suffix('\n'));
                line.map(|address| format!("http://{address}")).ok_or("no address")
            })
            .await;
        (url, run)
    }

    /// The kubeconfig file of an identity.
    pub fn kubeconfig(&self, identity: Identity) -> PathBuf {
        self.run.folder().join(format!("{}.kubeconfig", identity.name()))
    }

    /// Run kubectl as admin and return what it prints.
    pub fn kubectl(&self, arguments: &[&str]) -> String {
        self.try_kubectl(arguments).unwrap_or_else(|error| panic!("kubectl {arguments:?}: {error}"))
    }

    fn try_kubectl(&self, arguments: &[&str]) -> Result<String, String> {
        let output = Command::new(installed::program("kubectl", "kubectl"))
            .arg("--kubeconfig")
            .arg(self.kubeconfig(Identity::Admin))
            .args(arguments)
            .output()
            .expect("kubectl runs");
        let printed = if output.status.success() { &output.stdout } else { &output.stderr };
        let printed = String::from_utf8_lossy(printed).into_owned();
        if output.status.success() { Ok(printed) } else { Err(printed) }
    }

    fn write_kubeconfig(&self, identity: Identity) {
        let token = identity.line().split(',').next().unwrap_or_default();
        let kubeconfig = json!({
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{ "name": "test", "cluster": {
                "server": self.url,
                "certificate-authority": self.run.folder().join("certs/apiserver.crt"),
            } }],
            "users": [{ "name": "user", "user": { "token": token } }],
            "contexts": [{ "name": "test", "context": { "cluster": "test", "user": "user" } }],
            "current-context": "test",
        });
        fs::write(self.kubeconfig(identity), kubeconfig.to_string()).expect("the run's folder takes files");
    }

    fn start_controllers(&self) {
        let kubeconfig = "--kubeconfig=admin.kubeconfig".to_owned();
        let controllers: Vec<String> = CONTROLLERS.iter().map(|name| format!("{name}-controller")).collect();
        self.program(
            "kube-controller-manager",
            &[
                kubeconfig.clone(),
                "--leader-elect=false".to_owned(),
                "--secure-port=0".to_owned(),
                format!("--service-account-private-key-file={}", installed::program("kubernetes", "sa.key")),
                "--use-service-account-credentials=false".to_owned(),
                format!("--controllers={}", controllers.join(",")),
                // A kubelet that is dead is noticed after 20 s instead of 50, while its lease is renewed every 3 s.
                "--node-monitor-grace-period=20s".to_owned(),
                "--node-monitor-period=1s".to_owned(),
            ],
        );
        self.program("kube-scheduler", &[kubeconfig.clone(), "--leader-elect=false".to_owned(), "--secure-port=0".to_owned()]);
        let stages = STAGES.iter().map(|stage| format!("--config={}", installed::program("kubernetes", &format!("stages/{stage}.yaml"))));
        let managed = [kubeconfig, format!("--manage-nodes-with-label-selector={KUBELET}"), "--node-lease-duration-seconds=12".to_owned()];
        self.program("kwok", &managed.into_iter().chain(stages).collect::<Vec<_>>());
    }

    fn program(&self, name: &str, arguments: &[String]) {
        self.run.start(name, &installed::program("kubernetes", name), arguments, &[]);
    }
}

/// Start etcd and return its address.
async fn start_etcd(run: &Run) -> String {
    let client = format!("127.0.0.1:{}", ports::free());
    let peer = format!("http://127.0.0.1:{}", ports::free());
    let arguments = [
        "--data-dir=etcd".to_owned(),
        format!("--listen-client-urls=http://{client}"),
        format!("--advertise-client-urls=http://{client}"),
        format!("--listen-peer-urls={peer}"),
        format!("--initial-advertise-peer-urls={peer}"),
        format!("--initial-cluster=default={peer}"),
        "--unsafe-no-fsync".to_owned(),
    ];
    run.start("etcd", &installed::program("kubernetes", "etcd"), &arguments, &[]);
    run.ready("etcd", || TcpStream::connect(client.clone())).await;
    format!("http://{client}")
}

/// Start the API server and return its port.
fn start_api_server(run: &Run, etcd: &str) -> u16 {
    let tokens: String = Identity::ALL.iter().map(|identity| identity.line()).collect();
    fs::write(run.folder().join("tokens.csv"), tokens).expect("the run's folder takes files");
    let port = ports::free();
    let key = installed::program("kubernetes", "sa.key");
    let arguments = [
        format!("--etcd-servers={etcd}"),
        "--cert-dir=certs".to_owned(),
        "--bind-address=127.0.0.1".to_owned(),
        "--advertise-address=127.0.0.1".to_owned(),
        format!("--secure-port={port}"),
        format!("--service-account-key-file={key}"),
        format!("--service-account-signing-key-file={key}"),
        "--service-account-issuer=https://kubernetes.default.svc".to_owned(),
        "--service-cluster-ip-range=10.0.0.0/24".to_owned(),
        "--token-auth-file=tokens.csv".to_owned(),
        "--authorization-mode=RBAC".to_owned(),
        "--disable-admission-plugins=ServiceAccount".to_owned(),
    ];
    run.start("kube-apiserver", &installed::program("kubernetes", "kube-apiserver"), &arguments, &[]);
    port
}
