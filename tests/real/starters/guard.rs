//! Nothing outlives a test, however it ends.

use std::process::{Command, Stdio};
use std::{env, fs};

use crate::counterparts::prometheus::Prometheus;
use crate::counterparts::until::until;

/// Set in the copy of this test program that is killed.
const VICTIM: &str = "SMARTSCALE_TEST_VICTIM";

#[tokio::test]
async fn a_killed_test_leaves_no_process_and_no_folder() {
    let home = tempfile::tempdir().expect("a temporary folder");
    let note = home.path().join("url");
    if let Some(note) = env::var_os(VICTIM) {
        let prometheus = Prometheus::start("").await;
        fs::write(note, &prometheus.url).expect("the folder takes files");
        return std::future::pending().await;
    }
    let mut victim = Command::new(env::current_exe().expect("this program has a path"))
        .args(["--exact", "starters::guard::a_killed_test_leaves_no_process_and_no_folder"])
        .env(VICTIM, &note)
        .env("TMPDIR", home.path())
        .stdout(Stdio::null())
        .spawn()
        .expect("this program runs again");
    let url = until("the copy to start Prometheus", || async {
        fs::read_to_string(&note).ok().filter(|url| !url.is_empty()).ok_or("no url yet")
    })
    .await;
    assert!(reqwest::get(&url).await.is_ok());

    victim.kill().expect("it runs");
    victim.wait().expect("it has been killed");

    until("Prometheus to be gone", || async { if reqwest::get(&url).await.is_err() { Ok(()) } else { Err("it answers") } }).await;
    until("its folder to be gone", || async {
        let left: Vec<_> =
            fs::read_dir(home.path()).expect("our folder").flatten().map(|entry| entry.file_name()).filter(|name| name != "url").collect();
        // The victim's own temporary folder, made before it knew that it was one, is not the guard's.
        let left: Vec<_> = left.into_iter().filter(|name| name.to_string_lossy().starts_with("smartscale-")).collect();
        if left.is_empty() { Ok(()) } else { Err(left) }
    })
    .await;
}
