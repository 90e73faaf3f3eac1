use std::path::Path;
use std::sync::Arc;

use crate::check::{Checked, check_trees};
use crate::diagnostic::Diagnostic;
use crate::rules::{Cluster, Ruleset};
use crate::runtime::{RulesFilesError, read_rules_files};
use crate::source::Sources;
use crate::syntax::parse;

/// A ruleset as it was read and checked.
#[derive(Clone, Debug)]
pub struct LoadedRules {
    pub sources: Sources,
    pub checked: Checked,
}

/// Reads, parses and checks a ruleset: a file, or the `*.scale` files of a folder.
///
/// # Errors
///
/// Where the files cannot be read. What is wrong in them is in the result.
pub fn load_rules(path: &Path) -> Result<LoadedRules, RulesFilesError> {
    let (sources, unreadable) = read_rules_files(path)?;
    let checked = check_sources(&sources, unreadable);
    Ok(LoadedRules { sources, checked })
}

/// Parses and checks sources that were read already; `found` is what was wrong with their bytes.
#[must_use]
pub fn check_sources(sources: &Sources, found: Vec<Diagnostic>) -> Checked {
    let mut diagnostics = found;
    let mut trees = Vec::with_capacity(sources.len());
    for (file, source) in sources.iter() {
        let parsed = parse(file, source.text());
        diagnostics.extend(parsed.diagnostics);
        trees.push(parsed.tree);
    }
    check_trees(sources, &trees, diagnostics)
}

/// It is not clear which cluster is meant.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChooseClusterError {
    #[error("the ruleset has no cluster `{wanted}`; it has {known}")]
    Unknown { wanted: String, known: String },
    #[error("the ruleset has several clusters: {known}")]
    Several { known: String },
    #[error("the ruleset has no cluster")]
    None,
}

/// The cluster of that name, or the only one.
///
/// # Errors
///
/// Where there is none of that name, or several to choose from.
pub fn choose_cluster(ruleset: &Ruleset, wanted: Option<&str>) -> Result<Arc<Cluster>, ChooseClusterError> {
    let known = || ruleset.clusters.iter().map(|cluster| format!("`{}`", cluster.name)).collect::<Vec<_>>().join(", ");
    let chosen = match (wanted, ruleset.clusters.as_slice()) {
        (_, []) => return Err(ChooseClusterError::None),
        (Some(wanted), _) => {
            ruleset.cluster(wanted).ok_or_else(|| ChooseClusterError::Unknown { wanted: wanted.to_owned(), known: known() })?
        }
        (None, [only]) => only,
        (None, _) => return Err(ChooseClusterError::Several { known: known() }),
    };
    Ok(Arc::new(chosen.clone()))
}
