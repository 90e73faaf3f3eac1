//! Dates.

use jiff::civil::Date;

use super::{Builder, Node};
use crate::diagnostic::codes::literals as code;
use crate::diagnostic::{Diagnostic, Fix};
use crate::source::Spanned;

impl Builder<'_> {
    /// A date that exists.
    pub(super) fn date(&mut self, node: &Node<'_>) -> Option<Spanned<Date>> {
        let (text, span) = self.written(node);
        match read(text) {
            Some((date, true)) => Some(Spanned::new(date, span)),
            Some((date, false)) => {
                let fix = Fix::maybe(format!("write `{date}`"), span, date.to_string());
                self.report(Diagnostic::new(code::DATE, span, "dates are `YYYY-MM-DD`").fix(fix));
                Some(Spanned::new(date, span))
            }
            None => {
                self.report(Diagnostic::new(code::DATE, span, format!("there is no date `{text}`")).note("dates are `YYYY-MM-DD`"));
                None
            }
        }
    }
}

/// The date, and whether it is written as the language has it.
fn read(text: &str) -> Option<(Date, bool)> {
    let parts: Vec<&str> = text.split(['-', '/', '.']).collect();
    let [first, second, third] = parts.as_slice() else { return None };
    let exact = first.len() == 4 && second.len() == 2 && third.len() == 2 && text.contains('-');
    let number = |part: &str| part.parse::<i16>().ok();
    let date = |year, month, day| Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok();
    if first.len() == 4 {
        return Some((date(number(first)?, number(second)?, number(third)?)?, exact));
    }
    if third.len() == 4 {
        let (first, second, year) = (number(first)?, number(second)?, number(third)?);
        // `27.11.2026` and `11/27/2026`: whichever exists; a dot says that the day comes first.
        let day_first = date(year, second, first);
        let month_first = date(year, first, second).filter(|_| !text.contains('.'));
        return Some((month_first.or(day_first)?, false));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn dates_of_other_places_are_understood() {
        let meant = |text| read(text).map(|(date, exact)| (date.to_string(), exact));
        assert_eq!(meant("2026-11-27"), Some(("2026-11-27".into(), true)));
        for text in ["2026/11/27", "27.11.2026", "11/27/2026", "27/11/2026"] {
            assert_eq!(meant(text), Some(("2026-11-27".into(), false)), "{text}");
        }
        assert_eq!(meant("2026-1-5"), Some(("2026-01-05".into(), false)));
        for text in ["2026-02-30", "2026-13-01", "1-1-1", "99999-01-01", "2026-1-99999"] {
            assert_eq!(meant(text), None, "{text}");
        }
    }
}
