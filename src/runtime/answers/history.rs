use std::ops::ControlFlow;

use crate::decide::Action;
use crate::ledger::{Event, EventKind, Ledger, LedgerError, Span};
use crate::runtime::answers::find::backwards;

/// Which events are wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    pub span: Span,
    /// The words of [`EventKind::word`]; empty: all, but for decisions to stay.
    pub kinds: Vec<String>,
    /// Decisions to stay too.
    pub all: bool,
    /// Only what belongs to this operation.
    pub operation: Option<String>,
    /// The newest of them.
    pub at_most: usize,
}

/// What happened, the oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Chronicle {
    pub events: Vec<Event>,
    /// Decisions to stay that were left out between them.
    pub stays: usize,
    /// There are older ones than these.
    pub more: bool,
}

/// Reads the newest events that are wanted.
///
/// # Errors
///
/// Where the ledger cannot be read.
pub async fn history(ledger: &impl Ledger, cluster: &str, wanted: &Wanted) -> Result<Chronicle, LedgerError> {
    let mut chronicle = Chronicle::default();
    backwards(ledger, cluster, wanted.span, |event| {
        if wanted.leaves_out(&event) {
            chronicle.stays += 1;
        } else if wanted.takes(&event) {
            if chronicle.events.len() == wanted.at_most {
                chronicle.more = true;
                return ControlFlow::Break(());
            }
            chronicle.events.push(event);
        }
        ControlFlow::Continue(())
    })
    .await?;
    chronicle.events.reverse();
    Ok(chronicle)
}

impl Wanted {
    fn leaves_out(&self, event: &Event) -> bool {
        let stays = matches!(&event.kind, EventKind::Decided(decided) if decided.decision.action == Action::Stay);
        stays && !self.all && self.kinds.is_empty() && self.operation.is_none()
    }

    fn takes(&self, event: &Event) -> bool {
        let of_kind = self.kinds.is_empty() || self.kinds.iter().any(|kind| kind == event.kind.word());
        of_kind && self.operation.as_ref().is_none_or(|id| event.kind.concerns(id))
    }
}
