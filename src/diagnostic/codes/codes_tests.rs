use super::{all, find};

#[test]
fn ids_are_unique_and_well_formed() {
    let all = all();
    for pair in all.windows(2) {
        assert_ne!(pair[0], pair[1], "declared twice");
    }
    for code in all {
        let (letter, digits) = code.id().split_at(1);
        assert!(matches!(letter, "E" | "W") && digits.len() == 4 && digits.bytes().all(|b| b.is_ascii_digit()), "{code}");
        assert!(!code.entry().title.ends_with('.') && !code.entry().why.is_empty(), "{code}");
    }
}

#[test]
fn codes_are_found_by_id_in_either_case() {
    assert_eq!(find("e0101"), find("E0101"));
    assert!(find("E0101").is_some());
    assert_eq!(find("E9999"), None);
}
