use crate::decide::{Action, Decision, Guard};
use crate::rules::Expected;

/// What came of an expectation: `None` where it is as expected, else what came instead, in the expectation's own words.
#[must_use]
pub fn compare(expected: &Expected, decision: &Decision) -> Option<String> {
    let (action, by, because) = match expected {
        Expected::Nodes(count) => {
            let wanted = decision.wanted;
            return (wanted != Some(*count))
                .then(|| wanted.map_or_else(|| "an unknown number of nodes".to_owned(), |n| format!("nodes {n}")));
        }
        Expected::Add { nodes, by, because } => (Action::Add(*nodes), by, because),
        Expected::Remove { nodes, by, because } => (Action::Remove(*nodes), by, because),
        Expected::Stay { by, because } => (Action::Stay, by, because),
    };
    let by_as_expected = by.as_ref().is_none_or(|rule| decision.because.is_by(rule));
    let because_as_expected = because.as_ref().is_none_or(|word| cut_by(decision).any(|guard| guard.word() == word));
    (decision.action != action || !by_as_expected || !because_as_expected).then(|| got(decision, because.is_some()))
}

/// As the test writes it.
#[must_use]
pub fn in_words(expected: &Expected) -> String {
    let (action, by, because) = match expected {
        Expected::Nodes(count) => return format!("nodes {count}"),
        Expected::Add { nodes, by, because } => (Action::Add(*nodes), by, because),
        Expected::Remove { nodes, by, because } => (Action::Remove(*nodes), by, because),
        Expected::Stay { by, because } => (Action::Stay, by, because),
    };
    let by = by.as_ref().map_or_else(String::new, |rule| format!(" by {rule}"));
    let because = because.as_ref().map_or_else(String::new, |guard| format!(" because {guard}"));
    format!("{}{by}{because}", action_in_words(action))
}

/// What cut a change that is left is told where the expectation asks for it.
fn got(decision: &Decision, asked_because: bool) -> String {
    let rules: Vec<&str> = decision.because.winning.iter().flat_map(|winning| &winning.rules).map(String::as_str).collect();
    let reached = decision.because.reached.iter().map(String::as_str).filter(|rule| !rules.contains(rule));
    let by: Vec<&str> = rules.iter().copied().chain(reached).collect();
    let by = if by.is_empty() { String::new() } else { format!(" by {}", by.join(", ")) };
    let told = asked_because || decision.action == Action::Stay;
    let guards: Vec<&str> = if told { cut_by(decision).map(Guard::word).collect() } else { Vec::new() };
    let because = if guards.is_empty() { String::new() } else { format!(" because {}", guards.join(", ")) };
    format!("{}{by}{because}", action_in_words(decision.action))
}

/// The guards that cut the change to nothing, those that held back proposals of their rules among them; of a change that
/// is left, the guards that cut it.
fn cut_by(decision: &Decision) -> impl Iterator<Item = Guard> {
    let because = &decision.because;
    let stays = decision.action == Action::Stay;
    let cut = move |guard: &Guard| because.guards.iter().any(|reason| reason.guard == *guard && (!stays || reason.to_nothing));
    Guard::ALL.into_iter().filter(cut)
}

fn action_in_words(action: Action) -> String {
    match action {
        Action::Add(1) => "add 1 node".to_owned(),
        Action::Add(count) => format!("add {count} nodes"),
        Action::Remove(1) => "remove 1 node".to_owned(),
        Action::Remove(count) => format!("remove {count} nodes"),
        Action::Stay => "stay".to_owned(),
    }
}
