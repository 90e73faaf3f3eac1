use serde::{Deserialize, Serialize};

/// The dimension of a quantity, and with it the base unit in which its [`Number`](crate::rules::Number) is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unit {
    /// Percent points: 70% is 70.
    Percent,
    /// Whole things: nodes, pods, messages.
    Count,
    /// Seconds.
    Duration,
    /// Bytes.
    Bytes,
    /// Per second.
    Rate,
    /// Dollars per hour.
    Money,
    /// A plain number, without a dimension.
    Number,
}

impl Unit {
    /// The word by which `.scale` files name this unit.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Percent => "percent",
            Self::Count => "count",
            Self::Duration => "duration",
            Self::Bytes => "bytes",
            Self::Rate => "rate",
            Self::Money => "money",
            Self::Number => "number",
        }
    }
}
