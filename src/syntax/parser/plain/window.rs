//! Windows of days and times; those of dates are left for the grammar.

use super::Reader;
use crate::source::Spanned;
use crate::syntax::parser::build::read_time;
use crate::syntax::tree::{Days, TimeOfDay, Weekday, Window, WindowPart, Word as _};

impl<'s> Reader<'s> {
    /// `window NAME = DAYS TIME..TIME [or …]`
    pub(super) fn window(&mut self) -> Option<Window<'s>> {
        let first = self.cursor.keyword("window")?;
        let name = self.name()?;
        self.cursor.mark(b'=')?;
        let mut parts = Vec::with_capacity(1);
        parts.push(self.weekly()?);
        while self.cursor.keyword("or").is_some() {
            parts.push(self.weekly()?);
        }
        Some(Window { name, parts, except: Vec::new(), span: self.cursor.since(first), broken: false })
    }

    fn weekly(&mut self) -> Option<Spanned<WindowPart>> {
        let days = self.days()?;
        let start = self.time().filter(|time| time.node != TimeOfDay::END_OF_DAY)?;
        self.cursor.dots()?;
        let end = self.time()?;
        let span = self.cursor.since(days.span);
        Some(Spanned::new(WindowPart::Weekly { days, start, end }, span))
    }

    fn days(&mut self) -> Option<Spanned<Days>> {
        let first = self.cursor.word()?;
        let days = match first.node {
            "daily" => Days::Daily,
            "weekdays" => Days::Weekdays,
            "weekends" => Days::Weekends,
            _ => {
                let day = Spanned::new(Weekday::parse(first.node)?, first.span);
                if self.cursor.dots().is_some() { Days::Range(day, self.day()?) } else { self.listed(day)? }
            }
        };
        Some(Spanned::new(days, self.cursor.since(first.span)))
    }

    fn listed(&mut self, first: Spanned<Weekday>) -> Option<Days> {
        let mut days = vec![first];
        while self.cursor.mark(b',').is_some() {
            days.push(self.day()?);
        }
        Some(Days::List(days))
    }

    fn day(&mut self) -> Option<Spanned<Weekday>> {
        let word = self.cursor.word()?;
        Some(Spanned::new(Weekday::parse(word.node)?, word.span))
    }

    /// `HH:MM`
    fn time(&mut self) -> Option<Spanned<TimeOfDay>> {
        let written = self.cursor.take(5)?;
        match read_time(written.node)? {
            (time, true) => Some(Spanned::new(time, written.span)),
            _ => None,
        }
    }
}
