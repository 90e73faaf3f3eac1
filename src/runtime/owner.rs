use jiff::Timestamp;

/// A name for the lease that no other tick has: this process, and the instant at which it began the tick.
#[must_use]
pub fn owner(face: &str, now: Timestamp) -> String {
    format!("{face}/{}/{}", std::process::id(), now.as_millisecond())
}
