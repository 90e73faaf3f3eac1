use crate::decide::{Decision, Direction, Guard, Verdict};
use crate::ledger::{EventKind, State};
use crate::rules::Topic;
use crate::runtime::World;
use crate::runtime::tick::run::Run;

/// Evaluations in a row before it is news that rules are unknown: a single answer may fail.
const BLIND_AFTER: u32 = 2;

impl<W: World> Run<'_, W> {
    /// Tells of a condition that lasts once, when it begins, and once when it is over.
    pub(super) fn tell_conditions(&mut self, decision: &Decision) {
        let nodes = decision.because.nodes.map_or_else(|| "an unknown number of nodes".to_owned(), |nodes| format!("{nodes} nodes"));
        let conditions = [
            (Topic::AtMax, is_at_max(decision), 1, format!("at the upper bound: {nodes}, and more are asked for")),
            (Topic::Outage, decision.outage, 1, format!("outage: too many of {nodes} are unready to remove or replace any")),
            (Topic::Blind, is_blind(decision), BLIND_AFTER, format!("blind: {}", unknown(decision))),
        ];
        for (topic, holds, after, text) in conditions {
            let before = self.state.standing.get(&topic).copied().unwrap_or(0);
            let now = if holds { before.saturating_add(1) } else { 0 };
            match now {
                0 => self.state.standing.remove(&topic),
                now => self.state.standing.insert(topic, now),
            };
            let news = if before < after && now >= after {
                Some((topic, text))
            } else if before >= after && now == 0 {
                Some((Topic::Recovered, format!("no longer {}", name(topic))))
            } else {
                None
            };
            if let Some((topic, text)) = news {
                let tree = decision.account(&self.order.cluster.timezone).without_idle().to_string();
                let kind = EventKind::Advanced { operation: None, what: text.clone() };
                self.journal.note_at_length(&mut self.state, &self.order.cluster, kind, Some(topic), text, tree);
            }
        }
    }
}

fn is_at_max(decision: &Decision) -> bool {
    let because = &decision.because;
    because.direction == Direction::Up && (because.cut_to_nothing_by(Guard::Bounds) || because.cut_to_nothing_by(Guard::Budget))
}

fn is_blind(decision: &Decision) -> bool {
    decision.because.nodes.is_none() || decision.because.rules.iter().any(|reason| reason.verdict == Verdict::Unknown)
}

fn unknown(decision: &Decision) -> String {
    if decision.because.nodes.is_none() {
        return "the nodes cannot be counted".to_owned();
    }
    let unknown = decision.because.rules.iter().filter(|reason| reason.verdict == Verdict::Unknown);
    let names: Vec<String> = unknown.map(|reason| format!("`{}`", reason.rule)).collect();
    format!("{} cannot be evaluated", names.join(", "))
}

const fn name(topic: Topic) -> &'static str {
    match topic {
        Topic::AtMax => "at the upper bound",
        Topic::Outage => "in an outage",
        _ => "blind",
    }
}

/// Whether this news went out within the last hour in the same words: a fault that lasts is told once, not at every tick.
pub(super) fn was_told(state: &mut State, topic: Topic, title: &str, at: jiff::Timestamp) -> bool {
    const QUIET: jiff::SignedDuration = jiff::SignedDuration::from_hours(1);
    state.told.retain(|_, told| at.duration_since(*told) < QUIET);
    let lasting = matches!(topic, Topic::Failure | Topic::DrainBlocked);
    if !lasting {
        return false;
    }
    let again = state.told.contains_key(title);
    if !again {
        state.told.insert(title.to_owned(), at);
    }
    again
}
