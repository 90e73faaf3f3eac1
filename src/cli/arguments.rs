use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

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
    /// Explain a code of a diagnostic: why, an example, a fix.
    Explain(ExplainArguments),
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
pub struct ExplainArguments {
    /// A code such as `E0101` or `W0301`.
    #[arg(required_unless_present = "all")]
    pub code: Option<String>,
    /// Every code, as Markdown: `docs/errors.md`.
    #[arg(long, conflicts_with = "code")]
    pub all: bool,
}
