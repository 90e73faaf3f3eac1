//! The checked rules: plain data, without spans, ready to be decided upon, stored and compared.
//!
//! Everything is resolved: names are indices, quantities are exact numbers in base units (percent points, seconds,
//! bytes, per second, dollars per hour), constants are folded in, and what the top level shares is part of each cluster.

mod action;
mod cluster;
mod condition;
mod example;
mod expression;
mod metric;
mod number;
mod opening;
mod price;
mod rule;
mod ruleset;
mod unit;
mod window;

pub use action::{Action, Amount, Veto};
pub use cluster::{
    Bounds, Cadence, Capacity, Channel, Cluster, Cooldown, Drain, Notice, PodLabel, Protection, QuickerCadence, Step, Topic, Zones,
};
pub use condition::{Comparison, Condition};
pub use example::{Example, Expectation, Expected, LoadStretch, SeriesStretch, Shape, TestSeries};
pub use expression::{Aggregate, Arithmetic, Expression, MetricId, Rounding};
pub use metric::{Fact, Metric, Source};
pub use number::Number;
pub use price::{PriceList, read_price_table};
pub use rule::{Rule, Timing};
pub use ruleset::Ruleset;
pub use unit::Unit;
pub use window::{Days, Stretch, WallTime, Window, WindowId};
