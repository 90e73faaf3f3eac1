use jiff::SignedDuration;
use serde::Serialize;

use crate::runtime::examples::Coverage;

/// What became of all the tests of a ruleset; `--format json` is this as it stands.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct TestReport {
    pub results: Vec<ExampleResult>,
    /// One for each cluster that has tests or could have them.
    pub coverage: Vec<Coverage>,
}

/// What became of one `test` block.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct ExampleResult {
    pub cluster: String,
    pub name: String,
    /// File and line.
    pub location: String,
    pub evaluations: usize,
    /// Empty: it passed.
    pub misses: Vec<Miss>,
}

/// One expectation that did not come true.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Miss {
    /// File and line.
    pub location: String,
    /// As the expectation says it, since the start.
    pub at: SignedDuration,
    /// The evaluation that it looks at.
    pub evaluated_at: SignedDuration,
    pub expected: String,
    pub got: String,
    /// The whole because of that evaluation, one line each.
    pub because: String,
}

impl ExampleResult {
    #[must_use]
    pub fn passed(&self) -> bool {
        self.misses.is_empty()
    }
}

impl TestReport {
    #[must_use]
    pub fn failed(&self) -> usize {
        self.results.iter().filter(|result| !result.passed()).count()
    }

    /// The share of what could be covered that was, in percent, over all clusters; 100 where there is nothing to cover.
    #[must_use]
    pub fn covered_percent(&self) -> f64 {
        let (reached, all) = self.coverage.iter().map(Coverage::counts).fold((0, 0), |sum, counts| (sum.0 + counts.0, sum.1 + counts.1));
        if all == 0 { 100.0 } else { 100.0 * reached as f64 / all as f64 }
    }
}
