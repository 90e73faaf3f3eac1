//! The program itself, as a user runs it.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use serde_json::Value;
use tokio::process::{Child, Command};

/// A command ends within its budget; where it hangs, this ends the test.
const LIMIT: Duration = Duration::from_secs(90);

/// What a run of the program came to.
#[derive(Debug)]
pub struct Ran {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Ran {
    /// The report of `--json`.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("no JSON ({error}): {self:?}"))
    }

    /// The run must have ended well.
    pub fn clean(self) -> Ran {
        assert_eq!(self.code, Some(0), "{self:?}");
        self
    }
}

/// The program in a folder, with this environment and nothing of the test's own.
pub fn start(folder: &Path, environment: &[(String, String)], arguments: &[&str]) -> Child {
    Command::new(env!("CARGO_BIN_EXE_smartscale"))
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .envs(environment.iter().map(|(name, value)| (name, value)))
        .env("HOME", folder)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .expect("the program starts")
}

/// Start it and wait for its end.
pub async fn run(folder: &Path, environment: &[(String, String)], arguments: &[&str]) -> Ran {
    let child = start(folder, environment, arguments);
    let output = tokio::time::timeout(LIMIT, child.wait_with_output()).await;
    let output = output.unwrap_or_else(|_| panic!("smartscale {arguments:?} hangs")).expect("the program can be waited for");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Ran { code: output.status.code(), out: text(&output.stdout), err: text(&output.stderr) }
}
