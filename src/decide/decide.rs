use crate::decide::arbitrate::{Arbiter, Outcome};
use crate::decide::bounds::InForce;
use crate::decide::judge::{Judge, Judged};
use crate::decide::seen::Seen;
use crate::decide::{Action, Because, Decision, Direction, Input};

/// Decides what is to be done at the instant that was observed, and says why.
///
/// Deterministic: the same input gives the same decision, byte for byte.
#[must_use]
pub fn decide(input: &Input<'_>) -> Decision {
    let seen = Seen::new(input);
    let judge = Judge { input, seen: &seen };
    let weighed = weigh(judge);
    explain(judge, weighed)
}

/// What [`decide`] would do, without a word on why: for whoever only needs the action, many times over.
#[must_use]
pub fn action(input: &Input<'_>) -> Action {
    let seen = Seen::new(input);
    let judge = Judge { input, seen: &seen };
    weigh(judge).action(judge.nodes())
}

/// Everything that decides.
struct Weighed {
    judged: Vec<Judged>,
    bounds: InForce,
    /// `None`: nobody can say how many nodes there are, so nothing is done.
    outcome: Option<Outcome>,
}

impl Weighed {
    fn action(&self, nodes: Option<u32>) -> Action {
        match (&self.outcome, nodes) {
            (Some(outcome), Some(nodes)) => outcome.action(nodes),
            _ => Action::Stay,
        }
    }
}

fn weigh(judge: Judge<'_>) -> Weighed {
    let judged: Vec<Judged> = judge.input.cluster.rules.iter().map(|rule| judge.judge(rule)).collect();
    let nodes = judge.nodes();
    let bounds = InForce::of(judge, &judged, nodes);
    let outcome = nodes.map(|nodes| Arbiter { judge, judged: &judged, bounds: &bounds, nodes }.arbitrate());
    Weighed { judged, bounds, outcome }
}

fn explain(judge: Judge<'_>, weighed: Weighed) -> Decision {
    let nodes = judge.nodes();
    let action = weighed.action(nodes);
    let Weighed { judged, bounds, outcome } = weighed;
    let wanted = outcome.as_ref().map(|outcome| outcome.target);
    let (direction, winning, reached, guards, mut held) = match outcome {
        Some(outcome) => (outcome.direction, outcome.winning, outcome.reached, outcome.guards, outcome.held),
        None => (Direction::None, None, Vec::new(), Vec::new(), Vec::new()),
    };
    let rules = judge.input.cluster.rules.iter().zip(&judged).enumerate().map(|(index, (rule, judged))| {
        let own = held.iter_mut().find(|(of, _)| *of == index).map(|(_, guards)| std::mem::take(guards));
        judge.explain(rule, judged, own.unwrap_or_default())
    });
    let because = Because {
        nodes,
        direction,
        bounds: bounds.reason(judge, &judged),
        rules: rules.collect(),
        winning,
        reached,
        guards,
        unhelped: judge.input.observed.waiting.unhelped.clone(),
        more_unhelped: judge.input.observed.waiting.more_unhelped,
        estimate: judge.input.observed.waiting.estimate.clone(),
    };
    let for_lower_bound = match (action, nodes) {
        (Action::Add(_), Some(nodes)) => bounds.lower.saturating_sub(nodes),
        _ => 0,
    };
    Decision {
        at: judge.seen.now,
        action,
        wanted,
        lower: bounds.lower,
        upper: bounds.upper,
        for_lower_bound,
        outage: judge.outage().is_some(),
        because,
    }
}
