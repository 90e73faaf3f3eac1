use std::collections::BTreeSet;
use std::io::{self, Write};
use std::ops::ControlFlow;

use jiff::Timestamp;

use crate::ledger::{EventKind, Ledger, LedgerError, Span, State};
use crate::runtime::answers::backwards;
use crate::runtime::transfer::{Counted, FORMAT, Header, Line};

const ALL: Span = Span { from: Timestamp::MIN, to: Timestamp::MAX };

/// Why a ledger was not exported.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    #[error("the ledger knows nothing of `{cluster}`: there is nothing to export")]
    Nothing { cluster: String },
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    #[error("the export cannot be written: {0}")]
    Unwritten(#[from] io::Error),
}

/// Writes everything that the ledger knows of a cluster, the newest events first. It takes no lease: what was written as one
/// is read as one, and a tick that runs meanwhile leaves a state that the next can carry on.
///
/// # Errors
///
/// Where the ledger cannot be read, has nothing, or the lines cannot be written.
pub async fn export(ledger: &impl Ledger, cluster: &str, now: Timestamp, out: &mut impl Write) -> Result<Counted, ExportError> {
    let standing = ledger.read(cluster).await?;
    let nothing = || ExportError::Nothing { cluster: cluster.to_owned() };
    let (state, fence) = standing.and_then(|standing| Some((standing.state?, standing.fence))).ok_or_else(nothing)?;
    let State { schema, .. } = state;
    line(out, &Line::Header(Header { smartscale_ledger: FORMAT, cluster: cluster.to_owned(), schema, fence, exported_at: now }))?;
    let mut hashes: BTreeSet<String> = state.ruleset.iter().cloned().collect();
    line(out, &Line::State(serde_json::to_value(&state).map_err(io::Error::from)?))?;
    let mut counted = Counted::default();
    let mut written = Ok(());
    backwards(ledger, cluster, ALL, |event| {
        if let EventKind::Decided(decided) = &event.kind {
            hashes.insert(decided.ruleset.clone());
        }
        counted.events += 1;
        written = line(out, &Line::Event(Box::new(event)));
        if written.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    })
    .await?;
    written?;
    for recorded in ledger.samples(cluster, ALL).await? {
        counted.samples += 1;
        line(out, &Line::Sample(recorded))?;
    }
    for hash in hashes {
        if let Some(rules) = ledger.ruleset(cluster, &hash).await? {
            counted.rulesets += 1;
            line(out, &Line::Ruleset(rules))?;
        }
    }
    line(out, &Line::End(counted))?;
    out.flush()?;
    Ok(counted)
}

fn line(out: &mut impl Write, line: &Line) -> io::Result<()> {
    serde_json::to_writer(&mut *out, line)?;
    out.write_all(b"\n")
}
