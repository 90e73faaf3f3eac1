use serde::{Deserialize, Serialize};

/// Why a call failed, classified by its adapter so that plan need not know any API's codes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{code}: {message}")]
pub struct Failure {
    pub class: FailureClass,
    /// The API's code, such as `InsufficientInstanceCapacity` or `429`.
    pub code: String,
    /// The API's words, without secrets.
    pub message: String,
}

/// The code of a call that the end of its tick cut off.
const CUT_OFF: &str = "time budget";

impl Failure {
    /// The tick had to end before the call answered; the call may have had its effect, or was never made.
    #[must_use]
    pub fn cut_off() -> Self {
        let message = "the tick had to end before the call answered".to_owned();
        Self { class: FailureClass::Unknown, code: CUT_OFF.to_owned(), message }
    }

    #[must_use]
    pub fn is_cut_off(&self) -> bool {
        self.code == CUT_OFF
    }
}

/// What follows from a failure (architecture.md, table under "Launch", and "Retire").
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FailureClass {
    /// No capacity for this (market, type, zone).
    Offering,
    /// A quota of the account: the whole market.
    Market,
    /// The subnet has no free addresses.
    Subnet,
    /// Too many calls: the same token again, later; not a failure.
    Throttle,
    /// The call may have had its effect: the same token again.
    Unknown,
    /// Wrong until a person changes the configuration.
    Configuration,
    /// The thing is not there, or not yet, or no longer.
    NotFound,
    /// The thing is not as the step expected it (another UID, a changed object).
    Conflict,
    /// A disruption budget does not allow it now, or says nothing yet: wait.
    Budget,
    /// It will not be allowed as things are: several budgets on one pod, termination protection.
    Refused,
}
