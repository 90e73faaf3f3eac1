//! Rules × observations × memory × instant → decision and its because. Pure: the same four give the same decision, byte
//! for byte.

mod because;
mod decision;
mod history;
mod input;
mod memory;

pub use because::{
    Because, BoundsReason, Direction, Finding, GuardReason, Lift, Part, RuleReason, Term, TermValue, Truth, Uncovered, Verdict,
    WindowReason, Winning,
};
pub use decision::{Action, Decision, Guard};
pub use history::{BUCKET_SECONDS, Bucket, History};
pub use input::{Backoff, Input, Observed, Prices};
pub use memory::{Change, Memory, Record};
