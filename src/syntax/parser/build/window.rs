//! Windows.

use super::{Builder, Node, nearest};
use crate::diagnostic::codes::literals;
use crate::diagnostic::codes::syntax as code;
use crate::diagnostic::{Diagnostic, Fix};
use crate::source::{Span, Spanned};
use crate::syntax::parser::grammar::Rule;
use crate::syntax::tree::{Days, Name, Weekday, Window, WindowPart, Word};

const DAY_WORDS: [&str; 3] = ["daily", "weekdays", "weekends"];

impl<'s> Builder<'s> {
    pub(in crate::syntax::parser) fn window(&mut self, node: Node<'_>) -> Option<Window<'s>> {
        let span = self.span(&node);
        let mut name: Option<Name<'s>> = None;
        let mut window = Window { name: Spanned::new("", span), parts: Vec::new(), except: Vec::new(), span, broken: false };
        for node in node.into_inner() {
            match node.as_rule() {
                Rule::any_name | Rule::text => name = Some(self.defined(&node)),
                Rule::dated | Rule::weekly => {
                    let place = self.span(&node);
                    let part = if node.as_rule() == Rule::dated { self.dated(node) } else { self.weekly(node) };
                    window.broken |= part.is_none();
                    // Nearly all windows have one part.
                    window.parts.reserve_exact(1);
                    window.parts.extend(part.map(|part| Spanned::new(part, place)));
                }
                Rule::except => {
                    for date in node.into_inner().filter(|node| node.as_rule() == Rule::date) {
                        let date = self.date(&date);
                        window.broken |= date.is_none();
                        window.except.extend(date);
                    }
                }
                _ => {}
            }
        }
        window.name = name?;
        Some(window)
    }

    fn dated(&mut self, node: Node<'_>) -> Option<WindowPart> {
        let place = self.span(&node);
        let nodes: Vec<Node<'_>> = node.into_inner().collect();
        for range in nodes.iter().filter(|node| node.as_rule() == Rule::range_op) {
            self.range_op(range);
        }
        let rules: Vec<Rule> = nodes.iter().map(Node::as_rule).collect();
        match (rules.as_slice(), nodes.as_slice()) {
            ([Rule::date, _, Rule::date], [start, _, end]) => {
                let (start, end) = (self.date(start), self.date(end));
                Some(WindowPart::Dates { start: start?, end: end? })
            }
            ([Rule::date, Rule::time, _, Rule::date, Rule::time], [start_date, start_time, _, end_date, end_time]) => {
                let (start_date, start_time) = (self.date(start_date), self.start_time(start_time));
                let (end_date, end_time) = (self.date(end_date), self.time(end_time));
                Some(WindowPart::Moments { start_date: start_date?, start_time: start_time?, end_date: end_date?, end_time: end_time? })
            }
            ([Rule::date], [date]) => {
                let day = self.date(date)?;
                let meant = format!("{}..{}", day.node, day.node);
                self.rewrite(code::WINDOW_SPAN, place, "a window has a start and an end", &meant);
                Some(WindowPart::Dates { start: day, end: day })
            }
            ([Rule::date, Rule::time, _, Rule::time], [date, start, _, end]) => {
                let (day, start_time, end_time) = (self.date(date)?, self.start_time(start)?, self.time(end)?);
                let span = self.span(end);
                let date = day.node;
                let fix = Fix::always(format!("write `{date}` before the end too"), span.before(), format!("{date} "));
                self.report(Diagnostic::new(code::WINDOW_SPAN, span, "the end has no date").fix(fix));
                Some(WindowPart::Moments { start_date: day, start_time, end_date: day, end_time })
            }
            _ => {
                self.report(
                    Diagnostic::new(code::WINDOW_SPAN, place, "both ends of a window are dates, or both are dates with a time")
                        .note("`2026-11-27..2026-11-30` or `2026-11-27 18:00..2026-11-28 06:00`"),
                );
                None
            }
        }
    }

    fn weekly(&mut self, node: Node<'_>) -> Option<WindowPart> {
        let place = self.span(&node);
        let mut days = None;
        let (mut times, mut worded) = (None, false);
        let mut timed = false;
        for node in node.into_inner() {
            match node.as_rule() {
                Rule::days => {
                    worded = true;
                    days = self.days(node);
                }
                Rule::times => {
                    timed = true;
                    if !worded {
                        days = Some(Spanned::new(Days::Daily, self.span(&node).before()));
                    }
                    times = self.times(node, worded);
                }
                _ => {}
            }
        }
        if !timed {
            let fix = Fix::maybe("let it be open all day", place.after(), " 00:00..24:00");
            self.report(Diagnostic::new(code::WINDOW_SPAN, place, "these days have no times").fix(fix));
            return None;
        }
        let (start, end) = times?;
        Some(WindowPart::Weekly { days: days?, start, end })
    }

    fn days(&mut self, node: Node<'_>) -> Option<Spanned<Days>> {
        let place = self.span(&node);
        let mut words: Vec<Spanned<&str>> = Vec::new();
        let mut ranged = false;
        for node in node.into_inner() {
            match node.as_rule() {
                Rule::range_op => {
                    ranged = true;
                    self.range_op(&node);
                }
                Rule::day => {
                    let (text, span) = self.written(&node);
                    words.push(Spanned::new(text, span));
                }
                _ => {}
            }
        }
        if let [word] = words.as_slice() {
            let every = self.day_word(*word)?;
            return Some(Spanned::new(every, place));
        }
        let count = words.len();
        let days: Vec<Spanned<Weekday>> = words.into_iter().filter_map(|word| self.weekday(word)).collect();
        if days.len() < count {
            return None;
        }
        Some(Spanned::new(
            match days.as_slice() {
                [first, last] if ranged => Days::Range(*first, *last),
                _ => Days::List(days),
            },
            place,
        ))
    }

    /// One word for days: a set of them or one.
    fn day_word(&mut self, word: Spanned<&'s str>) -> Option<Days> {
        let days = |text: &str| match text {
            "daily" => Some(Days::Daily),
            "weekdays" => Some(Days::Weekdays),
            "weekends" => Some(Days::Weekends),
            _ => None,
        };
        if let Some(found) = days(word.node) {
            return Some(found);
        }
        let meant = match word.node.to_ascii_lowercase().as_str() {
            "daily" | "everyday" | "always" | "all" | "day" | "days" => Some("daily"),
            "weekday" | "weekdays" | "workdays" | "workday" => Some("weekdays"),
            "weekend" | "weekends" => Some("weekends"),
            _ => None,
        };
        if let Some(meant) = meant {
            self.rewrite(literals::DAYS, word.span, format!("`{}` is no word for days", word.node), meant);
            return days(meant);
        }
        self.weekday(word).map(|day| Days::List(vec![day]))
    }

    fn weekday(&mut self, word: Spanned<&'s str>) -> Option<Spanned<Weekday>> {
        if let Some(day) = Weekday::parse(word.node) {
            return Some(Spanned::new(day, word.span));
        }
        let lower = word.node.to_ascii_lowercase();
        let long = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
        let meant = long
            .iter()
            .zip(Weekday::ALL)
            .find(|(long, _)| lower.len() >= 3 && (long.starts_with(&lower) || nearest(&lower, std::iter::once(**long)).is_some()));
        if let Some((_, day)) = meant {
            self.rewrite(literals::DAYS, word.span, format!("`{}` is no word for a day", word.node), day.as_str());
            return Some(Spanned::new(*day, word.span));
        }
        let every = Weekday::ALL.iter().map(|day| day.as_str());
        let mut found = Diagnostic::new(literals::DAYS, word.span, format!("`{}` is no word for days", word.node))
            .note("days are `daily`, `weekdays`, `weekends`, `mon` to `sun`, a range of these or a list");
        if let Some(near) = nearest(&lower, DAY_WORDS.into_iter().chain(every)) {
            found = found.fix(Fix::maybe(format!("write `{near}`"), word.span, near));
        }
        self.report(found);
        None
    }

    /// Reports a range that is not written with two dots.
    pub(super) fn range_op(&mut self, node: &Node<'_>) {
        let (text, span) = self.written(node);
        if text == ".." {
            return;
        }
        let message = format!("a range is written with two dots, not with `{text}`");
        let gap = self.spaces_around(span);
        let mut found = Diagnostic::new(code::RANGE, span, message).fix(Fix::always("write `..`", gap, ".."));
        if text.starts_with("..") {
            found = found.note("`A..B` includes both ends");
        }
        self.report(found);
    }

    /// The span with the spaces around it.
    fn spaces_around(&self, span: Span) -> Span {
        let before = self.source.get(..span.start as usize).unwrap_or("");
        let after = self.source.get(span.end as usize..).unwrap_or("");
        let count = |length: usize| u32::try_from(length).unwrap_or(0);
        Span {
            start: span.start - count(before.len() - before.trim_end_matches(' ').len()),
            end: span.end + count(after.len() - after.trim_start_matches(' ').len()),
            ..span
        }
    }
}
