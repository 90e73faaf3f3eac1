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
use crate::syntax::tree::Tree;

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
