use crate::decide::bounds::{InForce, keeps_at};
use crate::decide::guards::{Way, latest, listed, stops};
use crate::decide::judge::{Judge, Judged};
use crate::decide::{Action, Direction, Guard, GuardReason, Lift, Winning};
use crate::rules::Action as RuleAction;

/// From proposals to one change, by the steps of the reference.
pub(super) struct Arbiter<'w> {
    pub judge: Judge<'w>,
    pub judged: &'w [Judged],
    pub bounds: &'w InForce,
    pub nodes: u32,
}

/// What came of it.
#[derive(Debug)]
pub(super) struct Outcome {
    pub target: u32,
    pub direction: Direction,
    pub winning: Option<Winning>,
    pub reached: Vec<String>,
    pub guards: Vec<GuardReason>,
    /// The rules whose proposals were set aside, by index, with the guards of their own that did it.
    pub held: Vec<(usize, Vec<GuardReason>)>,
}

/// The proposals of one direction: the best of those that no guard of their own sets aside.
struct Proposals {
    /// `None`: all were set aside.
    winning: Option<Winning>,
    /// The best of all, as if none had been set aside.
    best: u32,
    held: Vec<(usize, Vec<GuardReason>)>,
}

impl Arbiter<'_> {
    pub fn arbitrate(&self) -> Outcome {
        let proposed = |way: Way| {
            self.judged
                .iter()
                .any(|judged| judged.proposal.is_some_and(|count| if way == Way::Up { count > self.nodes } else { count < self.nodes }))
        };
        // Up, if any proposal exceeds `nodes`, whatever else was proposed.
        let mut outcome = if proposed(Way::Up) {
            self.up()
        } else if proposed(Way::Down) {
            self.down()
        } else {
            self.none()
        };
        if self.nodes < self.bounds.lower {
            self.rise_to_lower(&mut outcome);
        } else if self.nodes > self.bounds.upper {
            self.sink_to_upper(&mut outcome);
        }
        outcome.guards.sort_by_key(|reason| reason.guard);
        outcome
    }

    fn none(&self) -> Outcome {
        Outcome { target: self.nodes, direction: Direction::None, winning: None, reached: Vec::new(), guards: Vec::new(), held: Vec::new() }
    }

    fn proposals(&self, way: Way) -> Proposals {
        let better = |one: u32, other: u32| one.max(other);
        let (mut best, mut free, mut held) = (None, None, Vec::new());
        for (index, (rule, judged)) in self.judge.input.cluster.rules.iter().zip(self.judged).enumerate() {
            let Some(count) = judged.proposal.filter(|count| if way == Way::Up { *count > self.nodes } else { *count < self.nodes }) else {
                continue;
            };
            best = Some(best.map_or(count, |best| better(best, count)));
            let guards = self.judge.own_guards(rule, count, way);
            if guards.is_empty() {
                free = Some(free.map_or(count, |free| better(free, count)));
            } else {
                held.push((index, guards));
            }
        }
        let winning = free.map(|count| {
            let rules = self.judge.input.cluster.rules.iter().zip(self.judged).enumerate();
            let made = rules.filter(|(index, (_, judged))| judged.proposal == Some(count) && !held.iter().any(|(held, _)| held == index));
            Winning { count, rules: made.map(|(_, (rule, _))| rule.name.clone()).collect() }
        });
        Proposals { winning, best: best.unwrap_or(self.nodes), held }
    }

    fn up(&self) -> Outcome {
        let Proposals { winning, best, held } = self.proposals(Way::Up);
        let wanted = winning.as_ref().map_or(best, |winning| winning.count);
        let stepped = wanted.min(self.nodes.saturating_add(self.judge.input.cluster.step.up.max(1)));
        let mut guards = set_aside(winning.as_ref(), &held);
        guards.extend(self.judge.hold(self.judged, Way::Up));
        guards.extend(self.judge.backoff());
        let bounded = stepped.min(self.bounds.upper).max(self.nodes);
        if bounded < stepped {
            guards.extend(self.upper_bound(stepped, bounded));
        }
        if stepped < wanted {
            guards.push(self.step(Way::Up, stepped));
        }
        let stopped = guards.iter().any(|reason| reason.to_nothing);
        let target = if stopped { self.nodes } else { bounded };
        let reached = match &winning {
            Some(_) if bounded == self.bounds.upper => self.keeps_at_upper(),
            _ => Vec::new(),
        };
        Outcome { target, direction: Direction::Up, winning, reached, guards, held }
    }

    fn down(&self) -> Outcome {
        let Proposals { winning, best, held } = self.proposals(Way::Down);
        let wanted = winning.as_ref().map_or(best, |winning| winning.count);
        let stepped = wanted.max(self.nodes.saturating_sub(self.judge.input.cluster.step.down.max(1)));
        let mut guards = set_aside(winning.as_ref(), &held);
        guards.extend(self.judge.blind(self.judged, |_| true));
        guards.extend(self.judge.hold(self.judged, Way::Down));
        guards.extend(self.judge.busy());
        guards.extend(self.judge.outage());
        if stepped > wanted {
            guards.push(self.step(Way::Down, stepped));
        }
        let bounded = stepped.max(self.bounds.lower).min(self.nodes);
        if bounded > stepped {
            guards.push(self.lower_bound(bounded));
        }
        // Where the bounds leave nothing, what `rebound` would have said of the removal itself is told all the same.
        let asked = if bounded < self.nodes { bounded } else { stepped };
        let rebound = self.judge.rebound(self.judged, self.nodes, asked);
        if rebound.left > asked {
            let noun = if asked == 1 { "node" } else { "nodes" };
            let text = format!("with {asked} {noun} {} would ask for more", listed(&rebound.asking));
            let lifts = Lift::Seen(self.judge.next_evaluation());
            let to_nothing = rebound.left == self.nodes;
            guards.push(GuardReason { guard: Guard::Rebound, to_nothing, left: Some(rebound.left), by: rebound.asking, text, lifts });
        }
        let stopped = guards.iter().any(|reason| reason.to_nothing);
        let target = if stopped { self.nodes } else { rebound.left };
        let reached = match &winning {
            Some(_) if bounded == self.bounds.lower => keeps_at(self.judge, self.judged, self.bounds.lower, |keep| keep.lower),
            _ => Vec::new(),
        };
        Outcome { target, direction: Direction::Down, winning, reached, guards, held }
    }

    /// Below the lower bound capacity is added at once; only `backoff` can delay it.
    fn rise_to_lower(&self, outcome: &mut Outcome) {
        let backoff = self.judge.backoff();
        let needed = if backoff.is_some() { self.nodes } else { self.bounds.lower };
        if !outcome.guards.iter().any(|reason| reason.guard == Guard::Backoff) {
            outcome.guards.extend(backoff);
        }
        if outcome.target <= self.bounds.lower {
            outcome.reached = keeps_at(self.judge, self.judged, self.bounds.lower, |keep| keep.lower);
        }
        outcome.target = outcome.target.max(needed);
    }

    /// Above the upper bound capacity is removed by steps, whatever the metrics say.
    fn sink_to_upper(&self, outcome: &mut Outcome) {
        let step = self.judge.input.cluster.step.down.max(1);
        let stepped = self.bounds.upper.max(self.nodes.saturating_sub(step));
        let is_of_bounds = |action: &RuleAction| matches!(action, RuleAction::Keep(_) | RuleAction::Hold(_));
        let blind = self.judge.blind(self.judged, is_of_bounds);
        let hold = self.judge.hold(self.judged, Way::Down);
        let guards = [self.judge.cluster_cooldown(Way::Down), blind, hold, self.judge.busy()];
        let stopped = guards.iter().any(Option::is_some);
        for reason in guards.into_iter().flatten() {
            match outcome.guards.iter_mut().find(|known| known.guard == reason.guard) {
                Some(known) => known.lifts = latest(known.lifts, reason.lifts),
                None => outcome.guards.push(reason),
            }
        }
        if !stopped && stepped > self.bounds.upper && !outcome.guards.iter().any(|reason| reason.guard == Guard::Step) {
            outcome.guards.push(self.step(Way::Down, stepped));
        }
        if !stopped && stepped <= outcome.target {
            outcome.target = stepped;
            outcome.reached = self.keeps_at_upper();
        }
    }

    /// The `keep` rules whose own number is the upper end; where the ends crossed it is a lower end.
    fn keeps_at_upper(&self) -> Vec<String> {
        let upper = self.bounds.upper;
        let ends = keeps_at(self.judge, self.judged, upper, |keep| keep.upper);
        if ends.is_empty() && upper == self.bounds.lower { keeps_at(self.judge, self.judged, upper, |keep| keep.lower) } else { ends }
    }

    fn step(&self, way: Way, left: u32) -> GuardReason {
        let step = if way == Way::Up { self.judge.input.cluster.step.up } else { self.judge.input.cluster.step.down };
        let text = format!("one {} changes at most {step}", way.noun());
        let lifts = Lift::Seen(self.judge.next_evaluation());
        GuardReason { guard: Guard::Step, to_nothing: false, left: Some(left), by: Vec::new(), text, lifts }
    }

    /// The upper end of the bounds, the budget, or both.
    fn upper_bound(&self, stepped: u32, bounded: u32) -> Vec<GuardReason> {
        let to_nothing = bounded <= self.nodes;
        let mut guards = Vec::new();
        if stepped > self.bounds.unbudgeted {
            let by = keeps_at(self.judge, self.judged, self.bounds.unbudgeted, |keep| keep.upper);
            let left = self.bounds.unbudgeted.max(self.nodes);
            let text = format!("the upper bound is {}{}", self.bounds.unbudgeted, set_by(&by));
            let lifts = self.bound_lifts(&by);
            guards.push(GuardReason { guard: Guard::Bounds, to_nothing: left == self.nodes, left: Some(left), by, text, lifts });
        }
        if self.bounds.budgeted && self.bounds.upper < self.bounds.unbudgeted {
            let text = match self.bounds.affordable {
                Some(affordable) => format!("the budget pays for {affordable} nodes"),
                None => "what another node costs is not known, and there is a budget".to_owned(),
            };
            guards.push(GuardReason { left: Some(bounded), to_nothing, ..stops(Guard::Budget, Vec::new(), text, Lift::Never) });
        }
        guards
    }

    fn lower_bound(&self, bounded: u32) -> GuardReason {
        let by = keeps_at(self.judge, self.judged, self.bounds.lower, |keep| keep.lower);
        let text = format!("the lower bound is {}{}", self.bounds.lower, set_by(&by));
        let lifts = self.bound_lifts(&by);
        GuardReason { guard: Guard::Bounds, to_nothing: bounded == self.nodes, left: Some(bounded), by, text, lifts }
    }

    /// A bound lifts when the last `keep` that sets it ceases to apply; the cluster's own range stays.
    fn bound_lifts(&self, keeps: &[String]) -> Lift {
        let rules = self.judge.input.cluster.rules.iter().filter(|rule| keeps.contains(&rule.name));
        rules.map(|rule| self.judge.applies_until(rule)).reduce(latest).unwrap_or(Lift::Never)
    }
}

fn set_by(keeps: &[String]) -> String {
    if keeps.is_empty() { String::new() } else { format!(", by {}", listed(keeps)) }
}

/// Where every proposal was set aside, what did it cut the change to nothing.
fn set_aside(winning: Option<&Winning>, held: &[(usize, Vec<GuardReason>)]) -> Vec<GuardReason> {
    let mut guards: Vec<GuardReason> = Vec::new();
    if winning.is_some() {
        return guards;
    }
    for reason in held.iter().flat_map(|(_, reasons)| reasons) {
        match guards.iter_mut().find(|known| known.guard == reason.guard) {
            None => guards.push(reason.clone()),
            Some(known) => {
                if known.text != reason.text {
                    known.text = format!("{}; {}", known.text, reason.text);
                }
                known.by.extend(reason.by.iter().filter(|name| !known.by.contains(name)).cloned().collect::<Vec<_>>());
                known.lifts = earliest(known.lifts, reason.lifts);
            }
        }
    }
    guards
}

/// Any one of several proposals is enough.
fn earliest(one: Lift, other: Lift) -> Lift {
    match (one, other) {
        (Lift::Never, lift) | (lift, Lift::Never) => lift,
        (Lift::At(a) | Lift::Seen(a), Lift::At(b) | Lift::Seen(b)) => {
            if a <= b {
                one
            } else {
                other
            }
        }
    }
}

impl Outcome {
    pub const fn action(&self, nodes: u32) -> Action {
        if self.target > nodes {
            Action::Add(self.target - nodes)
        } else if self.target < nodes {
            Action::Remove(nodes - self.target)
        } else {
            Action::Stay
        }
    }
}
