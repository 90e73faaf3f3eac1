//! A real Prometheus: with back-filled history, and a target that it scrapes each second and that the test drives.

use std::fs;
use std::process::Command;

use super::installed;
use super::ports;
use super::run::Run;
use super::scrape::Target;

/// Who may ask a secured one, and its password.
pub const USER: &str = "smartscale";
pub const PASSWORD: &str = "correct horse";
/// bcrypt's hash of the password, at its lowest cost: it is worked out at each request.
const HASH: &str = "$2b$04$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6e";

/// One Prometheus with its own data.
pub struct Prometheus {
    /// Its address, without a slash at the end.
    pub url: String,
    /// What it scrapes, each second, with `job="test"`.
    pub target: Target,
    port: u16,
    run: Run,
    /// The authority that signed its certificate, where it speaks TLS and wants a password.
    pub authority: Option<String>,
}

impl Prometheus {
    /// Start one over a history: OpenMetrics text with a time (in seconds since 1970) on each sample, `# EOF` at its end; or nothing.
    pub async fn start(history: &str) -> Prometheus {
        Prometheus::begin(history, false).await
    }

    /// One that speaks TLS alone, under an authority of its own, and wants [`USER`] and [`PASSWORD`].
    pub async fn start_secured(history: &str) -> Prometheus {
        Prometheus::begin(history, true).await
    }

    async fn begin(history: &str, secured: bool) -> Prometheus {
        let run = Run::new("prometheus");
        if !history.is_empty() {
            fill(&run, history);
        }
        let target = Target::serve();
        let configuration = format!(
            "global:\n  scrape_interval: 1s\nscrape_configs:\n- job_name: test\n  static_configs:\n  - targets: ['{}']\n",
            target.address
        );
        fs::write(run.folder().join("prometheus.yml"), configuration).expect("the run's folder takes files");
        let authority = secured.then(|| secure(&run));
        let (port, scheme) = (ports::free(), if secured { "https" } else { "http" });
        let prometheus = Prometheus { url: format!("{scheme}://127.0.0.1:{port}"), target, port, run, authority };
        prometheus.restart().await;
        prometheus
    }

    /// Kill it: from now on it refuses connections.
    pub async fn stop(&self) {
        self.run.kill("prometheus").await;
    }

    /// Start it again after `stop`, at the same address and with its data.
    pub async fn restart(&self) {
        let mut arguments = vec![
            "--config.file=prometheus.yml".to_owned(),
            "--storage.tsdb.path=data".to_owned(),
            // The default of 15 days would drop the history.
            "--storage.tsdb.retention.time=100y".to_owned(),
            format!("--web.listen-address=127.0.0.1:{}", self.port),
        ];
        let mut client = reqwest::Client::builder();
        if let Some(authority) = &self.authority {
            arguments.push("--web.config.file=web.yml".to_owned());
            client = client.tls_certs_merge([reqwest::Certificate::from_pem(authority.as_bytes()).expect("our own authority")]);
        }
        let client = client.build().expect("a client");
        self.run.start("prometheus", &installed::program("prometheus", "prometheus"), &arguments, &[]);
        let ready = format!("{}/-/ready", self.url);
        self.run
            .ready("prometheus", || async { client.get(&ready).basic_auth(USER, Some(PASSWORD)).send().await?.error_for_status() })
            .await;
    }
}

fn fill(run: &Run, history: &str) {
    let file = run.folder().join("history.om");
    fs::write(&file, history).expect("the run's folder takes files");
    let output = Command::new(installed::program("prometheus", "promtool"))
        .args(["tsdb", "create-blocks-from", "--max-block-duration=24h", "openmetrics"])
        .arg(&file)
        .arg(run.folder().join("data"))
        .output()
        .expect("promtool runs");
    assert!(output.status.success(), "promtool refuses the history: {}", String::from_utf8_lossy(&output.stderr));
}

/// Writes what Prometheus needs to speak TLS and to want a password; answers the authority's certificate.
fn secure(run: &Run) -> String {
    let authority_key = rcgen::KeyPair::generate().expect("a key");
    let mut parameters = rcgen::CertificateParams::new(Vec::new()).expect("no names");
    parameters.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let authority = parameters.self_signed(&authority_key).expect("an authority");
    let issuer = rcgen::Issuer::new(parameters, authority_key);
    let key = rcgen::KeyPair::generate().expect("a key");
    let server = rcgen::CertificateParams::new(vec!["127.0.0.1".to_owned()]).expect("an address is a name");
    let certificate = server.signed_by(&key, &issuer).expect("the authority signs");
    let configuration =
        format!("tls_server_config:\n  cert_file: server.pem\n  key_file: server.key\nbasic_auth_users:\n  {USER}: {HASH}\n");
    let files = [("server.pem", certificate.pem()), ("server.key", key.serialize_pem()), ("web.yml", configuration)];
    for (name, text) in files {
        fs::write(run.folder().join(name), text).expect("the run's folder takes files");
    }
    authority.pem()
}
