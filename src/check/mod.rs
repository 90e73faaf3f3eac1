//! From trees to the rules: names, units, values, windows, PromQL. A ruleset with an error yields no rules at all:
//! nothing is decided on half of what somebody meant.

mod arithmetic;
mod call;
mod capacity;
mod checker;
mod cluster;
mod condition;
mod constant;
mod example;
mod expression;
mod lints;
mod metric;
mod promql;
mod quantity;
mod rule;
mod scope;
mod set;
mod window;

use crate::diagnostic::Diagnostic;
use crate::rules::Ruleset;
use crate::source::Sources;
use crate::syntax::{self, tree::Tree};

/// What the check of a ruleset found.
#[derive(Clone, Debug)]
pub struct Checked {
    /// The rules; `None` where there is an error.
    pub ruleset: Option<Ruleset>,
    /// Everything that is wrong or doubtful, by place.
    pub diagnostics: Vec<Diagnostic>,
}

impl Checked {
    /// Whether there is an error, and so no ruleset.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(Diagnostic::is_error)
    }
}

/// Parses and checks one ruleset: the files that were given, or those of one folder.
#[must_use]
pub fn check(sources: &Sources) -> Checked {
    let mut diagnostics = Vec::new();
    let mut trees = Vec::new();
    for (file, source) in sources.iter() {
        let parsed = syntax::parse(file, source.text());
        diagnostics.extend(parsed.diagnostics);
        trees.push(parsed.tree);
    }
    check_trees(sources, &trees, diagnostics)
}

/// Checks the trees of one ruleset. `parsed` is what the parser reported: it comes first, and with an error in it
/// there is no ruleset.
#[must_use]
pub fn check_trees(sources: &Sources, trees: &[Tree<'_>], parsed: Vec<Diagnostic>) -> Checked {
    let unreadable = parsed.iter().any(Diagnostic::is_error);
    let (ruleset, found) = set::check(sources, trees, unreadable);
    let mut diagnostics = parsed;
    diagnostics.extend(found);
    diagnostics.sort_by_key(|diagnostic| (diagnostic.primary.span, diagnostic.code));
    let ruleset = ruleset.filter(|_| !diagnostics.iter().any(Diagnostic::is_error));
    Checked { ruleset, diagnostics }
}

#[cfg(test)]
#[path = "check_tests.rs"]
mod tests;
