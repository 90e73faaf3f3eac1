use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::ledger::EventKind;

/// Which ledger is asked, and of which cluster.
#[derive(Args, Clone, Debug)]
pub struct LedgerArguments {
    /// Where things are.
    #[arg(long, global = true, default_value = "smartscale.toml", env = "SMARTSCALE_CONFIG", value_name = "FILE")]
    pub config: PathBuf,
    /// The cluster, where there are several.
    #[arg(long, global = true)]
    pub cluster: Option<String>,
    /// The ledger in this file, instead of the one that smartscale.toml names; smartscale.toml is not read then.
    #[arg(long, global = true, value_name = "FILE")]
    pub ledger: Option<PathBuf>,
}

#[derive(Args, Debug)]
pub struct WhyArguments {
    #[command(subcommand)]
    pub question: Option<Question>,
    /// The last decision at or before then: `2026-11-25T12:00:00Z`, `2026-11-25 12:00` or `12:00` in the cluster's zone, `10m ago`.
    #[arg(long, global = true, value_name = "TIME")]
    pub at: Option<String>,
    /// The rules of today to compare with, with --ledger: a file or a folder.
    #[arg(long, global = true, value_name = "PATH", requires = "ledger")]
    pub rules: Option<PathBuf>,
    #[command(flatten)]
    pub ledger: LedgerArguments,
    /// As data instead of text.
    #[arg(long, global = true)]
    pub json: bool,
}

#[derive(Debug, Subcommand)]
pub enum Question {
    /// Why a rule did not fire, or did not win: each of its conditions, and what would have to change.
    Not {
        /// The rule's name.
        rule: String,
    },
}

#[derive(Args, Debug)]
pub struct HistoryArguments {
    /// From then on; as in `why --at`.
    #[arg(long, value_name = "TIME")]
    pub since: Option<String>,
    /// Up to then.
    #[arg(long, value_name = "TIME")]
    pub until: Option<String>,
    /// Only events of these kinds, separated by commas.
    #[arg(long, value_name = "KIND", value_delimiter = ',', value_parser = clap::builder::PossibleValuesParser::new(EventKind::WORDS))]
    pub kind: Vec<String>,
    /// Only what belongs to this operation.
    #[arg(long, value_name = "ID")]
    pub operation: Option<String>,
    /// Decisions to stay too.
    #[arg(long)]
    pub all: bool,
    /// The newest of them.
    #[arg(long, default_value_t = 100, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub limit: u32,
    #[command(flatten)]
    pub ledger: LedgerArguments,
    /// As data instead of text.
    #[arg(long)]
    pub json: bool,
}

#[derive(Args, Debug)]
pub struct ExportArguments {
    /// Write to this new file instead of standard output.
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    #[command(flatten)]
    pub ledger: LedgerArguments,
}

#[derive(Args, Debug)]
pub struct ImportArguments {
    /// What `smartscale ledger export` wrote.
    #[arg(value_name = "FILE")]
    pub export: PathBuf,
    /// Put it in the place of what the ledger knows of the cluster.
    #[arg(long)]
    pub force: bool,
    #[command(flatten)]
    pub ledger: LedgerArguments,
}
