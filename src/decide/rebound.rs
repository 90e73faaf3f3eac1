use crate::decide::Verdict;
use crate::decide::evaluate::Scope;
use crate::decide::judge::{Judge, Judged};
use crate::decide::lasting::Lasting;
use crate::rules::{Action, Rule};

/// What `rebound` leaves of a removal, and who asked for more at the count that was wanted.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Rebound {
    pub left: u32,
    pub asking: Vec<String>,
}

impl Judge<'_> {
    /// Shrinks a removal from `nodes` to `wanted` until no rule would ask for more than what is left.
    pub fn rebound(self, judged: &[Judged], nodes: u32, wanted: u32) -> Rebound {
        let asking = self.asking(judged, nodes, wanted);
        if asking.is_empty() {
            return Rebound { left: wanted, asking };
        }
        let left = (wanted.saturating_add(1)..nodes).find(|left| self.asking(judged, nodes, *left).is_empty()).unwrap_or(nodes);
        Rebound { left, asking }
    }

    fn asking(self, judged: &[Judged], nodes: u32, left: u32) -> Vec<String> {
        let lasting = Lasting::on(self.seen, nodes, left);
        let rules = self.input.cluster.rules.iter().zip(judged);
        // What is unknown already is `blind`'s to say.
        let rules = rules.filter(|(rule, now)| now.verdict != Verdict::Unknown || !self.blinds(rule));
        rules.filter(|(rule, _)| self.asks(rule, left, &lasting)).map(|(rule, _)| rule.name.clone()).collect()
    }

    /// Whether the rule would propose, or demand, more than what is left; one that is unknown then counts as asking.
    fn asks(self, rule: &Rule, left: u32, lasting: &Lasting) -> bool {
        let judged = self.on(rule, Some(left), Scope::lasting(lasting));
        match (judged.verdict, &rule.action) {
            (Verdict::Idle, _) => false,
            (Verdict::Unknown, _) => true,
            (Verdict::Fired, Action::Keep(keep)) => keep.lower.min(self.input.cluster.nodes.upper) > left,
            (Verdict::Fired, _) => judged.proposal.is_some_and(|count| count > left),
        }
    }
}
