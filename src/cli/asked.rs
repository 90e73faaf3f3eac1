use std::path::Path;
use std::sync::Arc;

use jiff::tz::TimeZone;

use crate::cli::ask_arguments::LedgerArguments;
use crate::cli::output::complain;
use crate::cli::setting::{complain_of_rules, configuration};
use crate::ledger::{Ledger as _, LedgerError};
use crate::rules::Cluster;
use crate::runtime::configuration::Configuration;
use crate::runtime::{Access, ConfiguredLedger, LiveRules};

/// The ledger that a question goes to, of which cluster it is asked, and the rules in the files.
pub struct Asked {
    pub ledger: ConfiguredLedger,
    pub cluster: String,
    /// `None`: none were named, or they have errors.
    pub files: Option<Arc<Cluster>>,
}

impl Asked {
    /// Opens what the arguments name, or says why it cannot be. The past can be asked about though the rules of today have
    /// errors, where the cluster is named.
    pub async fn open(arguments: &LedgerArguments, rules: Option<&Path>, access: Access) -> Option<Self> {
        match &arguments.ledger {
            Some(file) => Self::in_file(file, arguments.cluster.as_deref(), rules, access),
            None => Self::configured(&configuration(&arguments.config)?, arguments.cluster.as_deref(), access).await,
        }
    }

    fn in_file(file: &Path, wanted: Option<&str>, rules: Option<&Path>, access: Access) -> Option<Self> {
        let opened = ConfiguredLedger::in_file(file, access).and_then(|ledger| Ok((ledger.clusters()?, ledger)));
        let (clusters, ledger) = told(opened)?;
        let cluster = match (wanted, clusters.as_slice()) {
            (Some(wanted), known) if known.iter().any(|name| name == wanted) || access == Access::Write => wanted.to_owned(),
            (None, [only]) => only.clone(),
            (_, []) => {
                complain(&format!("the ledger `{}` has no cluster: no tick has written to it yet", file.display()), None);
                return None;
            }
            (wanted, known) => {
                let known = known.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
                let has = match wanted {
                    Some(wanted) => format!("the ledger has no cluster `{wanted}`; it has {known}"),
                    None => format!("the ledger has several clusters: {known}"),
                };
                complain(&has, Some("name one with `--cluster NAME`"));
                return None;
            }
        };
        let files = match rules.map(|rules| LiveRules::start(rules, Some(&cluster))) {
            Some(Ok(rules)) => Some(rules.cluster()),
            Some(Err(error)) => {
                complain_of_rules(&error);
                return None;
            }
            None => None,
        };
        Some(Self { ledger, cluster, files })
    }

    async fn configured(configuration: &Configuration, wanted: Option<&str>, access: Access) -> Option<Self> {
        let wanted = wanted.or(configuration.settings.cluster.as_deref());
        let (cluster, files) = match (LiveRules::start(&configuration.rules_path(), wanted), wanted) {
            (Ok(rules), _) => (rules.cluster().name.clone(), Some(rules.cluster())),
            (Err(error), Some(wanted)) => {
                complain_of_rules(&error);
                (wanted.to_owned(), None)
            }
            (Err(error), None) => {
                complain_of_rules(&error);
                return None;
            }
        };
        Some(Self { ledger: told(ConfiguredLedger::open(configuration, access).await)?, cluster, files })
    }

    /// The cluster's zone, by the files or else by the last rules that the ledger has; UTC where neither says.
    pub async fn zone(&self) -> Result<TimeZone, LedgerError> {
        if let Some(files) = &self.files {
            return Ok(files.timezone.clone());
        }
        let standing = self.ledger.read(&self.cluster).await?;
        let Some(hash) = standing.and_then(|standing| standing.state?.ruleset) else { return Ok(TimeZone::UTC) };
        let rules = self.ledger.ruleset(&self.cluster, &hash).await?;
        Ok(rules.map_or(TimeZone::UTC, |rules| rules.timezone.clone()))
    }
}

/// `None` for an error, which was told.
pub fn told<T>(result: Result<T, LedgerError>) -> Option<T> {
    result.map_err(|error| complain(&error.to_string(), error.help())).ok()
}
