//! A real Prometheus: with back-filled history, and a target that it scrapes each second and that the test drives.

use std::fs;
use std::process::Command;

use super::installed;
use super::ports;
use super::run::Run;
use super::scrape::Target;

/// One Prometheus with its own data.
pub struct Prometheus {
    /// Its address, without a slash at the end.
    pub url: String,
    /// What it scrapes, each second, with `job="test"`.
    pub target: Target,
    port: u16,
    run: Run,
}

impl Prometheus {
    /// Start one over a history: OpenMetrics text with a time (in seconds since 1970) on each sample, `# EOF` at its end; or nothing.
    pub async fn start(history: &str) -> Prometheus {
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
        let port = ports::free();
        let prometheus = Prometheus { url: format!("http://127.0.0.1:{port}"), target, port, run };
        prometheus.restart().await;
        prometheus
    }

    /// Kill it: from now on it refuses connections.
    pub async fn stop(&self) {
        self.run.kill("prometheus").await;
    }

    /// Start it again after `stop`, at the same address and with its data.
    pub async fn restart(&self) {
        let arguments = [
            "--config.file=prometheus.yml".to_owned(),
            "--storage.tsdb.path=data".to_owned(),
            // The default of 15 days would drop the history.
            "--storage.tsdb.retention.time=100y".to_owned(),
            format!("--web.listen-address=127.0.0.1:{}", self.port),
        ];
        self.run.start("prometheus", &installed::program("prometheus", "prometheus"), &arguments, &[]);
        let ready = format!("{}/-/ready", self.url);
        self.run.ready("prometheus", || async { reqwest::get(&ready).await?.error_for_status() }).await;
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
