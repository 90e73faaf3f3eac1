//! One tick, and everything that runs it: daemon, function, reload, configuration, wiring.

pub mod board;
mod clock;
pub mod configuration;
mod dry_run;
pub mod examples;
mod load_rules;
mod notices;
mod ports;
#[cfg(all(feature = "aws", feature = "kubernetes", feature = "http"))]
pub mod real;
mod rules_files;
#[cfg(feature = "daemon")]
mod rules_watch;
mod sandbox_clock;
pub mod tick;

#[cfg(test)]
mod demo_tests;

pub use clock::{Clock, SystemClock};
pub use dry_run::{DryRun, PLANNED_ONLY};
pub use load_rules::{ChooseClusterError, LoadedRules, check_sources, choose_cluster, load_rules};
pub use notices::read_notices;
pub use ports::{Ports, World};
pub use rules_files::{RulesFilesError, read_rules_files, rules_files};
#[cfg(feature = "daemon")]
pub use rules_watch::{RulesWatch, WatchError};
