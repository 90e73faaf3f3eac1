use std::fmt::Write as _;

use crate::runtime::examples::{ExampleResult, TestReport};

/// The report as CI servers read it: one suite for each cluster, one case for each test.
#[must_use]
pub fn junit(report: &TestReport) -> String {
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    // Writing to a string does not fail.
    let _ = writeln!(out, "<testsuites tests=\"{}\" failures=\"{}\">", report.results.len(), report.failed());
    for coverage in &report.coverage {
        let of_cluster = || report.results.iter().filter(|result| result.cluster == coverage.cluster);
        let failed = of_cluster().filter(|result| !result.passed()).count();
        let name = escaped(&coverage.cluster);
        let _ = writeln!(out, "  <testsuite name=\"{name}\" tests=\"{}\" failures=\"{failed}\">", of_cluster().count());
        of_cluster().for_each(|result| case(&mut out, result));
        out.push_str("  </testsuite>\n");
    }
    out.push_str("</testsuites>\n");
    out
}

fn case(out: &mut String, result: &ExampleResult) {
    let (file, line) = result.location.rsplit_once(':').unwrap_or((result.location.as_str(), "0"));
    let head = format!(
        "    <testcase name=\"{}\" classname=\"{}\" file=\"{}\" line=\"{}\"",
        escaped(&result.name),
        escaped(&result.cluster),
        escaped(file),
        escaped(line)
    );
    if result.passed() {
        let _ = writeln!(out, "{head}/>");
        return;
    }
    let _ = writeln!(out, "{head}>");
    for miss in &result.misses {
        let message = format!("{}: at {:#} expected {}, got {}", miss.location, miss.at, miss.expected, miss.got);
        let _ = writeln!(out, "      <failure message=\"{}\">{}</failure>", escaped(&message), escaped(&miss.because));
    }
    out.push_str("    </testcase>\n");
}

/// XML 1.0 has no way to write most control characters: they are replaced.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' | '\t' => out.push(character),
            control if control.is_control() => out.push('\u{FFFD}'),
            plain => out.push(plain),
        }
    }
    out
}
