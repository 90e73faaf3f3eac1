//! `window NAME = …`.

use jiff::civil::Date;

use super::{Name, Weekday};
use crate::source::{Span, Spanned};

/// A recurring or dated stretch of local time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Window<'s> {
    /// Its name.
    pub name: Name<'s>,
    /// What is joined by `or`; each with its text.
    pub parts: Vec<Spanned<WindowPart>>,
    /// `except DATE, …`: it narrows the whole window.
    pub except: Vec<Spanned<Date>>,
    /// The whole item.
    pub span: Span,
    /// Whether a part of it was wrong and has been reported.
    pub broken: bool,
}

/// One stretch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WindowPart {
    /// `weekdays 09:00..21:00`.
    Weekly {
        /// The days on which it starts.
        days: Spanned<Days>,
        /// When it starts; never 24:00.
        start: Spanned<TimeOfDay>,
        /// When it ends; past midnight where it is not after the start.
        end: Spanned<TimeOfDay>,
    },
    /// `2026-11-27..2026-11-30`: whole days, both included.
    Dates {
        /// The first day.
        start: Spanned<Date>,
        /// The last day.
        end: Spanned<Date>,
    },
    /// `2026-11-27 18:00..2026-11-28 06:00`.
    Moments {
        /// The day on which it starts.
        start_date: Spanned<Date>,
        /// When it starts; never 24:00.
        start_time: Spanned<TimeOfDay>,
        /// The day on which it ends.
        end_date: Spanned<Date>,
        /// When it ends.
        end_time: Spanned<TimeOfDay>,
    },
}

/// The days of a weekly stretch, as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Days {
    /// `daily`
    Daily,
    /// `weekdays`: Monday to Friday.
    Weekdays,
    /// `weekends`: Saturday and Sunday.
    Weekends,
    /// `mon..fri`, `sat..mon`: ranges wrap.
    Range(Spanned<Weekday>, Spanned<Weekday>),
    /// `mon, wed`; one alone too.
    List(Vec<Spanned<Weekday>>),
}

/// A wall-clock time in minutes after midnight, up to 1440 for `24:00`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TimeOfDay(pub u16);

impl TimeOfDay {
    /// `24:00`, the end of a day.
    pub const END_OF_DAY: Self = Self(1440);

    /// The hour, 0 to 24.
    #[must_use]
    pub const fn hour(self) -> u16 {
        self.0 / 60
    }

    /// The minute, 0 to 59.
    #[must_use]
    pub const fn minute(self) -> u16 {
        self.0 % 60
    }
}

impl std::fmt::Display for TimeOfDay {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:02}:{:02}", self.hour(), self.minute())
    }
}
