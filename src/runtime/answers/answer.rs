use std::ops::ControlFlow;
use std::sync::Arc;

use jiff::Timestamp;

use crate::ledger::{Decided, EventKind, Ledger, LedgerError, Span};
use crate::rules::Cluster;
use crate::runtime::answers::find::backwards;
use crate::runtime::answers::{Replay, Today};

/// One recorded decision, decided again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    pub decided: Decided,
    /// The rules by which it was decided, where the ledger still has them.
    pub rules: Option<Arc<Cluster>>,
    pub replay: Replay,
    /// `None`: no files were given to compare with.
    pub today: Option<Today>,
}

/// There is nothing to explain.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoAnswer {
    #[error("the ledger knows nothing of `{cluster}`: no tick has run yet")]
    NothingKnown { cluster: String },
    #[error("the ledger has no decision of `{cluster}` at or before {at:.0}")]
    NoDecision { cluster: String, at: Timestamp },
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

impl NoAnswer {
    /// What a person can do about it.
    #[must_use]
    pub fn help(&self) -> Option<&'static str> {
        match self {
            Self::NothingKnown { .. } => Some("`smartscale run` makes decisions, `smartscale plan` shows what it would decide"),
            Self::NoDecision { .. } => {
                Some("`smartscale history --kind decided` lists the decisions that it has; events are kept for 90 days")
            }
            Self::Ledger(error) => error.help(),
        }
    }
}

/// The last decision at or before `at`, decided again with what was recorded; `files` are the rules as they are today.
///
/// # Errors
///
/// Where the ledger cannot be read or has no such decision.
pub async fn why(ledger: &impl Ledger, cluster: &str, at: Timestamp, files: Option<&Cluster>) -> Result<Answer, NoAnswer> {
    let mut found = None;
    backwards(ledger, cluster, Span { from: Timestamp::MIN, to: at }, |event| match event.kind {
        EventKind::Decided(decided) => {
            found = Some(decided);
            ControlFlow::Break(())
        }
        _ => ControlFlow::Continue(()),
    })
    .await?;
    let Some(decided) = found else {
        let cluster = cluster.to_owned();
        let known = ledger.read(&cluster).await?.is_some();
        return Err(if known { NoAnswer::NoDecision { cluster, at } } else { NoAnswer::NothingKnown { cluster } });
    };
    let rules = ledger.ruleset(cluster, &decided.ruleset).await?;
    let replay = Replay::of(&decided, rules.as_deref());
    let today = files.map(|files| Today::of(&decided, rules.as_deref(), files));
    Ok(Answer { decided, rules, replay, today })
}
