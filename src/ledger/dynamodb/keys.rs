use jiff::Timestamp;

/// The one item that every write is conditional on.
pub const STATE: &str = "state";

/// An instant as text of one width, so that it orders as time does.
pub fn instant(at: Timestamp) -> String {
    format!("{at:.9}")
}

pub fn event(at: Timestamp, n: u32) -> String {
    format!("event#{}#{n:010}", instant(at))
}

pub fn sample(at: Timestamp) -> String {
    format!("sample#{}", instant(at))
}

pub fn ruleset(hash: &str) -> String {
    format!("ruleset#{hash}")
}

/// The n-th part, from 1, of a body with this hash. It never changes: whoever writes it writes the same.
pub fn part(hash: &str, n: usize) -> String {
    format!("part#{hash}#{n}")
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use crate::ledger::dynamodb::keys::{event, instant};

    #[test]
    fn keys_order_as_time_does() {
        let at = |nanosecond: i128| Timestamp::from_nanosecond(1_800_000_000_000_000_000 + nanosecond).unwrap();
        assert_eq!(instant(at(0)), "2027-01-15T08:00:00.000000000Z");
        let keys = [event(at(0), 2), event(at(0), 10), event(at(500_000_000), 0), event(at(1_000_000_000), 0)];
        assert!(keys.is_sorted(), "{keys:?}");
    }
}
