use std::ops::ControlFlow;

use jiff::Timestamp;

use crate::ledger::{Event, Ledger, LedgerError, Span};

/// How many events are read at once, to begin with: one carries a whole decision.
const FIRST_PAGE: usize = 16;
const LARGEST_PAGE: usize = 512;

/// Shows the events of a span, the newest first, until `look` has seen enough.
///
/// # Errors
///
/// Where the ledger cannot be read.
pub async fn backwards(
    ledger: &impl Ledger,
    cluster: &str,
    span: Span,
    mut look: impl FnMut(Event) -> ControlFlow<()>,
) -> Result<(), LedgerError> {
    let (mut to, mut page) = (span.to, FIRST_PAGE);
    let mut last: Option<(Timestamp, u32)> = None;
    loop {
        let events = ledger.events(cluster, Span { from: span.from, to }, page).await?;
        let was_full = events.len() == page;
        let before = last;
        for event in events.into_iter().rev() {
            // The pages overlap at an instant, which may have more events than fitted.
            if last.is_some_and(|seen| event.key() >= seen) {
                continue;
            }
            last = Some(event.key());
            to = event.at;
            if look(event).is_break() {
                return Ok(());
            }
        }
        if !was_full {
            return Ok(());
        }
        // All of it was seen before: one instant fills the page.
        page = if last == before { page.saturating_mul(2) } else { (page * 2).min(LARGEST_PAGE.max(page)) };
    }
}
