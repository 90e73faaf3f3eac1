//! Trees, compared.

#![expect(clippy::expect_used, clippy::string_slice, reason = "a test that fails says so by a panic")]

use smartscale::syntax::tree::Tree;

/// A tree as text, without its spans and comments: what formatting must not change.
pub fn shape(tree: &Tree<'_>) -> String {
    let text = format!("{:#?}", tree.items);
    let mut shape = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some(start) = rest.find("Span {") {
        shape.push_str(&rest[..start]);
        let mut depth = 0;
        let end = rest[start..].find(|found| {
            depth += i32::from(found == '{') - i32::from(found == '}');
            found == '}' && depth == 0
        });
        rest = &rest[start + end.expect("braces pair") + 1..];
        shape.push('_');
    }
    shape + rest
}
