use std::fmt::Write as _;

use jiff::Timestamp;
use serde_json::json;

use crate::cli::arguments::StatusArguments;
use crate::cli::exit::Exit;
use crate::cli::output::{complain, print};
use crate::cli::real::Setting;
use crate::cli::setting::in_runtime;
use crate::ledger::{Event, Ledger as _, LedgerError, Span, Standing};
use crate::plan::operation_in_words;
use crate::rules::Cluster;
use crate::runtime::{Access, ConfiguredLedger};

/// `smartscale status`: reads the ledger alone, without a lease.
pub fn status(arguments: &StatusArguments) -> Exit {
    let Some(setting) = Setting::read(&arguments.world) else { return Exit::Failed };
    in_runtime(async {
        match read(&setting, arguments.events).await {
            Ok((standing, events)) => {
                let text = if arguments.json {
                    let state = standing.as_ref().and_then(|standing| standing.state.as_ref());
                    format!("{:#}\n", json!({ "version": 1, "cluster": setting.cluster().name, "state": state, "events": events }))
                } else {
                    as_text(standing.as_ref(), &events, &setting.cluster())
                };
                print(&text);
                Exit::Clean
            }
            Err(error) => {
                complain(&error.to_string(), error.help());
                Exit::Failed
            }
        }
    })
}

async fn read(setting: &Setting, at_most: usize) -> Result<(Option<Standing>, Vec<Event>), LedgerError> {
    let ledger = ConfiguredLedger::open(&setting.configuration, Access::Read).await?;
    let name = &setting.cluster().name;
    let standing = ledger.read(name).await?;
    let events = ledger.events(name, Span { from: Timestamp::MIN, to: Timestamp::MAX }, at_most).await?;
    Ok((standing, events))
}

fn as_text(standing: Option<&Standing>, events: &[Event], cluster: &Cluster) -> String {
    let local = |at: Timestamp| at.to_zoned(cluster.timezone.clone()).strftime("%Y-%m-%d %H:%M:%S").to_string();
    let mut lines = vec![cluster.name.clone()];
    let state = standing.and_then(|standing| standing.state.as_ref());
    match state {
        None => lines.push("the ledger knows nothing of this cluster: no tick has run yet".to_owned()),
        Some(state) => {
            lines.push(match state.evaluated_at {
                Some(at) => format!("last evaluated {} ({})", local(at), cluster.timezone.iana_name().unwrap_or("UTC")),
                None => "never evaluated".to_owned(),
            });
            if let Some(ruleset) = &state.ruleset {
                let same = if *ruleset == cluster.hash() { "as in the files" } else { "the files have changed since" };
                lines.push(format!("rules {ruleset}, {same}"));
            }
            lines.push(match state.progress.operations.len() {
                0 => "nothing in flight".to_owned(),
                _ => "in flight:".to_owned(),
            });
            for operation in &state.progress.operations {
                lines.push(format!("  {} {}", local(operation.decided_at()), operation_in_words(operation)));
            }
        }
    }
    if let Some(lease) = standing.and_then(|standing| standing.lease.as_ref()) {
        lines.push(format!("a tick holds the lease: `{}`, until {}", lease.owner, local(lease.expires_at)));
    }
    if !events.is_empty() {
        lines.push("latest events:".to_owned());
        lines.extend(events.iter().map(|event| format!("  {} {}", local(event.at), event.text)));
    }
    lines.iter().fold(String::new(), |mut text, line| {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{line}");
        text
    })
}
