use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::Serialize;

use crate::decide::{Decision, Finding, Guard, Input, Memory, Observed, Part, Truth, Verdict, Waiting, decide};
use crate::observe::Counts;
use crate::rules::{Action, Cluster, Comparison};

/// What the tests of one cluster have touched.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Coverage {
    pub cluster: String,
    pub rules: Vec<CoveredName>,
    /// The guards that these rules can meet in a test.
    pub guards: Vec<CoveredName>,
    pub branches: Vec<CoveredBranch>,
}

/// A rule that fired, a guard that was reached.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct CoveredName {
    pub name: String,
    pub covered: bool,
}

/// One part of an `or`, covered where it alone made the whole true.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct CoveredBranch {
    pub rule: String,
    pub branch: String,
    pub covered: bool,
}

impl Coverage {
    /// How much was covered, and how much there is.
    #[must_use]
    pub fn counts(&self) -> (usize, usize) {
        let names = self.rules.iter().chain(&self.guards).map(|name| name.covered);
        let all: Vec<bool> = names.chain(self.branches.iter().map(|branch| branch.covered)).collect();
        (all.iter().filter(|covered| **covered).count(), all.len())
    }
}

/// Coverage as it grows.
#[derive(Debug)]
pub struct Covering<'a> {
    cluster: &'a Cluster,
    fired: BTreeSet<String>,
    reached: BTreeSet<Guard>,
    /// By rule and place in its condition; the text and whether it was decisive.
    branches: BTreeMap<(String, Vec<usize>), (String, bool)>,
}

impl<'a> Covering<'a> {
    /// Every part of an `or` is there from the start, so that rules without a single test count too.
    #[must_use]
    pub fn new(cluster: &'a Cluster) -> Self {
        let mut covering = Self { cluster, fired: BTreeSet::new(), reached: BTreeSet::new(), branches: BTreeMap::new() };
        let observed = Observed {
            now: Timestamp::UNIX_EPOCH,
            counts: Counts::default(),
            waiting: Waiting::default(),
            metrics: vec![None; cluster.metrics.len()],
            launches_in_flight: 0,
            backoff: None,
            no_removal_before: None,
            prices: None,
        };
        let of_nothing = decide(&Input { cluster, observed: &observed, memory: &Memory::default() });
        for rule in &of_nothing.because.rules {
            if let Some(condition) = rule.condition.as_ref().filter(|condition| has_or(condition)) {
                covering.see_condition(&rule.rule, condition, &mut Vec::new(), false);
            }
        }
        covering
    }

    /// Adds what other tests of the same cluster have touched.
    pub fn merge(&mut self, other: Self) {
        self.fired.extend(other.fired);
        self.reached.extend(other.reached);
        for (place, (text, decisive)) in other.branches {
            self.branches.entry(place).or_insert((text, false)).1 |= decisive;
        }
    }

    pub fn see(&mut self, decision: &Decision) {
        for rule in &decision.because.rules {
            if rule.verdict == Verdict::Fired && !self.fired.contains(&rule.rule) {
                self.fired.insert(rule.rule.clone());
            }
            self.reached.extend(rule.held.iter().map(|reason| reason.guard));
            let applies = rule.windows.iter().all(|window| window.open == window.wanted_open);
            if let Some(condition) = rule.condition.as_ref().filter(|condition| has_or(condition)) {
                self.see_condition(&rule.rule, condition, &mut Vec::new(), applies);
            }
        }
        self.reached.extend(decision.because.guards.iter().map(|reason| reason.guard));
    }

    fn see_condition(&mut self, rule: &str, finding: &Finding, place: &mut Vec<usize>, applies: bool) {
        match &finding.part {
            Part::Compare { .. } | Part::Within { .. } | Part::Missing { .. } => {}
            Part::Not(inner) | Part::For { now: inner, .. } => self.see_condition(rule, inner, place, applies),
            Part::And(parts) => self.see_parts(rule, parts, place, applies),
            Part::Or(parts) => {
                let mut holding = parts.iter().enumerate().filter(|(_, part)| part.truth == Truth::True).map(|(index, _)| index);
                let decisive = holding.next().filter(|_| applies && holding.next().is_none());
                for (index, part) in parts.iter().enumerate() {
                    place.push(index);
                    let seen = self.branches.entry((rule.to_owned(), place.clone())).or_insert_with(|| (written(part), false));
                    seen.1 |= decisive == Some(index);
                    place.pop();
                }
                self.see_parts(rule, parts, place, applies);
            }
        }
    }

    fn see_parts(&mut self, rule: &str, parts: &[Finding], place: &mut Vec<usize>, applies: bool) {
        for (index, part) in parts.iter().enumerate() {
            place.push(index);
            self.see_condition(rule, part, place, applies);
            place.pop();
        }
    }

    #[must_use]
    pub fn coverage(self) -> Coverage {
        let cluster = self.cluster;
        let rules = cluster.rules.iter().map(|rule| CoveredName { name: rule.name.clone(), covered: self.fired.contains(&rule.name) });
        let guards = Guard::ALL.into_iter().filter(|guard| can_meet(cluster, *guard));
        let guards = guards.map(|guard| CoveredName { name: guard.word().to_owned(), covered: self.reached.contains(&guard) });
        let branches = self.branches.into_iter();
        Coverage {
            cluster: cluster.name.clone(),
            rules: rules.collect(),
            guards: guards.collect(),
            branches: branches.map(|((rule, _), (branch, covered))| CoveredBranch { rule, branch, covered }).collect(),
        }
    }
}

/// Whether these rules can meet a guard at all on a simulated cluster, where no worker fails and capacity never ends.
fn can_meet(cluster: &Cluster, guard: Guard) -> bool {
    let any = |wanted: fn(&Action) -> bool| cluster.rules.iter().any(|rule| wanted(&rule.action));
    let removes = any(|action| matches!(action, Action::Remove(_) | Action::Set(_) | Action::Track { .. }));
    let changes = removes || any(|action| matches!(action, Action::Add(_)));
    match guard {
        Guard::Cooldown | Guard::Bounds | Guard::Step => changes,
        Guard::Settling => any(|action| matches!(action, Action::Add(_) | Action::Remove(_))),
        Guard::Blind | Guard::Busy => removes,
        Guard::Hold => any(|action| matches!(action, Action::Hold(_))),
        Guard::Rebound => removes && cluster.metrics.iter().any(|metric| metric.of_capacity),
        Guard::Budget => changes && cluster.budget.is_some(),
        Guard::Outage | Guard::Backoff => false,
    }
}

fn has_or(finding: &Finding) -> bool {
    match &finding.part {
        Part::Or(_) => true,
        Part::And(parts) => parts.iter().any(has_or),
        Part::Not(inner) | Part::For { now: inner, .. } => has_or(inner),
        Part::Compare { .. } | Part::Within { .. } | Part::Missing { .. } => false,
    }
}

/// A part of a condition, as the rule writes it.
fn written(finding: &Finding) -> String {
    let joined = |parts: &[Finding], word: &str| parts.iter().map(written).collect::<Vec<_>>().join(word);
    match &finding.part {
        Part::Compare { left, operator, right } => format!("{} {} {}", left.text, symbol(*operator), right.text),
        Part::Within { value, low, high } => format!("{} in {}..{}", value.text, low.text, high.text),
        Part::Missing { metric, .. } => format!("missing({metric})"),
        Part::Not(inner) => format!("not ({})", written(inner)),
        Part::And(parts) => joined(parts, " and "),
        Part::Or(parts) => format!("({})", joined(parts, " or ")),
        Part::For { over, now, .. } => format!("({} for {over:#})", written(now)),
    }
}

const fn symbol(operator: Comparison) -> &'static str {
    match operator {
        Comparison::Greater => ">",
        Comparison::GreaterOrEqual => ">=",
        Comparison::Less => "<",
        Comparison::LessOrEqual => "<=",
        Comparison::Equal => "==",
        Comparison::NotEqual => "!=",
    }
}
