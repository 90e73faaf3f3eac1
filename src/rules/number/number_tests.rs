use crate::rules::Number;

fn number(text: &str) -> Number {
    text.parse().unwrap()
}

#[test]
fn ten_percent_of_a_hundred_is_ten() {
    let tenth = number("10").divide(&number("100")).unwrap();
    assert_eq!(tenth.multiply(&number("100")).ceil().to_i64(), Some(10));
}

#[test]
fn decimals_read_back_as_written() {
    for text in ["0", "70", "-0.5", "68.21428571428571", "1000000", "1/3", "-22/7"] {
        assert_eq!(number(text).to_string(), text);
    }
    assert_eq!(number("1e-7"), number("0.0000001"));
    assert_eq!(number("2.5e3").to_string(), "2500");
    for text in ["", "-", "NaN", "+Inf", "1e999999999", "1/0", "0x10", "1.2.3", "ten"] {
        assert!(text.parse::<Number>().is_err(), "{text}");
    }
}

#[test]
fn short_decimals_are_written_as_exact_ones() {
    let huge = number("170141183460469231731687303715884105727");
    for denominator in [1, 2, 3, 4, 7, 8, 10, 40, 125, 1000, 4096, 9999] {
        for numerator in [-1001, -10, -1, 0, 1, 5, 99, 100, 12345, 1_000_000_007] {
            let small = Number::fraction(numerator, denominator).unwrap();
            let text = small.to_string();
            assert_eq!(text, small.multiply(&huge).divide(&huge).unwrap().to_string());
            assert_eq!(number(&text), small);
        }
    }
}

#[test]
fn rounding_is_by_the_reference() {
    assert_eq!(number("2.5").round(), number("3"));
    assert_eq!(number("-2.5").round(), number("-3"));
    assert_eq!(number("-0.2").ceil(), number("0"));
    assert_eq!(number("-0.2").floor(), number("-1"));
}

#[test]
fn overflow_stays_exact() {
    let huge = number("170141183460469231731687303715884105727");
    let product = huge.multiply(&huge);
    assert_eq!(product.divide(&huge), Some(huge.clone()));
    assert!(product > huge);
    assert_eq!(huge.add(&number("1")).subtract(&huge), number("1"));
}

#[test]
fn a_division_by_zero_is_missing() {
    assert_eq!(number("1").divide(&number("0")), None);
}
