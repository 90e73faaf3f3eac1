//! The flapping proof (W0301) against brute force: random rulesets over two shares of capacity, each simulated at a fine
//! grid of constant loads from every count of nodes. Where the proof says nothing every load settles; where it names a
//! load and a circle, the simulation goes round just that.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that fails says so by a panic")]

use std::fmt::Write as _;

use proptest::prelude::*;
use smartscale::check::check;
use smartscale::source::Sources;

/// Loads are in 400ths of a node: thresholds in steps of 5%, times 0.9 or 1.1 for what is tracked, fall on it.
const PER_NODE: i64 = 400;

#[derive(Clone, Debug)]
struct Rule {
    conditions: Vec<Atom>,
    any: bool,
    action: Action,
}

#[derive(Clone, Debug)]
enum Atom {
    /// The metric, whether above, and the percentage.
    Share(usize, bool, i64),
    /// Whether above, and the count.
    Nodes(bool, i64),
}

#[derive(Clone, Debug)]
enum Action {
    Add(i64),
    AddShare(i64),
    /// A node for each such percentage of the first metric.
    AddEach(i64),
    Remove(i64),
    RemoveShare(i64),
    Set(i64),
    Keep(i64, i64),
    HoldRemovals,
    HoldAdditions,
    Hold,
    Track(usize, i64),
}

#[derive(Clone, Debug)]
struct Set {
    lower: i64,
    upper: i64,
    step: (i64, i64),
    rules: Vec<Rule>,
}

const NAMES: [&str; 2] = ["cpu", "memory"];

impl Set {
    fn text(&self) -> String {
        let mut text = format!(
            "cluster \"prod\" {{ nodes {}..{} step up {}, down {} }}\n\
             metric cpu : percent of capacity = prometheus `cpu`\nmetric memory : percent of capacity = prometheus `memory`\n",
            self.lower, self.upper, self.step.0, self.step.1
        );
        for (index, rule) in self.rules.iter().enumerate() {
            let _ = write!(text, "rule r{index} {{ ");
            let atoms: Vec<String> = rule
                .conditions
                .iter()
                .map(|atom| {
                    let sign = |above: &bool| if *above { ">" } else { "<" };
                    match atom {
                        Atom::Share(metric, above, bound) => format!("{} {} {bound}%", NAMES[*metric], sign(above)),
                        Atom::Nodes(above, bound) => format!("nodes {} {bound}", sign(above)),
                    }
                })
                .collect();
            if !atoms.is_empty() {
                let _ = write!(text, "when {} ", atoms.join(if rule.any { " or " } else { " and " }));
            }
            let _ = match &rule.action {
                Action::Add(count) => write!(text, "then add {count} nodes"),
                Action::AddShare(share) => write!(text, "then add {share}% nodes"),
                Action::AddEach(share) => write!(text, "then add cpu / {share}% nodes"),
                Action::Remove(count) => write!(text, "then remove {count} nodes"),
                Action::RemoveShare(share) => write!(text, "then remove {share}% nodes"),
                Action::Set(count) => write!(text, "then set {count} nodes"),
                Action::Keep(low, high) => write!(text, "keep {low}..{high} nodes"),
                Action::HoldRemovals => write!(text, "hold removals"),
                Action::HoldAdditions => write!(text, "hold additions"),
                Action::Hold => write!(text, "hold"),
                Action::Track(metric, at) => write!(text, "track {} at {at}%", NAMES[*metric]),
            };
            text.push_str(" }\n");
        }
        text
    }

    /// The count that is decided on, without the guard `rebound`.
    fn next(&self, nodes: i64, loads: [i64; 2]) -> i64 {
        self.next_of(nodes, loads, PER_NODE)
    }

    /// The same, with so many parts of load to a node.
    fn next_of(&self, nodes: i64, loads: [i64; 2], per_node: i64) -> i64 {
        let (mut lower, mut upper) = (self.lower, self.upper);
        let mut wanted = Vec::new();
        let (mut no_removal, mut no_addition, mut no_sinking) = (false, false, false);
        for rule in &self.rules {
            let held = truth(rule, nodes, loads, per_node);
            let needs_metric = matches!(rule.action, Action::Track(..) | Action::AddEach(_));
            let unknown = held.is_none() || (held == Some(true) && needs_metric && nodes == 0);
            if unknown {
                no_removal = true;
                no_sinking |= matches!(rule.action, Action::Keep(..) | Action::Hold | Action::HoldRemovals | Action::HoldAdditions);
                continue;
            }
            if held == Some(false) {
                continue;
            }
            match rule.action {
                Action::Add(count) => wanted.push(nodes + count),
                Action::AddShare(share) => wanted.push(nodes + (nodes * share + 99).div_euclid(100)),
                Action::AddEach(share) => {
                    // The share is 100 × load / nodes %, at most 100%; for each `share` of it one node, rounded up.
                    let (load, whole) = (loads[0].min(nodes * per_node) * 100, nodes * per_node * share);
                    wanted.push(nodes + (load + whole - 1).div_euclid(whole));
                }
                Action::Remove(count) => wanted.push((nodes - count).max(0)),
                Action::RemoveShare(share) => wanted.push(nodes - (nodes * share).div_euclid(100)),
                Action::Set(count) => wanted.push(count),
                Action::Keep(low, high) => (lower, upper) = (lower.max(low), upper.min(high)),
                Action::HoldRemovals => (no_removal, no_sinking) = (true, true),
                Action::HoldAdditions => no_addition = true,
                Action::Hold => (no_removal, no_sinking, no_addition) = (true, true, true),
                Action::Track(metric, at) => {
                    // value / at = load × 100 / (nodes × at), in parts of 400ths.
                    let (load, whole) = (loads[metric].min(nodes * per_node) * 100, nodes * per_node * at);
                    if (load - whole).abs() * 10 > whole {
                        wanted.push((load + per_node * at - 1).div_euclid(per_node * at));
                    }
                }
            }
        }
        lower = lower.min(self.upper);
        upper = upper.max(self.lower).max(lower);
        let most = wanted.iter().copied().filter(|wanted| *wanted > nodes).max();
        let least = wanted.iter().copied().filter(|wanted| *wanted < nodes).max();
        let mut target = nodes;
        if let Some(most) = most {
            if !no_addition {
                target = most.min(nodes + self.step.0).min(upper).max(nodes);
            }
        } else if let Some(least) = least
            && !no_removal
        {
            target = least.max(nodes - self.step.1).max(lower).min(nodes);
        }
        if nodes < lower {
            target = target.max(lower);
        } else if nodes > upper && !no_sinking {
            target = target.min(upper.max(nodes - self.step.1));
        }
        target
    }

    /// The circle that decisions from this count end in.
    fn circle(&self, from: i64, loads: [i64; 2]) -> Vec<i64> {
        let mut path = vec![from];
        loop {
            let next = self.next(*path.last().unwrap(), loads);
            if let Some(start) = path.iter().position(|count| *count == next) {
                let mut circle = path.split_off(start);
                let smallest = (0..circle.len()).min_by_key(|index| circle[*index]).unwrap();
                circle.rotate_left(smallest);
                return circle;
            }
            path.push(next);
        }
    }
}

fn truth(rule: &Rule, nodes: i64, loads: [i64; 2], per_node: i64) -> Option<bool> {
    let mut unknown = false;
    for atom in &rule.conditions {
        let held = match atom {
            Atom::Nodes(above, bound) => Some(if *above { nodes > *bound } else { nodes < *bound }),
            Atom::Share(..) if nodes == 0 => None,
            Atom::Share(metric, above, bound) => {
                let (share, bound) = (loads[*metric].min(nodes * per_node) * 100, bound * nodes * per_node);
                Some(if *above { share > bound } else { share < bound })
            }
        };
        match held {
            Some(held) if held == rule.any => return Some(held),
            Some(_) => {}
            None => unknown = true,
        }
    }
    if unknown { None } else { Some(!rule.any || rule.conditions.is_empty()) }
}

/// What W0301 says: its loads and its circle.
fn proof(set: &Set) -> Option<(Vec<i64>, Vec<i64>, String)> {
    let text = set.text();
    let checked = check(&Sources::single("random.scale", &text));
    assert!(!checked.has_errors(), "{text}\n{:#?}", checked.diagnostics);
    let found = checked.diagnostics.into_iter().find(|found| found.code.id() == "W0301")?;
    let (said, circle) = found.message.split_once(": ").unwrap();
    let (_, said) = said.split_once(" at ").unwrap();
    let numbers = said.split(' ').filter_map(|word| word.parse::<f64>().ok());
    let loads = numbers.map(|load| (load * PER_NODE as f64 * 1000.0).round() as i64).collect();
    let mut circle: Vec<i64> = circle.split(" → ").filter_map(|count| count.trim_end_matches(" …").parse().ok()).collect();
    circle.pop();
    Some((loads, circle, found.message))
}

fn atom() -> impl Strategy<Value = Atom> {
    prop_oneof![
        6 => (0..2_usize, any::<bool>(), 1..20_i64).prop_map(|(metric, above, bound)| Atom::Share(metric, above, bound * 5)),
        1 => (any::<bool>(), 1..5_i64).prop_map(|(above, bound)| Atom::Nodes(above, bound)),
    ]
}

fn action() -> impl Strategy<Value = Action> {
    prop_oneof![
        4 => (1..3_i64).prop_map(Action::Add),
        1 => (5..60_i64).prop_map(Action::AddShare),
        1 => (4..16_i64).prop_map(|share| Action::AddEach(share * 5)),
        4 => (1..3_i64).prop_map(Action::Remove),
        1 => (20..70_i64).prop_map(Action::RemoveShare),
        1 => (1..6_i64).prop_map(Action::Set),
        1 => (1..3_i64, 0..3_i64).prop_map(|(low, more)| Action::Keep(low, low + more)),
        1 => prop_oneof![Just(Action::HoldRemovals), Just(Action::HoldAdditions), Just(Action::Hold)],
        1 => (0..2_usize, 6..19_i64).prop_map(|(metric, at)| Action::Track(metric, at * 5)),
    ]
}

fn set() -> impl Strategy<Value = Set> {
    let rule = (proptest::collection::vec(atom(), 0..3), any::<bool>(), action()).prop_map(|(conditions, any, action)| Rule {
        conditions,
        any,
        action,
    });
    (0..3_i64, 1..5_i64, (1..4_i64, 1..3_i64), proptest::collection::vec(rule, 1..5)).prop_map(|(lower, more, step, rules)| Set {
        lower,
        upper: lower + more,
        step,
        rules,
    })
}

/// Loads from nothing to more than all nodes can do, `apart` from each other.
fn loads(set: &Set, apart: i64) -> impl Iterator<Item = i64> + Clone + use<> {
    (0..=(set.upper + 1) * PER_NODE / apart).map(move |load| load * apart)
}

fn hold(set: &Set) -> Result<(), TestCaseError> {
    let text = set.text();
    match proof(set) {
        None => {
            let both = loads(set, 1).map(|load| [load, load]);
            let apart = loads(set, 10).flat_map(|one| loads(set, 20).map(move |two| [one, two]));
            for loads in both.chain(apart) {
                for from in set.lower..=set.upper {
                    let circle = set.circle(from, loads);
                    prop_assert!(circle.len() == 1, "not told: {circle:?} at {loads:?} 400ths\n{text}");
                }
            }
        }
        Some((told, circle, message)) => {
            // Told loads are exact, also between the grid: everything is counted in 400000ths then.
            let fine = |load: i64| load * 1000;
            let scaled = |one: i64, two: i64| Scaled(set).goes_round(&circle, [one, two]);
            let grid: Vec<i64> = loads(set, 10).map(fine).collect();
            let reproduced = match told.as_slice() {
                [one, two] => scaled(*one, *two),
                // What the other metric is at may matter too.
                [one] => scaled(*one, *one) || grid.iter().any(|other| scaled(*one, *other) || scaled(*other, *one)),
                _ => grid.iter().any(|one| scaled(*one, *one) || grid.iter().any(|two| scaled(*one, *two))),
            };
            prop_assert!(reproduced, "{message} is not so\n{text}");
        }
    }
    Ok(())
}

/// The same set, asked about loads in 400000ths of a node.
struct Scaled<'s>(&'s Set);

impl Scaled<'_> {
    fn goes_round(&self, circle: &[i64], loads: [i64; 2]) -> bool {
        circle.iter().enumerate().all(|(step, count)| {
            let wanted = circle.get(step + 1).or(circle.first());
            Some(&self.0.next_of(*count, loads, PER_NODE * 1000)) == wanted
        })
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_proof_and_brute_force_agree(set in set()) {
        hold(&set)?;
    }
}
