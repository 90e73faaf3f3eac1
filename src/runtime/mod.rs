//! One tick, and everything that runs it: daemon, function, reload, configuration, wiring.

pub mod answers;
pub mod board;
mod clock;
pub mod configuration;
mod configured_ledger;
#[cfg(any(feature = "aws", feature = "kubernetes", feature = "http"))]
mod crypto;
#[cfg(feature = "daemon")]
mod daemon;
#[cfg(feature = "web")]
mod demo;
mod dry_run;
pub mod examples;
#[cfg(feature = "lambda")]
mod lambda;
mod live_rules;
mod load_rules;
mod look_ahead;
mod notices;
mod owner;
pub mod planned;
mod ports;
#[cfg(all(feature = "aws", feature = "kubernetes", feature = "http"))]
pub mod real;
mod rules_files;
#[cfg(feature = "daemon")]
mod rules_watch;
mod sandbox_clock;
mod signal;
pub mod simulation;
pub mod tick;
mod tick_with_notices;
pub mod transfer;

#[cfg(test)]
mod demo_tests;

pub use clock::{Clock, SystemClock};
pub use configured_ledger::{Access, ConfiguredLedger};
#[cfg(any(feature = "aws", feature = "kubernetes", feature = "http"))]
pub use crypto::install_crypto;
#[cfg(feature = "daemon")]
pub use daemon::{Daemon, Heard, run_daemon};
#[cfg(feature = "web")]
pub use demo::DemoWorld;
pub use dry_run::{DryRun, PLANNED_ONLY};
#[cfg(feature = "lambda")]
pub use lambda::run_function;
pub use live_rules::{LiveRules, NoRules, Reload};
pub use load_rules::{ChooseClusterError, LoadedRules, check_sources, choose_cluster, load_rules};
pub use look_ahead::{LookAhead, look_ahead};
pub use notices::read_notices;
pub use owner::owner;
pub use ports::{Ports, World};
pub use rules_files::{RulesFilesError, read_rules_files, rules_files};
#[cfg(feature = "daemon")]
pub use rules_watch::{RulesWatch, WatchError};
pub use signal::until_signalled;
pub use tick_with_notices::tick_with_notices;
