use jiff::civil::{DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Span, SpanRelativeTo, Timestamp};

/// Where local time shows an instant twice, as when the clocks fall back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repeated {
    First,
    Last,
}

/// Reads an instant as people write it: RFC 3339, a local date and time, a local time (the last time that it showed), a
/// stretch of time `ago`, or `now`.
///
/// # Errors
///
/// What is wrong with the text, in one line.
pub fn moment(text: &str, now: Timestamp, zone: &TimeZone, repeated: Repeated) -> Result<Timestamp, String> {
    let text = text.trim();
    if text == "now" {
        return Ok(now);
    }
    if let Some(stretch) = text.strip_suffix("ago") {
        return ago(stretch, now).ok_or_else(|| wrong(text));
    }
    if let Ok(instant) = text.parse::<Timestamp>() {
        return Ok(instant);
    }
    let local = |local: DateTime| {
        let ambiguous = zone.to_ambiguous_timestamp(local);
        match repeated {
            Repeated::First => ambiguous.earlier(),
            Repeated::Last => ambiguous.later(),
        }
        .map_err(|_| wrong(text))
    };
    if let Ok(date_time) = text.parse::<DateTime>() {
        return local(date_time);
    }
    let time = text.parse::<Time>().map_err(|_| wrong(text))?;
    let today = now.to_zoned(zone.clone()).date();
    let shown_today = local(today.to_datetime(time))?;
    if shown_today <= now { Ok(shown_today) } else { local(today.yesterday().map_err(|_| wrong(text))?.to_datetime(time)) }
}

fn ago(stretch: &str, now: Timestamp) -> Option<Timestamp> {
    let span: Span = stretch.trim().parse().ok()?;
    let length: SignedDuration = span.to_duration(SpanRelativeTo::days_are_24_hours()).ok()?;
    if length.is_negative() { None } else { now.checked_sub(length).ok() }
}

fn wrong(text: &str) -> String {
    format!("`{text}` is no time")
}

/// What a person can write.
pub const HELP: &str = "write `2026-11-25T12:00:00Z`, `2026-11-25 12:00` or `12:00` in the cluster's zone, or `10m ago`";

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use jiff::tz::TimeZone;

    use crate::cli::moment::{Repeated, moment};

    fn read(text: &str, repeated: Repeated) -> Result<String, String> {
        let now: Timestamp = "2026-10-25T10:30:00Z".parse().unwrap();
        moment(text, now, &TimeZone::get("Europe/Berlin").unwrap(), repeated).map(|at| at.to_string())
    }

    #[test]
    fn instants_are_read_as_people_write_them() {
        for (text, instant) in [
            ("2026-11-25T12:00:00Z", "2026-11-25T12:00:00Z"),
            ("2026-11-25T12:00:00+06:00", "2026-11-25T06:00:00Z"),
            ("2026-07-01 12:00", "2026-07-01T10:00:00Z"),
            ("2026-07-01T12:00:30", "2026-07-01T10:00:30Z"),
            ("2026-07-01", "2026-06-30T22:00:00Z"),
            ("11:00", "2026-10-25T10:00:00Z"),
            // Not yet today: yesterday's, which was summer time.
            ("12:00", "2026-10-24T10:00:00Z"),
            ("10m ago", "2026-10-25T10:20:00Z"),
            ("1h30m ago", "2026-10-25T09:00:00Z"),
            ("2d ago", "2026-10-23T10:30:00Z"),
            (" now ", "2026-10-25T10:30:00Z"),
        ] {
            assert_eq!(read(text, Repeated::Last).as_deref(), Ok(instant), "{text}");
        }
        for text in ["", "ago", "soon", "25:00", "-5m ago", "2026-13-01"] {
            assert_eq!(read(text, Repeated::Last), Err(format!("`{text}` is no time")));
        }
    }

    #[test]
    fn an_hour_that_shows_twice_is_its_first_or_its_last() {
        assert_eq!(read("2026-10-25 02:30", Repeated::First).unwrap(), "2026-10-25T00:30:00Z");
        assert_eq!(read("2026-10-25 02:30", Repeated::Last).unwrap(), "2026-10-25T01:30:00Z");
    }
}
