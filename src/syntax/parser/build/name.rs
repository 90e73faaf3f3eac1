//! Names: kebab-case, or what would be.

use super::{Builder, Node};
use crate::diagnostic::codes::syntax as code;
use crate::diagnostic::{Applicability, Diagnostic, Edit, Fix};
use crate::source::Spanned;
use crate::syntax::parser::grammar::Rule;
use crate::syntax::tree::Name;

/// Words that can stand right after or before a name in an expression, and so cannot be one.
pub(in crate::syntax::parser) const RESERVED: [&str; 9] = ["and", "or", "not", "in", "for", "when", "then", "during", "outside"];

impl<'s> Builder<'s> {
    /// A name where it is used.
    pub(super) fn name(&mut self, node: &Node<'_>) -> Name<'s> {
        let (text, span) = self.written(node);
        if !is_kebab(text) {
            self.misspelt.entry(text).or_default().push(span);
        }
        Spanned::new(text, span)
    }

    /// The name of what is defined: not reserved, not quoted.
    pub(super) fn defined(&mut self, node: &Node<'_>) -> Name<'s> {
        if node.as_rule() == Rule::text {
            return self.quoted_name(node);
        }
        let name = self.name(node);
        if RESERVED.contains(&name.node) {
            let message = format!("`{}` is reserved and cannot be a name", name.node);
            self.report(Diagnostic::new(code::RESERVED, name.span, message).help("choose another name, here and where it is used"));
        }
        name
    }

    fn quoted_name(&mut self, node: &Node<'_>) -> Name<'s> {
        let text = self.text_of(node);
        let bare = kebab(text.raw);
        let found = Diagnostic::new(code::TEXT_OR_NAME, text.span, "this name stands without quotes");
        let found = if bare.is_empty() { found } else { found.fix(Fix::always(format!("write `{bare}`"), text.span, bare)) };
        self.report(found);
        Spanned::new(text.raw, text.span)
    }

    /// Reports each name that is not kebab-case, once, with every place.
    pub(in crate::syntax::parser) fn finish_names(&mut self) {
        for (text, places) in std::mem::take(&mut self.misspelt) {
            let Some(first) = places.first().copied() else { continue };
            let meant = kebab(text);
            let mut found = Diagnostic::new(code::NAME, first, format!("`{text}` is not kebab-case"))
                .note("a name is a lower-case letter, then lower-case letters, digits and `-`");
            if is_kebab(&meant) {
                let edits = places.iter().map(|span| Edit { span: *span, replacement: meant.clone() }).collect();
                found = found.fix(Fix { title: format!("write `{meant}`"), edits, applicability: Applicability::Always });
            }
            self.report(found);
        }
    }
}

fn is_kebab(text: &str) -> bool {
    text.as_bytes().first().is_some_and(u8::is_ascii_lowercase)
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

/// The name in kebab-case: `busyCpu`, `busy_cpu`, `Busy CPU` are `busy-cpu`.
pub(crate) fn kebab(text: &str) -> String {
    let mut name = String::with_capacity(text.len() + 2);
    let mut lower = false;
    for found in text.chars() {
        if found.is_ascii_alphanumeric() {
            if found.is_ascii_uppercase() && lower && !name.ends_with('-') {
                name.push('-');
            }
            lower = found.is_ascii_lowercase();
            name.push(found.to_ascii_lowercase());
        } else {
            lower = false;
            if !name.is_empty() && !name.ends_with('-') {
                name.push('-');
            }
        }
    }
    name.truncate(name.trim_end_matches('-').len());
    name
}

#[cfg(test)]
mod tests {
    use super::{is_kebab, kebab};

    #[test]
    fn other_cases_become_kebab() {
        for (from, to) in [("busy_cpu", "busy-cpu"), ("busyCpu", "busy-cpu"), ("CPU", "cpu"), ("Busy CPU!", "busy-cpu"), ("_a", "a")] {
            assert_eq!(kebab(from), to);
        }
        assert!(is_kebab("p95") && is_kebab("a-1") && !is_kebab("1a") && !is_kebab("A") && !is_kebab(""));
    }
}
