#[cfg(feature = "web")]
use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::cli::ask_arguments::{ExportArguments, HistoryArguments, ImportArguments, WhyArguments};

/// A node autoscaler for K3s on AWS, driven by scaling rules that explain themselves.
#[derive(Debug, Parser)]
#[command(name = "smartscale", version, arg_required_else_help = true, max_term_width = 100)]
pub struct Arguments {
    #[command(subcommand)]
    pub command: Command,
    /// When to colour: by default where the output is a terminal and `NO_COLOR` is not set.
    #[arg(long, global = true, value_enum, default_value_t = When::Auto, value_name = "WHEN")]
    pub color: When,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum When {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Check rules like a compiler: exit 0 clean, 1 errors, 2 usage.
    Check(CheckArguments),
    /// Write rules in the canonical layout.
    Fmt(FormatArguments),
    /// Explain a code of a diagnostic: why, an example, a fix.
    Explain(ExplainArguments),
    /// Observe and decide, and change nothing: exit 0 nothing to do, 2 changes, 1 error.
    #[cfg(all(feature = "aws", feature = "kubernetes", feature = "http"))]
    Plan(PlanArguments),
    /// Carry out a plan from a file, exactly or not at all: exit 0 done or nothing to do, 1 refused or failed.
    #[cfg(all(feature = "aws", feature = "kubernetes", feature = "http"))]
    Apply(ApplyArguments),
    /// Scale: as a daemon that reloads changed rules, or one tick with `--once`.
    #[cfg(all(feature = "aws", feature = "kubernetes", feature = "daemon"))]
    Run(RunArguments),
    /// Show what the ledger knows: workers, operations in flight, the last decisions and steps.
    #[cfg(all(feature = "aws", feature = "kubernetes", feature = "http"))]
    Status(StatusArguments),
    /// Explain a recorded decision: it is decided again, and told with every rule, number and guard.
    Why(WhyArguments),
    /// List what happened, from the ledger.
    History(HistoryArguments),
    /// Look after the ledger.
    #[command(subcommand)]
    Ledger(LedgerCommand),
    /// What instances cost.
    #[cfg(all(feature = "aws", feature = "kubernetes", feature = "http"))]
    #[command(subcommand)]
    Prices(PricesCommand),
    /// Run the `test` blocks of rules.
    Test(TestArguments),
    /// Run whole simulated histories with faults, and watch the invariants: exit 1 with the story of one that breaks.
    Simulate(SimulateArguments),
    /// Run the real loop on a simulated cloud and cluster, with its status page.
    #[cfg(feature = "web")]
    Demo(DemoArguments),
    /// Write shell completions to standard output.
    Completions { shell: clap_complete::Shell },
    /// Write the manual page to standard output.
    #[command(hide = true)]
    Manual,
}

#[derive(Args, Debug)]
pub struct CheckArguments {
    /// Files or folders; each one is a ruleset.
    #[arg(default_value = "rules")]
    pub paths: Vec<PathBuf>,
    #[arg(long, value_enum, default_value_t = CheckFormat::Text)]
    pub format: CheckFormat,
    /// Treat warnings as errors: `--deny warnings`.
    #[arg(long, value_enum)]
    pub deny: Option<Denied>,
    /// Apply the fixes that are safe to apply.
    #[arg(long)]
    pub fix: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum CheckFormat {
    Text,
    Json,
    Sarif,
    Github,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Denied {
    Warnings,
}

#[derive(Args, Debug)]
pub struct TestArguments {
    /// Files or folders; each one is a ruleset.
    #[arg(default_value = "rules")]
    pub paths: Vec<PathBuf>,
    #[arg(long, value_enum, default_value_t = TestFormat::Text)]
    pub format: TestFormat,
    /// Only tests whose name contains this.
    #[arg(long)]
    pub filter: Option<String>,
    /// Show rules that never fired, guards that were never reached, parts of `or` that never decided.
    #[arg(long)]
    pub coverage: bool,
    /// Fail where less than this share, in percent, is covered.
    #[arg(long, value_name = "PERCENT")]
    pub min_coverage: Option<u8>,
}

#[derive(Args, Debug)]
pub struct SimulateArguments {
    /// How many histories: one for each seed.
    #[arg(long, default_value_t = 1000, value_name = "N")]
    pub seeds: u64,
    /// The first seed.
    #[arg(long, default_value_t = 0, value_name = "SEED")]
    pub from: u64,
    /// What goes wrong: `mixed` draws from all the others.
    #[arg(long, default_value = "mixed", value_parser = clap::builder::PossibleValuesParser::new(crate::runtime::simulation::NAMES))]
    pub scenario: String,
    /// Tell the whole history of the first seed, whether or not it breaks.
    #[arg(long)]
    pub tell: bool,
    /// Break each safety rule on purpose, and say with which seed the invariants find it.
    #[arg(long, conflicts_with = "tell")]
    pub mutations: bool,
    /// Kill the process at each side effect in turn, before it and after it, for each of the seeds.
    #[arg(long, conflicts_with_all = ["tell", "mutations"])]
    pub exhaustive: bool,
    /// With `--exhaustive`: kill its successor too, at each of its next effects.
    #[arg(long, requires = "exhaustive")]
    pub twice: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum TestFormat {
    Text,
    Json,
    Junit,
}

#[derive(Args, Debug)]
pub struct FormatArguments {
    /// Files or folders.
    #[arg(default_value = "rules")]
    pub paths: Vec<PathBuf>,
    /// Write nothing; exit 1 where a file is not in the canonical layout.
    #[arg(long)]
    pub check: bool,
    /// Write nothing; show what would change.
    #[arg(long)]
    pub diff: bool,
}

#[derive(Args, Debug)]
pub struct ExplainArguments {
    /// A code such as `E0101` or `W0301`.
    #[arg(required_unless_present = "all")]
    pub code: Option<String>,
    /// Every code, as Markdown: `docs/errors.md`.
    #[arg(long, conflicts_with = "code")]
    pub all: bool,
}

/// What every command needs that touches the real world.
#[cfg(all(feature = "aws", feature = "kubernetes", feature = "http"))]
#[derive(Args, Clone, Debug)]
pub struct WorldArguments {
    /// Where things are.
    #[arg(long, default_value = "smartscale.toml", env = "SMARTSCALE_CONFIG", value_name = "FILE")]
    pub config: PathBuf,
    /// The cluster, where the ruleset has several.
    #[arg(long)]
    pub cluster: Option<String>,
}

#[cfg(all(feature = "aws", feature = "kubernetes", feature = "http"))]
#[derive(Args, Debug)]
pub struct PlanArguments {
    #[command(flatten)]
    pub world: WorldArguments,
    /// Write the plan to this file too, for `smartscale apply`.
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// As data instead of text.
    #[arg(long)]
    pub json: bool,
}

#[cfg(all(feature = "aws", feature = "kubernetes", feature = "http"))]
#[derive(Args, Debug)]
pub struct ApplyArguments {
    /// What `smartscale plan --out` wrote.
    #[arg(value_name = "FILE")]
    pub plan: PathBuf,
    /// Refuse a plan that is older.
    #[arg(long, default_value = "10m", value_name = "DURATION")]
    pub max_age: jiff::SignedDuration,
    #[command(flatten)]
    pub world: WorldArguments,
    /// As data instead of text.
    #[arg(long)]
    pub json: bool,
}

#[cfg(all(feature = "aws", feature = "kubernetes", feature = "daemon"))]
#[derive(Args, Debug)]
pub struct RunArguments {
    #[command(flatten)]
    pub world: WorldArguments,
    /// One tick, then exit.
    #[arg(long)]
    pub once: bool,
    /// Evaluate the rules though their interval has not passed, with `--once`.
    #[arg(long, requires = "once")]
    pub evaluate: bool,
    /// As data instead of text, with `--once`.
    #[arg(long, requires = "once")]
    pub json: bool,
}

#[cfg(all(feature = "aws", feature = "kubernetes", feature = "http"))]
#[derive(Args, Debug)]
pub struct StatusArguments {
    #[command(flatten)]
    pub world: WorldArguments,
    /// As data instead of text.
    #[arg(long)]
    pub json: bool,
    /// How many of the latest events to show.
    #[arg(long, default_value_t = 20, value_name = "N")]
    pub events: usize,
}

#[derive(Debug, Subcommand)]
pub enum LedgerCommand {
    /// Create the DynamoDB table that smartscale.toml names, with its TTL.
    #[cfg(all(feature = "aws", feature = "kubernetes", feature = "http"))]
    Create(WorldArguments),
    /// Write everything that the ledger knows of a cluster as JSON lines.
    Export(ExportArguments),
    /// Take in what `ledger export` wrote, from another ledger or this one.
    Import(ImportArguments),
}

#[cfg(all(feature = "aws", feature = "kubernetes", feature = "http"))]
#[derive(Debug, Subcommand)]
pub enum PricesCommand {
    /// Fetch what instances cost on demand in the region of smartscale.toml, and write the table that it names.
    Refresh(RefreshArguments),
}

#[cfg(all(feature = "aws", feature = "kubernetes", feature = "http"))]
#[derive(Args, Debug)]
pub struct RefreshArguments {
    /// Where things are.
    #[arg(long, default_value = "smartscale.toml", value_name = "FILE")]
    pub config: PathBuf,
    /// Another region than that of smartscale.toml.
    #[arg(long, value_name = "REGION")]
    pub region: Option<String>,
}

#[cfg(feature = "web")]
#[derive(Args, Debug)]
pub struct DemoArguments {
    /// Where the status page listens.
    #[arg(long, default_value = "127.0.0.1:8300", value_name = "ADDRESS")]
    pub page: SocketAddr,
    /// Another ruleset than the one that comes with SmartScale.
    #[arg(long, value_name = "PATH")]
    pub rules: Option<PathBuf>,
    /// Keep the ledger in this new file, to ask it: `smartscale why --ledger FILE`.
    #[arg(long, value_name = "FILE")]
    pub ledger: Option<PathBuf>,
    /// Simulated seconds in one second.
    #[arg(long, default_value_t = 600, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub speed: u32,
    /// End after that many simulated hours; by default with Ctrl-C.
    #[arg(long, value_name = "N")]
    pub hours: Option<u32>,
}
