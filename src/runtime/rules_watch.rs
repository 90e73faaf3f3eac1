use std::path::{Path, PathBuf};
use std::time::Duration;

use notify::{EventKind, RecursiveMode};
use notify_debouncer_full::{DebounceEventResult, Debouncer, RecommendedCache, new_debouncer};
use tokio::sync::mpsc;

/// Tells when rules may have changed, until it is dropped.
pub struct RulesWatch {
    changes: mpsc::Receiver<()>,
    /// Held: dropping it ends the watch.
    _debouncer: Debouncer<notify::RecommendedWatcher, RecommendedCache>,
}

#[derive(Debug, thiserror::Error)]
#[error("`{folder}` cannot be watched for changes: {reason}")]
pub struct WatchError {
    pub folder: PathBuf,
    pub reason: String,
}

/// Editors write in several steps; one change is told once they have been quiet for this long.
const QUIET: Duration = Duration::from_millis(200);

impl RulesWatch {
    /// Watches the folder of a ruleset, also where the ruleset is one file: editors rename, ConfigMaps swap links.
    ///
    /// # Errors
    ///
    /// Where the system does not let the folder be watched.
    pub fn start(rules: &Path) -> Result<Self, WatchError> {
        let parent = rules.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
        let folder = if rules.is_dir() { rules } else { parent };
        let failed = |error: notify::Error| WatchError { folder: folder.to_owned(), reason: error.to_string() };
        // One waiting word is enough: whoever reads it reads the rules as they are then.
        let (sender, changes) = mpsc::channel(1);
        let mut debouncer = new_debouncer(QUIET, None, move |result: DebounceEventResult| {
            // An error may hide a change: the rules are read again.
            let changed = result.map_or(true, |events| events.iter().any(|event| !matches!(event.kind, EventKind::Access(_))));
            if changed {
                // Full: somebody has not read the last word yet, and will see this change too.
                let _ = sender.try_send(());
            }
        })
        .map_err(failed)?;
        debouncer.watch(folder, RecursiveMode::NonRecursive).map_err(failed)?;
        Ok(Self { changes, _debouncer: debouncer })
    }

    /// Waits for the next change.
    pub async fn changed(&mut self) {
        if self.changes.recv().await.is_none() {
            // The watcher has ended: there is no next change.
            std::future::pending::<()>().await;
        }
    }
}

impl std::fmt::Debug for RulesWatch {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("RulesWatch")
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use crate::runtime::rules_watch::RulesWatch;

    /// Real time: the system's own notices are what is tested.
    async fn sees_a_change(watch: &mut RulesWatch) -> bool {
        tokio::time::timeout(Duration::from_secs(10), watch.changed()).await.is_ok()
    }

    #[tokio::test]
    async fn a_file_that_is_renamed_over_another_is_a_change() {
        let folder = tempfile::tempdir().unwrap();
        let rules = folder.path().join("a.scale");
        std::fs::write(&rules, "# one\n").unwrap();
        let mut watch = RulesWatch::start(&rules).unwrap();
        std::fs::write(folder.path().join("a.scale.new"), "# two\n").unwrap();
        std::fs::rename(folder.path().join("a.scale.new"), &rules).unwrap();
        assert!(sees_a_change(&mut watch).await);
    }

    #[tokio::test]
    async fn a_link_that_is_swapped_is_a_change() {
        let folder = tempfile::tempdir().unwrap();
        for version in ["v1", "v2"] {
            std::fs::create_dir(folder.path().join(version)).unwrap();
            std::fs::write(folder.path().join(version).join("a.scale"), version).unwrap();
        }
        std::os::unix::fs::symlink("v1", folder.path().join("..data")).unwrap();
        std::os::unix::fs::symlink("..data/a.scale", folder.path().join("a.scale")).unwrap();
        let mut watch = RulesWatch::start(folder.path()).unwrap();
        std::os::unix::fs::symlink("v2", folder.path().join("..data_tmp")).unwrap();
        std::fs::rename(folder.path().join("..data_tmp"), folder.path().join("..data")).unwrap();
        assert!(sees_a_change(&mut watch).await);
    }
}
