//! `smartscale simulate`: one seed, one history, and the invariants of ARCHITECTURE.md watched at every step.

mod draw;
mod history;
mod invariants;
mod report;
mod scenario;
mod shrink;
mod story;

#[cfg(test)]
mod simulation_tests;

pub use draw::NAMES;
pub use history::{Broken, History, run_history};
pub use report::{Failing, SimulationReport, exhaust, simulate};
pub use scenario::{ClockJump, Scenario};
pub use shrink::shrink;
pub use story::{story, tell};

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
