//! `smartscale test`: the `test` blocks of a ruleset, through the same tick on the sandbox.

mod coverage;
mod expectation;
mod junit;
mod report;
mod run;
mod text;

#[cfg(test)]
mod examples_tests;

pub use coverage::{Coverage, CoveredBranch, CoveredName};
pub use junit::junit;
pub use report::{ExampleResult, Miss, TestReport};
pub use run::run_examples;
pub use text::{coverage_text, text};
