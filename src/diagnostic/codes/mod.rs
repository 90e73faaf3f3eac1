//! Every code, in one table per part of the language. A code has one entry; tests hold the entries, the corpus and
//! `docs/errors.md` equal.

pub mod lint_dynamics;
pub mod lint_names;
pub mod lint_rules;
pub mod lint_sources;
pub mod literals;
pub mod names;
pub mod syntax;
pub mod tests;
pub mod units;
pub mod values;

use super::code::Code;

/// Declares the codes of one part of the language, and `ALL` with each of them.
///
/// ```ignore
/// codes! {
///     /// When it is reported.
///     pub MISSING_THEN = "E0120", "an action without `then`",
///         why: "…", example: "…", fix: "…";
/// }
/// ```
macro_rules! codes {
    ($($(#[$doc:meta])* pub $name:ident = $id:literal, $title:literal, why: $why:literal, example: $example:literal, fix: $fix:literal;)*) => {
        $(
            $(#[$doc])*
            pub const $name: $crate::diagnostic::Code = $crate::diagnostic::Code::new(&$crate::diagnostic::Entry {
                id: $id, title: $title, why: $why, example: $example, fix: $fix,
            });
        )*
        /// Every code of this table.
        pub const ALL: &[$crate::diagnostic::Code] = &[$($name),*];
    };
}
pub(crate) use codes;

/// Every code, in the order of their ids.
#[must_use]
pub fn all() -> Vec<Code> {
    let mut all = [
        syntax::ALL,
        literals::ALL,
        names::ALL,
        units::ALL,
        values::ALL,
        tests::ALL,
        lint_names::ALL,
        lint_rules::ALL,
        lint_dynamics::ALL,
        lint_sources::ALL,
    ]
    .concat();
    all.sort_unstable();
    all
}

/// The code with this id, in either case: `E0101`, `e0101`.
#[must_use]
pub fn find(id: &str) -> Option<Code> {
    all().into_iter().find(|code| code.id().eq_ignore_ascii_case(id))
}

#[cfg(test)]
#[path = "codes_tests.rs"]
mod codes_tests;
