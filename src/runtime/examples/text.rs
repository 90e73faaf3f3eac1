use std::fmt::Write as _;

use crate::runtime::examples::{Coverage, ExampleResult, TestReport};

/// The report for people: each failure with what was expected, what came, and why, then the count.
#[must_use]
pub fn text(report: &TestReport) -> String {
    let mut out = String::new();
    for result in report.results.iter().filter(|result| !result.passed()) {
        failure(&mut out, result);
    }
    let (failed, all) = (report.failed(), report.results.len());
    let evaluations: usize = report.results.iter().map(|result| result.evaluations).sum();
    let evaluations = if evaluations == 1 { "1 evaluation".to_owned() } else { format!("{evaluations} evaluations") };
    // Writing to a string does not fail.
    let _ = match (failed, all) {
        (_, 0) => writeln!(out, "no tests"),
        (0, 1) => writeln!(out, "1 test passed ({evaluations})"),
        (0, _) => writeln!(out, "{all} tests passed ({evaluations})"),
        _ => writeln!(out, "{failed} of {all} tests failed ({evaluations})"),
    };
    out
}

fn failure(out: &mut String, result: &ExampleResult) {
    let _ = writeln!(out, "FAILED {:?} ({}, cluster {:?})", result.name, result.location, result.cluster);
    for miss in &result.misses {
        let _ = writeln!(out, "  {}: at {:#}", miss.location, miss.at);
        let _ = writeln!(out, "    expected  {}", miss.expected);
        let _ = writeln!(out, "    got       {}", miss.got);
        if miss.evaluated_at != miss.at {
            let _ = writeln!(out, "    the last evaluation before that was at {:#}", miss.evaluated_at);
        }
        for line in miss.because.lines() {
            let _ = writeln!(out, "    | {line}");
        }
    }
    out.push('\n');
}

/// What the tests did not touch, then the share that they did.
#[must_use]
pub fn coverage_text(report: &TestReport) -> String {
    let mut out = String::new();
    for coverage in &report.coverage {
        let lines = missed(coverage);
        if !lines.is_empty() {
            let _ = writeln!(out, "cluster {:?} is not covered in:", coverage.cluster);
            for line in lines {
                let _ = writeln!(out, "  {line}");
            }
        }
    }
    let (reached, all) = report.coverage.iter().map(Coverage::counts).fold((0, 0), |sum, counts| (sum.0 + counts.0, sum.1 + counts.1));
    let _ = writeln!(out, "coverage {:.1}% ({reached} of {all} rules, guards and parts of `or`)", report.covered_percent());
    out
}

fn missed(coverage: &Coverage) -> Vec<String> {
    let rules = coverage.rules.iter().filter(|rule| !rule.covered).map(|rule| format!("rule {} never fired", rule.name));
    let guards = coverage.guards.iter().filter(|guard| !guard.covered).map(|guard| format!("guard {} was never reached", guard.name));
    let branches = coverage.branches.iter().filter(|branch| !branch.covered);
    let branches = branches.map(|branch| format!("`{}` never decided rule {}", branch.branch, branch.rule));
    rules.chain(guards).chain(branches).collect()
}
