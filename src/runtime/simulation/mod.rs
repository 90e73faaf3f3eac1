//! `smartscale simulate`: one seed, one history, and the invariants of ARCHITECTURE.md watched at every step.

mod history;
mod invariants;
mod report;
mod scenario;
mod shrink;

#[cfg(test)]
mod simulation_tests;

pub use history::{Broken, History, run_history};
pub use report::{SimulationReport, simulate, story, tell};
pub use scenario::{NAMES, Scenario};
pub use shrink::shrink;

use std::sync::{Arc, LazyLock};

use crate::check::check;
use crate::rules::Cluster;
use crate::source::Sources;

static RULES: LazyLock<Option<Arc<Cluster>>> = LazyLock::new(|| {
    let sources = Sources::single("rules.scale", include_str!("rules.scale"));
    check(&sources).ruleset.and_then(|ruleset| ruleset.clusters.into_iter().next()).map(Arc::new)
});

/// The rules that simulated histories run under; `None` would mean that what ships has an error, and a test looks at that.
#[must_use]
pub fn simulated_rules() -> Option<Arc<Cluster>> {
    RULES.clone()
}
