//! The canonical layout: two spaces per block, columns of like lines aligned, comments where they were.
//!
//! What stands on one line stays on one line where it fits; blocks otherwise have a line per entry. Blank lines are kept,
//! one at most, and stand around blocks of several lines.

mod align;
mod cluster;
mod expr;
mod item;
mod layout;
mod rule;
mod test;
mod window;

use similar::TextDiff;

use super::parse;
use super::tree::{Item, Tree};
use crate::diagnostic::Diagnostic;
use crate::source::FileId;
use layout::Layout;

/// The longest line that is made of what stood on one line.
const WIDTH: usize = 120;

/// `text`, formatted.
///
/// # Errors
/// What is wrong with the text: only what could be read in full can be laid out without losing any of it.
pub fn format(file: FileId, text: &str) -> Result<String, Vec<Diagnostic>> {
    let parsed = parse(file, text);
    if parsed.diagnostics.iter().any(Diagnostic::is_error) {
        return Err(parsed.diagnostics);
    }
    Ok(format_tree(text, &parsed.tree))
}

/// The tree of `text` in the canonical layout. The tree must be whole: nothing that is broken.
#[must_use]
pub fn format_tree(text: &str, tree: &Tree<'_>) -> String {
    let mut layout = Layout::new(text, &tree.comments);
    for item in &tree.items {
        item_lines(&mut layout, item);
    }
    layout.finish()
}

/// What `fmt` would change in the file `name`, as a unified diff; empty where it would change nothing.
#[must_use]
pub fn format_diff(name: &str, before: &str, after: &str) -> String {
    let diff = TextDiff::from_lines(before, after);
    diff.unified_diff().context_radius(3).header(name, &format!("{name} (formatted)")).to_string()
}

fn item_lines(layout: &mut Layout<'_>, item: &Item<'_>) {
    match item {
        Item::Cluster(cluster) => cluster::lines(layout, cluster),
        Item::Metric(metric) => item::metric(layout, metric),
        Item::Let(constant) => item::constant(layout, constant),
        Item::Window(window) => window::line(layout, window),
        Item::Rule(rule) => rule::lines(layout, rule),
        Item::Test(test) => test::lines(layout, test),
    }
}

#[cfg(test)]
#[path = "format_tests.rs"]
mod tests;
