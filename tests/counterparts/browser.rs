//! Chromium, driven by the scripts in `tests/browser/`.

use std::process::Command;

use super::installed;

/// Run `tests/browser/SCRIPT` with arguments and return what it prints; a script that fails fails the test with what it wrote.
pub fn script(script: &str, arguments: &[&str]) -> String {
    let output = Command::new("node")
        .arg(format!("{}/tests/browser/{script}", env!("CARGO_MANIFEST_DIR")))
        .args(arguments)
        .env("SMARTSCALE_BROWSER", installed::folder("browser"))
        .output()
        .expect("node runs");
    assert!(output.status.success(), "{script}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}
