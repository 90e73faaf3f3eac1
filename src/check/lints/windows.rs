//! W0401 to W0403: windows that never open, always are open, or leave a gap of a minute before midnight.

use jiff::civil::Date;

use crate::check::lints::Subject;
use crate::check::lints::week::Minutes;
use crate::diagnostic::codes::lint_sources::{ALWAYS_OPEN, MIDNIGHT, NEVER_OPENS};
use crate::diagnostic::{Diagnostic, Fix};
use crate::rules::{Stretch, Window};
use crate::syntax::tree::{TimeOfDay, WindowPart};

/// 23:59.
const LAST_MINUTE: TimeOfDay = TimeOfDay(1439);

pub(super) fn check(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    for (window, text) in subject.cluster.windows.iter().zip(&subject.windows) {
        if window.stretches.iter().all(|stretch| is_dropped(stretch, &window.except)) {
            let message = format!("the window `{}` never opens: every day of it is excepted", window.name);
            found.push(Diagnostic::new(NEVER_OPENS, text.name.span, message));
        }
        if window.except.is_empty() && is_always_open(window) {
            let message = format!("the window `{}` is always open", window.name);
            found.push(Diagnostic::new(ALWAYS_OPEN, text.name.span, message).label("covers every minute of the week"));
        }
        for part in &text.parts {
            let end = match &part.node {
                WindowPart::Weekly { end, .. } => end,
                WindowPart::Moments { end_time, .. } => end_time,
                WindowPart::Dates { .. } => continue,
            };
            if end.node == LAST_MINUTE {
                let diagnostic = Diagnostic::new(MIDNIGHT, end.span, "the window closes a minute before midnight");
                found.push(diagnostic.note("ends are exclusive").fix(Fix::always("write `24:00`", end.span, "24:00")));
            }
        }
    }
}

/// Whether the exceptions leave nothing of the stretch.
fn is_dropped(stretch: &Stretch, except: &[Date]) -> bool {
    match stretch {
        Stretch::Weekly { .. } => false,
        Stretch::Dated { start, .. } => except.contains(&start.date()),
        Stretch::Dates { first, last } => {
            let days = first.until(*last).map_or(i64::MAX, |span| i64::from(span.get_days())) + 1;
            let mut dropped: Vec<Date> = except.iter().copied().filter(|date| first <= date && date <= last).collect();
            dropped.sort_unstable();
            dropped.dedup();
            i64::try_from(dropped.len()).is_ok_and(|dropped| dropped >= days)
        }
    }
}

fn is_always_open(window: &Window) -> bool {
    // A week has so many minutes that one stretch alone must be long to begin with: do not count them all for nothing.
    let hours: usize = window
        .stretches
        .iter()
        .map(|stretch| match stretch {
            Stretch::Weekly { start, end, .. } if end > start => usize::from(end.minutes - start.minutes) * 7,
            Stretch::Weekly { start, end, .. } => usize::from(end.minutes + 1440 - start.minutes) * 7,
            _ => 0,
        })
        .sum();
    hours >= 7 * 1440 && Minutes::of(window).is_full()
}
