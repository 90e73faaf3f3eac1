//! `window NAME = …`.

use jiff::civil::{Date, DateTime};

use crate::check::checker::Checker;
use crate::check::constant::Length;
use crate::check::scope::{Names, Resolved};
use crate::diagnostic::codes::{names as name_codes, values};
use crate::diagnostic::{Diagnostic, Fix};
use crate::rules::{Days, Stretch, Timing, WallTime, Window, WindowId};
use crate::source::{Span, Spanned};
use crate::syntax::tree::{self, Expr, Name, TimeOfDay, Weekday, WindowPart};

impl Checker<'_> {
    pub fn window(&mut self, window: &tree::Window<'_>) -> Option<Window> {
        let stretches: Vec<Option<Stretch>> = window.parts.iter().map(|part| self.stretch(part)).collect();
        let except: Vec<Option<Date>> = window.except.iter().map(|date| self.date(*date)).collect();
        Some(Window {
            name: window.name.node.to_owned(),
            stretches: stretches.into_iter().collect::<Option<_>>()?,
            except: except.into_iter().collect::<Option<_>>()?,
        })
    }

    fn stretch(&mut self, part: &Spanned<WindowPart>) -> Option<Stretch> {
        match &part.node {
            WindowPart::Weekly { days, start, end } => {
                Some(Stretch::Weekly { days: self.days(&days.node)?, start: time(start.node), end: time(end.node) })
            }
            WindowPart::Dates { start, end } => {
                let (first, last) = (self.date(*start), self.date(*end));
                let (first, last) = (first?, last?);
                if last < first {
                    self.report_backwards(part.span, (start.span, start.span), (end.span, end.span));
                    return None;
                }
                Some(Stretch::Dates { first, last })
            }
            WindowPart::Moments { start_date, start_time, end_date, end_time } => {
                let (first, last) = (self.date(*start_date), self.date(*end_date));
                let (start, end) = (moment(first?, start_time.node)?, moment(last?, end_time.node)?);
                if end <= start {
                    self.report_backwards(part.span, (start_date.span, start_time.span), (end_date.span, end_time.span));
                    return None;
                }
                Some(Stretch::Dated { start, end })
            }
        }
    }

    fn report_backwards(&mut self, span: Span, start: (Span, Span), end: (Span, Span)) {
        let (start, end) = (self.quote(start.0.to(start.1)), self.quote(end.0.to(end.1)));
        self.report(
            Diagnostic::new(values::WINDOW_ORDER, span, format!("`{end}` is not after `{start}`: the window would never open"))
                .fix(Fix::maybe("swap its ends", span, format!("{end}..{start}"))),
        );
    }

    /// A date that can be counted with.
    pub fn date(&mut self, date: Spanned<Date>) -> Option<Date> {
        if (1970..3000).contains(&date.node.year()) {
            return Some(date.node);
        }
        let message = format!("the year of `{}` is not between 1970 and 2999", self.quote(date.span));
        self.error(values::YEAR, date.span, message);
        None
    }

    fn days(&mut self, days: &tree::Days) -> Option<Days> {
        Some(match days {
            tree::Days::Daily => Days::DAILY,
            tree::Days::Weekdays => Days::WEEKDAYS,
            tree::Days::Weekends => Days::WEEKENDS,
            tree::Days::Range(first, last) => {
                let mut day = weekday(first.node);
                let mut days = Days::NONE.with(day);
                while day != weekday(last.node) {
                    day = day.next();
                    days = days.with(day);
                }
                days
            }
            tree::Days::List(list) => {
                let mut days = Days::NONE;
                for day in list {
                    if days.contains(weekday(day.node)) {
                        self.error(values::LISTED_TWICE, day.span, format!("`{}` is listed twice", self.quote(day.span)));
                        return None;
                    }
                    days = days.with(weekday(day.node));
                }
                days
            }
        })
    }

    /// `W [early D]` after `during` or `outside`.
    pub fn timing(&mut self, names: Names<'_, '_>, window: Name<'_>, early: Option<&Expr<'_>>) -> Option<Timing> {
        let window = self.window_name(names, window);
        let early = match early {
            Some(early) => self.duration(names, early, "`early`", Length::OrZero),
            None => Some(jiff::SignedDuration::ZERO),
        };
        Some(Timing { window: window?, early: early? })
    }

    pub fn window_name(&mut self, names: Names<'_, '_>, name: Name<'_>) -> Option<WindowId> {
        match names.resolve(name.node) {
            Some(Resolved::Window(id)) => Some(id),
            Some(other) => {
                let message = format!("`{}` is {}, and a window is meant here", name.node, other.kind());
                let diagnostic = Diagnostic::new(name_codes::WRONG_KIND, name.span, message);
                let known = names.windows().map(|window| window.name.node);
                let diagnostic = self.suggest(diagnostic, name.node, name.span, known);
                self.report(diagnostic);
                None
            }
            None => {
                self.unknown_name("window", name.node, name.span, names.windows().map(|window| window.name.node));
                None
            }
        }
    }
}

const fn time(time: TimeOfDay) -> WallTime {
    WallTime { minutes: time.0 }
}

/// The civil time; `24:00` is the next day's start.
pub(super) fn moment(date: Date, time: TimeOfDay) -> Option<DateTime> {
    let (date, time) = if time == TimeOfDay::END_OF_DAY { (date.tomorrow().ok()?, TimeOfDay(0)) } else { (date, time) };
    let (hour, minute) = (i8::try_from(time.hour()).ok()?, i8::try_from(time.minute()).ok()?);
    Some(date.to_datetime(jiff::civil::Time::new(hour, minute, 0, 0).ok()?))
}

const fn weekday(day: Weekday) -> jiff::civil::Weekday {
    match day {
        Weekday::Monday => jiff::civil::Weekday::Monday,
        Weekday::Tuesday => jiff::civil::Weekday::Tuesday,
        Weekday::Wednesday => jiff::civil::Weekday::Wednesday,
        Weekday::Thursday => jiff::civil::Weekday::Thursday,
        Weekday::Friday => jiff::civil::Weekday::Friday,
        Weekday::Saturday => jiff::civil::Weekday::Saturday,
        Weekday::Sunday => jiff::civil::Weekday::Sunday,
    }
}
