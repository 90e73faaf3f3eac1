use std::io::{self, BufRead};

use jiff::{SignedDuration, Timestamp};

use crate::ledger::{Claim, Lease, Ledger, LedgerError, Records, State, Write, state_from};
use crate::runtime::transfer::{Counted, FORMAT, Header, Line};

/// How long the lease is asked for with each write.
const LEASE: SignedDuration = SignedDuration::from_mins(5);
const SKEW: SignedDuration = SignedDuration::from_secs(10);
/// How many records go into one write.
const BATCH: usize = 200;

/// Why an export was not taken in.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    #[error("the export cannot be read: {0}")]
    Unread(#[from] io::Error),
    #[error("line {line} is none of an export: {reason}")]
    Line { line: usize, reason: String },
    #[error("the export is of format {found}, this smartscale knows format {FORMAT}")]
    Format { found: u32 },
    #[error("the export was cut short: its end is missing")]
    CutShort,
    #[error("the export is not whole: it should have {wanted:?} and has {found:?}")]
    Miscounted { wanted: Counted, found: Counted },
    #[error("the export is of `{found}`, and `{wanted}` is asked for")]
    OtherCluster { found: String, wanted: String },
    #[error("the ledger already knows `{cluster}`")]
    NotEmpty { cluster: String },
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

impl ImportError {
    /// What a person can do about it.
    #[must_use]
    pub fn help(&self) -> Option<&'static str> {
        match self {
            Self::NotEmpty { .. } => Some("`--force` puts the exported state in its place; records that are there stay"),
            Self::CutShort | Self::Miscounted { .. } => Some("nothing was imported: export again"),
            Self::OtherCluster { .. } => Some("name the cluster with `--cluster NAME`"),
            Self::Ledger(LedgerError::Held { .. }) => Some("stop what runs on this ledger, and wait until its lease has expired"),
            Self::Ledger(error) => error.help(),
            Self::Unread(_) | Self::Line { .. } | Self::Format { .. } => None,
        }
    }
}

/// An export that was read through once and is whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    pub header: Header,
    pub state: State,
    pub counted: Counted,
}

/// How an export is taken in.
#[derive(Clone, Debug)]
pub struct Importing {
    /// Unlike any other holder's.
    pub owner: String,
    /// Put it in the place of what is there.
    pub force: bool,
}

/// Reads an export through and writes nothing.
///
/// # Errors
///
/// Where it is none, of a newer version, or not whole.
pub fn check(export: impl BufRead) -> Result<Checked, ImportError> {
    let (mut header, mut state, mut end) = (None, None, None);
    let mut found = Counted::default();
    for line in lines(export) {
        let (number, line) = line?;
        let misplaced = |what: &str| ImportError::Line { line: number, reason: format!("{what} stands in the wrong place") };
        match line {
            _ if end.is_some() => return Err(misplaced("something after the end")),
            Line::Header(line) if header.is_none() => {
                if line.smartscale_ledger != FORMAT {
                    return Err(ImportError::Format { found: line.smartscale_ledger });
                }
                header = Some(line);
            }
            _ if header.is_none() => return Err(misplaced("something before the header")),
            Line::State(value) if state.is_none() => state = Some(state_from(value)?),
            Line::Header(_) | Line::State(_) => return Err(misplaced("a second header or state")),
            Line::Event(_) => found.events += 1,
            Line::Sample(_) => found.samples += 1,
            Line::Ruleset(_) => found.rulesets += 1,
            Line::End(counted) => end = Some(counted),
        }
    }
    let (Some(header), Some(state), Some(wanted)) = (header, state, end) else { return Err(ImportError::CutShort) };
    if wanted == found { Ok(Checked { header, state, counted: found }) } else { Err(ImportError::Miscounted { wanted, found }) }
}

/// Takes an export in that was checked. Every write is under the lease and carries the whole state: one that is cut short
/// leaves a ledger that lacks records and nothing else.
///
/// # Errors
///
/// Where the lease is held, the ledger has the cluster already, or cannot be written.
pub async fn import(
    ledger: &impl Ledger,
    export: impl BufRead,
    checked: &Checked,
    how: &Importing,
    clock: impl Fn() -> Timestamp,
) -> Result<(), ImportError> {
    let cluster = &checked.header.cluster;
    let claim = Claim { owner: how.owner.clone(), now: clock(), lasts: LEASE, skew: SKEW };
    let acquired = ledger.acquire(cluster, &claim).await?;
    if acquired.state.is_some() && !how.force {
        ledger.release(&acquired.lease).await?;
        return Err(ImportError::NotEmpty { cluster: cluster.clone() });
    }
    let mut lease = ledger.raise_fence(&acquired.lease, checked.header.fence).await?;
    let (mut batch, mut size) = (Records::default(), 0);
    for line in lines(export) {
        match line?.1 {
            Line::Event(event) => batch.events.push(*event),
            Line::Sample(recorded) => batch.samples.push(recorded),
            Line::Ruleset(rules) => {
                batch.ruleset = Some(rules);
                // A write carries one.
                size = BATCH;
            }
            Line::Header(_) | Line::State(_) | Line::End(_) => continue,
        }
        size += 1;
        if size >= BATCH {
            let records = std::mem::take(&mut batch);
            lease = renewed(ledger, &lease, Write { state: &checked.state, records }, clock()).await?;
            size = 0;
        }
    }
    ledger.commit(&lease, Write { state: &checked.state, records: batch }).await?;
    Ok(())
}

async fn renewed(ledger: &impl Ledger, lease: &Lease, write: Write<'_>, now: Timestamp) -> Result<Lease, LedgerError> {
    ledger.intend(lease, write, now.saturating_add(LEASE).unwrap_or(Timestamp::MAX)).await
}

/// Each line with its number, from 1.
fn lines(export: impl BufRead) -> impl Iterator<Item = Result<(usize, Line), ImportError>> {
    (1..).zip(export.lines()).map(|(number, text)| {
        let line = serde_json::from_str(&text?).map_err(|error| ImportError::Line { line: number, reason: error.to_string() })?;
        Ok((number, line))
    })
}
