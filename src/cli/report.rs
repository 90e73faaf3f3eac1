use std::fmt::Write as _;

use jiff::tz::TimeZone;
use serde_json::{Value, json};

use crate::cli::output::painted;
use crate::plan::{Failure, Outcome, operation_in_words, outcome_in_words, step_in_words};
use crate::rules::Cluster;
use crate::runtime::PLANNED_ONLY;
use crate::runtime::tick::{Ended, TickReport};

/// One tick for people: the decision with its because, then what was done, what goes on, and what was missing.
#[must_use]
pub fn report_text(report: &TickReport, cluster: &Cluster, colour: bool) -> String {
    let mut text = format!("{} at {}\n", report.cluster, local(report.at, &cluster.timezone));
    match &report.ended {
        Ended::Committed => {}
        Ended::Held { by, until } => {
            line(&mut text, &format!("another tick is running (`{by}`, until {}): nothing was done", local(*until, &cluster.timezone)));
            return text;
        }
        Ended::Stale { reasons } => {
            reasons.iter().for_each(|reason| line(&mut text, &format!("stale: {reason}")));
            line(&mut text, "the plan no longer fits, and nothing was done: make a new one with `smartscale plan --out FILE`");
            return text;
        }
        Ended::LostLease => line(&mut text, "another tick took the lease over: nothing was written from then on"),
        Ended::NoLedger { reason, help } => {
            line(&mut text, &format!("error: {reason}"));
            if let Some(help) = help {
                line(&mut text, &format!("  = help: {help}"));
            }
        }
    }
    match &report.decided {
        Some(decided) => text.push_str(&painted(&decided.decision.account(&cluster.timezone), colour)),
        None if report.is_committed() => {
            let due = report.next_evaluation.map(|at| format!(": the next is due at {}", local(at, &cluster.timezone)));
            line(&mut text, &format!("no evaluation was due{}", due.unwrap_or_default()));
        }
        None => {}
    }
    list(&mut text, "missing", report.missing.iter().cloned());
    list(&mut text, "passed over", report.passed_over.iter().map(|passed| format!("{}: {}", passed.node_name, passed.reason)));
    list(&mut text, "steps", report.outcomes.iter().map(step_line));
    list(&mut text, "remarks", report.remarks.iter().map(|remark| remark.text.clone()));
    list(&mut text, "in flight", report.operations.iter().map(operation_in_words));
    text
}

/// A step that was only planned is shown as such; its made-up outcome is not.
fn step_line(outcome: &Outcome) -> String {
    match &outcome.result {
        Err(Failure { code, .. }) if code == PLANNED_ONLY => format!("would {}", step_in_words(&outcome.step)),
        _ => outcome_in_words(outcome),
    }
}

fn list(text: &mut String, title: &str, lines: impl Iterator<Item = String>) {
    let mut lines = lines.peekable();
    if lines.peek().is_some() {
        line(text, &format!("{title}:"));
        lines.for_each(|entry| line(text, &format!("  {entry}")));
    }
}

fn line(text: &mut String, words: &str) {
    // Writing to a String cannot fail.
    let _ = writeln!(text, "{words}");
}

fn local(at: jiff::Timestamp, zone: &TimeZone) -> String {
    at.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M:%S %Z").to_string()
}

/// The same as data.
#[must_use]
pub fn report_json(report: &TickReport) -> Value {
    let ended = match &report.ended {
        Ended::Committed => json!("committed"),
        Ended::Held { by, until } => json!({ "held": { "by": by, "until": until } }),
        Ended::LostLease => json!("lost-lease"),
        Ended::Stale { reasons } => json!({ "stale": reasons }),
        Ended::NoLedger { reason, .. } => json!({ "no-ledger": reason }),
    };
    json!({
        "version": 1,
        "cluster": report.cluster,
        "at": report.at,
        "ended": ended,
        "counts": report.counts,
        "decision": report.decided.as_ref().map(|decided| &decided.decision),
        "missing": report.missing,
        "steps": report.outcomes,
        "remarks": report.remarks,
        "operations": report.operations,
        "finished": report.finished,
        "announced": report.announced,
        "next_evaluation": report.next_evaluation,
    })
}
