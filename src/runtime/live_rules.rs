use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::diagnostic::render::{render_summary, render_text};
use crate::rules::Cluster;
use crate::runtime::{LoadedRules, check_sources, choose_cluster, read_rules_files};
use crate::source::Sources;

/// The rules in force, kept up with their files: a good change comes into force, a bad one leaves the old rules as they are.
#[derive(Clone, Debug)]
pub struct LiveRules {
    path: PathBuf,
    wanted: Option<String>,
    /// The texts that were looked at last, good or bad, so that nothing is said twice.
    seen: Vec<(String, String)>,
    cluster: Arc<Cluster>,
}

/// What became of changed files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reload {
    Unchanged,
    /// New rules are in force, with this hash.
    Taken {
        hash: String,
    },
    /// The old rules stay in force; why, as diagnostics or one line.
    Refused {
        summary: String,
        details: String,
    },
}

/// The first rules cannot be used: there are none to fall back on.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{details}{summary}")]
pub struct NoRules {
    pub summary: String,
    /// The diagnostics, rendered; may be empty.
    pub details: String,
    /// What to do.
    pub help: Option<&'static str>,
}

impl LiveRules {
    /// Reads the rules for the first time.
    ///
    /// # Errors
    ///
    /// Where they cannot be read, have errors, or do not have the wanted cluster.
    pub fn start(path: &Path, wanted: Option<&str>) -> Result<Self, NoRules> {
        let (seen, cluster) = match read(path, wanted) {
            Ok((seen, cluster)) => (seen, cluster?),
            Err(refusal) => return Err(refusal),
        };
        Ok(Self { path: path.to_owned(), wanted: wanted.map(str::to_owned), seen, cluster })
    }

    #[must_use]
    pub fn cluster(&self) -> Arc<Cluster> {
        Arc::clone(&self.cluster)
    }

    /// Looks at the files again.
    pub fn reload(&mut self) -> Reload {
        let refused = |refusal: NoRules| Reload::Refused { summary: refusal.summary, details: refusal.details };
        match read(&self.path, self.wanted.as_deref()) {
            Ok((seen, _)) if seen == self.seen => Reload::Unchanged,
            Ok((seen, result)) => {
                self.seen = seen;
                match result {
                    Ok(cluster) => {
                        self.cluster = cluster;
                        Reload::Taken { hash: self.cluster.hash() }
                    }
                    Err(refusal) => refused(refusal),
                }
            }
            // Unreadable for the moment, as between an editor's two steps: said once, and looked at again.
            Err(refusal) if self.seen.is_empty() => {
                let _ = refusal;
                Reload::Unchanged
            }
            Err(refusal) => {
                self.seen.clear();
                refused(refusal)
            }
        }
    }
}

const WRITE: &str = "`rules` in `smartscale.toml` names a `.scale` file, or a folder of them";
const CHOOSE: &str = "name one with `--cluster NAME`, or with `cluster` in `smartscale.toml`";

type Texts = Vec<(String, String)>;

/// The texts with what they come to; an error where they cannot even be read.
fn read(path: &Path, wanted: Option<&str>) -> Result<(Texts, Result<Arc<Cluster>, NoRules>), NoRules> {
    let unread = |summary: String, help| NoRules { summary, details: String::new(), help };
    let (sources, found) = read_rules_files(path).map_err(|error| unread(error.to_string(), Some(WRITE)))?;
    let texts = texts(&sources);
    let checked = check_sources(&sources, found);
    let loaded = LoadedRules { sources, checked };
    let result = match &loaded.checked.ruleset {
        Some(ruleset) => choose_cluster(ruleset, wanted).map_err(|error| unread(error.to_string(), Some(CHOOSE))),
        None => Err(NoRules {
            summary: format!("{}: {}", path.display(), render_summary(&loaded.checked.diagnostics)),
            details: render_text(&loaded.sources, &loaded.checked.diagnostics, false),
            // Each diagnostic has its own.
            help: None,
        }),
    };
    Ok((texts, result))
}

fn texts(sources: &Sources) -> Texts {
    sources.iter().map(|(_, file)| (file.name().to_owned(), file.text().to_owned())).collect()
}

#[cfg(test)]
mod tests {
    use crate::runtime::live_rules::{LiveRules, Reload};

    fn rules(nodes: &str) -> String {
        format!("cluster \"shop\" {{\n  nodes {nodes}\n}}\n")
    }

    #[test]
    fn a_good_change_comes_into_force_and_a_bad_one_does_not() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("shop.scale");
        std::fs::write(&file, rules("2..10")).unwrap();
        let mut live = LiveRules::start(folder.path(), None).unwrap();
        assert_eq!(live.reload(), Reload::Unchanged);

        std::fs::write(&file, rules("10..2")).unwrap();
        let Reload::Refused { summary, details } = live.reload() else { panic!("a bad change was taken") };
        assert!(summary.ends_with("1 error"), "{summary}");
        assert!(details.contains("shop.scale:2"), "{details}");
        assert_eq!(live.cluster().nodes.upper, 10);
        assert_eq!(live.reload(), Reload::Unchanged, "a mistake is told once");

        std::fs::write(&file, rules("2..12")).unwrap();
        assert!(matches!(live.reload(), Reload::Taken { .. }));
        assert_eq!(live.cluster().nodes.upper, 12);

        std::fs::remove_file(&file).unwrap();
        assert!(matches!(live.reload(), Reload::Refused { .. }));
        assert_eq!(live.reload(), Reload::Unchanged);
        assert_eq!(live.cluster().nodes.upper, 12);
    }

    #[test]
    fn without_first_rules_there_is_nothing_to_run() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("a.scale"), rules("2..10").replace("nodes", "node")).unwrap();
        let error = LiveRules::start(folder.path(), None).unwrap_err().to_string();
        assert!(error.contains("error"), "{error}");
        std::fs::write(folder.path().join("a.scale"), rules("2..10")).unwrap();
        let error = LiveRules::start(folder.path(), Some("shoe")).unwrap_err().to_string();
        assert_eq!(error, "the ruleset has no cluster `shoe`; it has `shop`");
    }
}
