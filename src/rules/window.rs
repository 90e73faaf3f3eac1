use jiff::civil::{Date, DateTime, Weekday};
use serde::{Deserialize, Serialize};

/// The index into [`Cluster::windows`](crate::rules::Cluster::windows).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct WindowId(pub usize);

/// A recurring or dated stretch of local time: the union of its stretches, less the days excepted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    pub name: String,
    pub stretches: Vec<Stretch>,
    /// Stretches that start on such a day are dropped, and such days of dated stretches.
    pub except: Vec<Date>,
}

/// One stretch. Starts are inclusive, ends exclusive, in wall-clock time of the cluster's zone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stretch {
    /// On each of these days; an end that is not after its start lies on the next day.
    Weekly {
        days: Days,
        start: WallTime,
        end: WallTime,
    },
    /// Whole days, both included.
    Dates {
        first: Date,
        last: Date,
    },
    Dated {
        start: DateTime,
        end: DateTime,
    },
}

/// A time of day to the minute, `00:00` to `24:00`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct WallTime {
    /// Minutes since midnight, 0 to 1440.
    pub minutes: u16,
}

/// A set of days of the week.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub struct Days(u8);

impl Days {
    pub const NONE: Self = Self(0);
    pub const DAILY: Self = Self(0b111_1111);
    pub const WEEKDAYS: Self = Self(0b001_1111);
    pub const WEEKENDS: Self = Self(0b110_0000);

    /// This set and one more day.
    #[must_use]
    pub const fn with(self, day: Weekday) -> Self {
        Self(self.0 | 1 << day.to_monday_zero_offset())
    }

    #[must_use]
    pub const fn contains(self, day: Weekday) -> bool {
        self.0 & (1 << day.to_monday_zero_offset()) != 0
    }
}
