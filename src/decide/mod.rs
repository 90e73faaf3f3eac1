//! Rules × observations × memory × instant → decision and its because. Pure: the same four give the same decision, byte
//! for byte.

mod aggregate;
mod arbitrate;
mod because;
mod bounds;
#[expect(clippy::module_inception, reason = "the folder is the stage, and this is its one function")]
mod decide;
mod decision;
mod evaluate;
mod explain;
mod forecast;
mod guards;
mod history;
mod input;
mod judge;
mod lasting;
mod memory;
mod named;
mod needs;
mod rebound;
mod recall;
mod seen;
mod tail;
mod view;
mod weights;
mod written;

pub use because::{
    Account, AccountLine, Because, BoundsReason, Direction, Fate, Finding, GuardReason, Lift, Part, PartStanding, RuleReason, Term,
    TermValue, Tone, Truth, Uncovered, Verdict, WhyNot, WindowReason, WindowStanding, Winning,
};
pub use decide::{action, decide};
pub use decision::{Action, Decision, Guard};
pub use forecast::{Forecast, NoForecast, Season};
pub use history::{BUCKET_SECONDS, History};
pub use input::{Backoff, Input, Observed, Prices, Waiting};
pub use memory::{Change, Memory, Record};
pub use needs::{Needs, needs};
pub use recall::memory_after;

#[cfg(test)]
mod decision_tests;
#[cfg(test)]
mod evaluate_tests;
#[cfg(test)]
mod forecast_tests;
#[cfg(test)]
mod guard_tests;
#[cfg(test)]
mod lift_tests;
#[cfg(test)]
mod needs_tests;
#[cfg(test)]
mod scene;
