//! Windows.

use super::align::Group;
use super::expr::list;
use super::layout::Layout;
use crate::syntax::tree::{Days, Window, WindowPart, Word};

pub(super) fn line(layout: &mut Layout<'_>, window: &Window<'_>) {
    let parts: Vec<String> = window.parts.iter().map(|part| self::part(&part.node)).collect();
    let mut value = format!("= {}", parts.join(" or "));
    if !window.except.is_empty() {
        value.push_str(&format!(" except {}", list(window.except.iter().map(|date| date.node.to_string()))));
    }
    layout.line(window.span, Group::Definition, vec![format!("window {}", window.name.node), value]);
}

fn part(part: &WindowPart) -> String {
    match part {
        WindowPart::Weekly { days, start, end } => format!("{} {}..{}", self::days(&days.node), start.node, end.node),
        WindowPart::Dates { start, end } => format!("{}..{}", start.node, end.node),
        WindowPart::Moments { start_date, start_time, end_date, end_time } => {
            format!("{} {}..{} {}", start_date.node, start_time.node, end_date.node, end_time.node)
        }
    }
}

fn days(days: &Days) -> String {
    match days {
        Days::Daily => "daily".to_owned(),
        Days::Weekdays => "weekdays".to_owned(),
        Days::Weekends => "weekends".to_owned(),
        Days::Range(first, last) => format!("{}..{}", first.node.as_str(), last.node.as_str()),
        Days::List(days) => list(days.iter().map(|day| day.node.as_str().to_owned())),
    }
}
