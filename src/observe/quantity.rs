use crate::rules::Number;

/// Reads a Kubernetes quantity, such as `250m`, `1.5`, `512Mi`, `2e3` or `1G`; `None` where it is none.
///
/// Source: k8s.io/apimachinery, `resource.Quantity`.
#[must_use]
pub fn read_quantity(text: &str) -> Option<Number> {
    let text = text.trim();
    let suffixes: [(&str, &str); 15] = [
        ("Ki", "1024"),
        ("Mi", "1048576"),
        ("Gi", "1073741824"),
        ("Ti", "1099511627776"),
        ("Pi", "1125899906842624"),
        ("Ei", "1152921504606846976"),
        ("n", "1e-9"),
        ("u", "1e-6"),
        ("m", "1e-3"),
        ("k", "1e3"),
        ("M", "1e6"),
        ("G", "1e9"),
        ("T", "1e12"),
        ("P", "1e15"),
        ("E", "1e18"),
    ];
    for (suffix, factor) in suffixes {
        if let Some(mantissa) = text.strip_suffix(suffix) {
            return Some(mantissa.parse::<Number>().ok()?.multiply(&factor.parse().ok()?));
        }
    }
    text.parse().ok()
}

/// Thousandths, rounded up, as the scheduler counts CPU.
#[must_use]
pub fn read_millis(text: &str) -> Option<u64> {
    whole(&read_quantity(text)?.multiply(&Number::integer(1000)))
}

/// Whole units, rounded up, as the scheduler counts bytes.
#[must_use]
pub fn read_whole(text: &str) -> Option<u64> {
    whole(&read_quantity(text)?)
}

fn whole(number: &Number) -> Option<u64> {
    u64::try_from(number.ceil().to_i64()?).ok()
}

#[cfg(test)]
mod tests {
    use crate::observe::{read_millis, read_whole};

    #[test]
    fn quantities_are_read_as_the_scheduler_reads_them() {
        for (text, millis) in [("250m", 250), ("1", 1000), ("0.5", 500), ("1500u", 2), ("2e0", 2000)] {
            assert_eq!(read_millis(text), Some(millis), "{text}");
        }
        for (text, bytes) in
            [("512Mi", 536_870_912), ("1G", 1_000_000_000), ("1Gi", 1_073_741_824), ("128974848", 128_974_848), ("1e3", 1000)]
        {
            assert_eq!(read_whole(text), Some(bytes), "{text}");
        }
        for text in ["", "Mi", "ten", "-1", "1 Gi"] {
            assert_eq!(read_whole(text), None, "{text}");
        }
    }
}
