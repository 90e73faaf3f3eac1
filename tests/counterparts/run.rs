//! One run of a counterpart: its processes, their logs and their folder, which all go when the run is dropped or the test dies.

use std::fmt::Debug;
use std::fs;
use std::future::Future;
use std::io::Write;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;

use serde_json::{Value, json};

use super::until::until;

/// The processes of one counterpart, kept by `guard.py`.
pub struct Run {
    folder: PathBuf,
    guard: Mutex<Child>,
}

impl Run {
    /// A new folder and the guard of what will run in it.
    pub fn new(name: &str) -> Run {
        // The clients of every counterpart need a provider; a second choice is refused, and the same.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let folder = tempfile::Builder::new().prefix(&format!("smartscale-{name}-")).tempdir().expect("a temporary folder").keep();
        let guard = Command::new("python3")
            .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/counterparts/guard.py"))
            .arg(&folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            // Out of reach of the terminal's Ctrl-C, which ends the test and through it the guard.
            .process_group(0)
            .spawn()
            .expect("python3 runs tests/counterparts/guard.py");
        Run { folder, guard: Mutex::new(guard) }
    }

    /// The folder of the run, where its processes work.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Start a process under a name.
    pub fn start(&self, name: &str, program: &str, arguments: &[String], environment: &[(&str, &str)]) {
        // Of an earlier process of this name.
        let _ = fs::remove_file(self.exit(name));
        let command: Vec<&str> = std::iter::once(program).chain(arguments.iter().map(String::as_str)).collect();
        let environment: serde_json::Map<String, Value> =
            environment.iter().map(|(key, value)| ((*key).to_owned(), json!(value))).collect();
        self.tell(&json!({ "start": name, "command": command, "environment": environment }));
    }

    /// Kill a process as a crash would, and wait for its end.
    pub async fn kill(&self, name: &str) {
        self.tell(&json!({ "end": name }));
        until(&format!("the end of {name}"), || async { if self.ended(name) { Ok(()) } else { Err("it runs") } }).await;
    }

    /// Ask until a started process is ready. If it ends instead, or is not ready in time, the failure shows its log.
    pub async fn ready<T, E: Debug, F: Future<Output = Result<T, E>>>(&self, name: &str, mut ask: impl FnMut() -> F) -> T {
        let shown = ShowLog { run: self, name };
        let answer = until(&format!("{name} to be ready"), || {
            assert!(!self.ended(name), "{name} ended before it was ready");
            ask()
        })
        .await;
        std::mem::forget(shown);
        answer
    }

    /// What a process has written so far.
    pub fn log(&self, name: &str) -> String {
        fs::read(self.folder.join(format!("{name}.log"))).map(|log| String::from_utf8_lossy(&log).into_owned()).unwrap_or_default()
    }

    fn ended(&self, name: &str) -> bool {
        self.exit(name).exists()
    }

    fn exit(&self, name: &str) -> PathBuf {
        self.folder.join(format!("{name}.exit"))
    }

    fn tell(&self, request: &Value) {
        let mut guard = self.guard.lock().expect("no thread died holding the guard");
        let requests = guard.stdin.as_mut().expect("the guard's input is piped");
        writeln!(requests, "{request}").expect("the guard reads its requests");
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        let guard = self.guard.get_mut().unwrap_or_else(|poisoned| poisoned.into_inner());
        drop(guard.stdin.take());
        // The processes have gone when the guard has: the next test finds the machine free.
        let _ = guard.wait();
    }
}

/// Prints the end of a log when a wait fails.
struct ShowLog<'run> {
    run: &'run Run,
    name: &'run str,
}

impl Drop for ShowLog<'_> {
    fn drop(&mut self) {
        let log = self.run.log(self.name);
        let lines: Vec<&str> = log.lines().collect();
        eprintln!("the end of the log of {}:\n{}", self.name, lines[lines.len().saturating_sub(60)..].join("\n"));
    }
}
