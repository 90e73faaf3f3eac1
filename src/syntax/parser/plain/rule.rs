//! Rules and their clauses.

use super::Reader;
use crate::syntax::tree::{Clause, ClauseKind, Expr, Hold, Name, Rule};

impl<'s> Reader<'s> {
    /// `rule NAME [urgent] { … }`
    pub(super) fn rule(&mut self) -> Option<Rule<'s>> {
        let first = self.cursor.keyword("rule")?;
        let name = self.name()?;
        let urgent = self.cursor.keyword("urgent");
        self.cursor.mark(b'{')?;
        self.clauses.clear();
        while self.cursor.mark(b'}').is_none() {
            let clause = self.clause()?;
            self.clauses.push(clause);
        }
        Some(Rule { name, urgent, clauses: self.clauses.drain(..).collect(), span: self.cursor.since(first), broken: false })
    }

    fn clause(&mut self) -> Option<Clause<'s>> {
        let word = self.cursor.word()?;
        self.operators = 0;
        let kind = match word.node {
            "when" => ClauseKind::When(self.condition()?),
            "then" => self.amount()?,
            "note" => ClauseKind::Note(self.cursor.text()?),
            "during" => {
                let (window, early) = self.windowed()?;
                ClauseKind::During { window, early }
            }
            "outside" => {
                let (window, early) = self.windowed()?;
                ClauseKind::Outside { window, early }
            }
            "cooldown" => ClauseKind::Cooldown(self.value()?),
            "keep" => {
                let kept = self.range()?;
                self.node_word()?;
                ClauseKind::Keep(Box::new(kept))
            }
            "track" => self.track()?,
            "hold" if self.cursor.keyword("removals").is_some() => ClauseKind::Hold(Hold::Removals),
            "hold" if self.cursor.keyword("additions").is_some() => ClauseKind::Hold(Hold::Additions),
            "hold" => ClauseKind::Hold(Hold::All),
            _ => return None,
        };
        Some(Clause { kind, span: self.cursor.since(word.span) })
    }

    /// `W [early D]`
    fn windowed(&mut self) -> Option<(Name<'s>, Option<Box<Expr<'s>>>)> {
        let window = self.name()?;
        Some((window, self.boxed_after("early")?))
    }

    /// `add EXPR nodes`
    fn amount(&mut self) -> Option<ClauseKind<'s>> {
        let verb = self.cursor.word()?;
        let kind = match verb.node {
            "add" => ClauseKind::Add,
            "remove" => ClauseKind::Remove,
            "set" => ClauseKind::Set,
            _ => return None,
        };
        let amount = self.expr()?;
        self.node_word()?;
        Some(kind(amount))
    }

    fn node_word(&mut self) -> Option<()> {
        self.cursor.word().filter(|word| matches!(word.node, "node" | "nodes")).map(|_| ())
    }

    /// `METRIC at VALUE [within P]`
    fn track(&mut self) -> Option<ClauseKind<'s>> {
        let metric = self.name()?;
        let target = self.boxed_after("at")??;
        Some(ClauseKind::Track { metric, target, within: self.boxed_after("within")? })
    }

    /// The value after a word that may stand here.
    fn boxed_after(&mut self, word: &str) -> Option<Option<Box<Expr<'s>>>> {
        Some(self.after(word, Self::value)?.map(|value| Box::new(value.node)))
    }
}
