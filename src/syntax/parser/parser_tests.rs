use super::{MAX_DIAGNOSTICS, parse};
use crate::diagnostic::codes::syntax as code;
use crate::source::FileId;

#[test]
fn the_list_of_errors_ends() {
    let text = "rule a { when }\n".repeat(MAX_DIAGNOSTICS + 50);
    let parsed = parse(FileId(0), &text);
    assert_eq!(parsed.diagnostics.len(), MAX_DIAGNOSTICS + 1);
    assert_eq!(parsed.diagnostics.last().map(|found| found.code), Some(code::TOO_MANY));
    let item = format!("rule a {{ when a > 1 {} }}", "then ".repeat(MAX_DIAGNOSTICS * 4));
    let parsed = parse(FileId(0), &item);
    assert_eq!(parsed.diagnostics.len(), MAX_DIAGNOSTICS + 1);
    assert_eq!(parsed.diagnostics.last().map(|found| found.code), Some(code::TOO_MANY));
}

#[test]
fn long_items_and_deep_ones_are_refused_and_the_rest_is_read() {
    let long = format!("rule a {{ when {} then add 1 node }}\nrule b {{ hold }}\n", "a > 1 or ".repeat(40_000));
    let parsed = parse(FileId(0), &long);
    assert_eq!(parsed.diagnostics.iter().map(|found| found.code).collect::<Vec<_>>(), [code::TOO_LONG]);
    assert_eq!(parsed.tree.items.len(), 2);
    for deep in ["(".repeat(100_000), "rule a {".repeat(100_000), "not ".repeat(100_000), "- ".repeat(100_000), "avg(".repeat(50_000)] {
        assert!(!parse(FileId(0), &format!("rule a {{ when {deep}")).diagnostics.is_empty());
    }
}

/// Each `{` that is never closed was once looked into twice, which doubled the steps until pest's limit ended them and
/// what follows was lost.
#[test]
fn blocks_that_are_never_closed_are_looked_into_once() {
    let found = |levels: usize| parse(FileId(0), &format!("rule a {}}}", "{ when c > 7 ".repeat(levels))).diagnostics.len();
    assert_eq!(found(31), found(10) + 21);
}

#[test]
fn a_mistake_in_one_item_leaves_the_others_alone() {
    let parsed = parse(FileId(0), "metric a : = x\nlet b = \nwindow c = \nrule d { when }\nrule e { hold }\nlet f = 1");
    assert_eq!(parsed.diagnostics.len(), 4, "{:?}", parsed.diagnostics);
    assert_eq!(parsed.tree.items.len(), 6);
}
