//! Times of day.

use super::{Builder, Node};
use crate::diagnostic::Diagnostic;
use crate::diagnostic::codes::literals as code;
use crate::source::Spanned;
use crate::syntax::parser::grammar::Rule;
use crate::syntax::tree::TimeOfDay;

impl Builder<'_> {
    /// A time at which something starts: not 24:00.
    pub(super) fn start_time(&mut self, node: &Node<'_>) -> Option<Spanned<TimeOfDay>> {
        let time = self.time(node)?;
        if time.node != TimeOfDay::END_OF_DAY {
            return Some(time);
        }
        self.rewrite(code::DAY_END, time.span, "`24:00` is the end of a day and starts nothing", "00:00");
        Some(Spanned::new(TimeOfDay(0), time.span))
    }

    /// Two times, both of them with what may be wrong in one message: `9:00-21:00`, `from 9 to 17`.
    /// Without `days` before them they are meant for every day.
    pub(super) fn times(&mut self, node: Node<'_>, days: bool) -> Option<(Spanned<TimeOfDay>, Spanned<TimeOfDay>)> {
        let whole = self.span(&node);
        let nodes: Vec<Node<'_>> = node.into_inner().collect();
        let mut of_time = nodes.iter().filter(|node| node.as_rule() == Rule::time);
        let (start, end) = (of_time.next()?, of_time.next()?);
        let op = nodes.iter().find(|node| node.as_rule() == Rule::range_op)?;
        let from = nodes.iter().any(|node| node.as_rule() == Rule::from);
        let exact = |node: &Node<'_>| read(self.written(node).0).map(|(_, exact)| exact);
        let dots = self.written(op).0 == "..";
        let wrong = [!days, from, !dots, exact(start) == Some(false), exact(end) == Some(false)];
        if let (Some((first, _)), Some((last, _))) = (read(self.written(start).0), read(self.written(end).0))
            && (!days || from || wrong.iter().filter(|wrong| **wrong).count() > 1)
        {
            if !days {
                let meant = format!("daily {first}..{last}");
                self.rewrite(code::DAYS, whole, "these times have no days", &meant);
                return Some((Spanned::new(first, self.span(start)), Spanned::new(last, self.span(end))));
            }
            let message = format!("`{}` is no span of times", self.text(whole));
            self.rewrite(code::TIME, whole, message, &format!("{first}..{last}"));
            return Some((Spanned::new(first, self.span(start)), Spanned::new(last, self.span(end))));
        }
        self.range_op(op);
        let (start, end) = (self.start_time(start), self.time(end));
        Some((start?, end?))
    }

    /// A time at which something ends.
    pub(super) fn time(&mut self, node: &Node<'_>) -> Option<Spanned<TimeOfDay>> {
        let (text, span) = self.written(node);
        let Some((time, exact)) = read(text) else {
            self.report(
                Diagnostic::new(code::TIME, span, format!("there is no time `{text}`"))
                    .note("times are `HH:MM`, from `00:00` to `23:59`, and `24:00` for the end of a day"),
            );
            return None;
        };
        if !exact {
            self.rewrite(code::TIME, span, "times are `HH:MM`", &time.to_string());
        }
        Some(Spanned::new(time, span))
    }
}

/// The time, and whether it is written as the language has it.
pub(in crate::syntax::parser) fn read(text: &str) -> Option<(TimeOfDay, bool)> {
    if let [a, b, b':', c, d] = text.as_bytes()
        && [a, b, c, d].iter().all(|byte| byte.is_ascii_digit())
    {
        let pair = |high: u8, low: u8| u16::from(high - b'0') * 10 + u16::from(low - b'0');
        return minutes(pair(*a, *b), pair(*c, *d)).map(|time| (time, true));
    }
    let lower = text.to_ascii_lowercase();
    let (clock, noon) = match (lower.strip_suffix("am"), lower.strip_suffix("pm")) {
        (Some(clock), _) => (clock.trim_end(), Some(0)),
        (_, Some(clock)) => (clock.trim_end(), Some(12)),
        _ => (lower.trim_end_matches('h'), None),
    };
    let mut parts = clock.split([':', '.', 'h']);
    let hour: u16 = parts.next()?.parse().ok()?;
    let minute: u16 = parts.next().map_or(Some(0), |part| part.parse().ok())?;
    if parts.any(|seconds| seconds.bytes().any(|byte| byte != b'0')) {
        return None;
    }
    let hour = match noon {
        Some(shift) if (1..=12).contains(&hour) => hour % 12 + shift,
        Some(_) => return None,
        None => hour,
    };
    minutes(hour, minute).map(|time| (time, false))
}

fn minutes(hour: u16, minute: u16) -> Option<TimeOfDay> {
    let exists = (hour < 24 && minute < 60) || (hour == 24 && minute == 0);
    // Lazily: of a time that does not exist the product could overflow.
    exists.then(|| TimeOfDay(hour * 60 + minute))
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn times_of_other_places_are_understood() {
        let meant = |text| read(text).map(|(time, exact)| (time.to_string(), exact));
        assert_eq!(meant("09:00"), Some(("09:00".into(), true)));
        assert_eq!(meant("24:00"), Some(("24:00".into(), true)));
        for (text, time) in [("9:00", "09:00"), ("9", "09:00"), ("21h", "21:00"), ("9am", "09:00"), ("9:30 pm", "21:30"), ("12am", "00:00")]
        {
            assert_eq!(meant(text), Some((time.into(), false)), "{text}");
        }
        for text in ["25:00", "09:60", "24:01", "13pm", "9:00:30", "2026:11", "999999:00"] {
            assert_eq!(meant(text), None, "{text}");
        }
    }
}
