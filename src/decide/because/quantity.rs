use jiff::SignedDuration;

use crate::rules::{Number, Unit};

/// A quantity for people, in its unit, with no more digits than they can use.
pub(in crate::decide) fn shown(value: &Number, unit: Unit) -> String {
    match unit {
        Unit::Percent => format!("{}%", digits(value)),
        Unit::Count | Unit::Number => digits(value),
        Unit::Duration => duration(value),
        Unit::Bytes => bytes(value),
        Unit::Rate => format!("{}/s", digits(value)),
        Unit::Money => format!("${}/h", value_to(value, 4)),
    }
}

/// A stretch of time as rules write it: `1h30m`, `90s` as `1m30s`.
pub(in crate::decide) fn span(length: SignedDuration) -> String {
    let seconds = length.as_secs().unsigned_abs();
    let sign = if length.is_negative() { "-" } else { "" };
    if seconds == 0 {
        return format!(
            "{sign}{}",
            if length.is_zero() { "0s".to_owned() } else { format!("{}ms", length.subsec_millis().unsigned_abs()) }
        );
    }
    let parts = [(seconds / 86400, "d"), (seconds / 3600 % 24, "h"), (seconds / 60 % 60, "m"), (seconds % 60, "s")];
    let written: String = parts.iter().filter(|(count, _)| *count > 0).map(|(count, unit)| format!("{count}{unit}")).collect();
    format!("{sign}{written}")
}

/// Three significant digits or so: two decimals below ten, one below a thousand, none above.
fn digits(value: &Number) -> String {
    let size = value.absolute();
    let decimals = match size {
        _ if size < Number::integer(10) => 2,
        _ if size < Number::integer(1000) => 1,
        _ => 0,
    };
    value_to(value, decimals)
}

fn value_to(value: &Number, decimals: u32) -> String {
    let scale = Number::integer(10_i64.pow(decimals));
    value.multiply(&scale).round().divide(&scale).map_or_else(|| value.to_string(), |rounded| rounded.to_string())
}

fn duration(value: &Number) -> String {
    let size = value.absolute();
    if size < Number::integer(1) && !value.is_zero() {
        return format!("{}ms", digits(&value.multiply(&Number::integer(1000))));
    }
    if size < Number::integer(60) {
        return format!("{}s", digits(value));
    }
    value.round().to_i64().map_or_else(|| format!("{}s", digits(value)), |seconds| span(SignedDuration::from_secs(seconds)))
}

fn bytes(value: &Number) -> String {
    let mut size = value.clone();
    for unit in ["B", "KiB", "MiB", "GiB", "TiB"] {
        if size.absolute() < Number::integer(1024) {
            return format!("{}{unit}", digits(&size));
        }
        size = size.divide(&Number::integer(1024)).unwrap_or(size);
    }
    format!("{}PiB", digits(&size))
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use crate::decide::because::quantity::{shown, span};
    use crate::rules::Unit;

    #[test]
    fn quantities_are_shown_in_their_units() {
        for (value, unit, text) in [
            ("68.21428571428571", Unit::Percent, "68.2%"),
            ("70", Unit::Percent, "70%"),
            ("-0.054", Unit::Percent, "-0.05%"),
            ("12345.6", Unit::Count, "12346"),
            ("0.25", Unit::Duration, "250ms"),
            ("2", Unit::Duration, "2s"),
            ("5400", Unit::Duration, "1h30m"),
            ("536870912", Unit::Bytes, "512MiB"),
            ("1000", Unit::Rate, "1000/s"),
            ("0.0209", Unit::Money, "$0.0209/h"),
            ("1/3", Unit::Number, "0.33"),
        ] {
            assert_eq!(shown(&value.parse().unwrap(), unit), text);
        }
        assert_eq!(span(SignedDuration::from_secs(100)), "1m40s");
        assert_eq!(span(SignedDuration::from_hours(49)), "2d1h");
        assert_eq!(span(SignedDuration::ZERO), "0s");
        assert_eq!(span(SignedDuration::from_millis(250)), "250ms");
    }
}
