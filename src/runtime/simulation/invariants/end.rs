use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use crate::decide::{Input, decide};
use crate::ledger::{Event, EventKind};
use crate::observe::{InstanceState, Node};
use crate::plan::RETIRING_TAINT;
use crate::rules::Cluster;
use crate::runtime::simulation::invariants::Invariants;
use crate::sandbox::{Sandbox, World};

/// Changes that may still come before the end count as unrest when they are that near to it.
const QUIET: u32 = 20;
/// News in the same words goes out once within this time.
const TOLD_ONCE: SignedDuration = SignedDuration::from_hours(1);

/// Once all has been well for long.
impl Invariants<'_> {
    /// 2, 6, 9, 10 and 11.
    pub fn at_end(&mut self, sandbox: &Sandbox) {
        let world = sandbox.world();
        let now = world.now;
        if self.in_flight > 0 {
            self.breaks(11, now, format!("{} operations are in flight long after the last fault", self.in_flight));
        }
        if self.last_change + QUIET > self.scenario.ticks {
            self.breaks(11, now, format!("a change was decided at tick {} of {}", self.last_change, self.scenario.ticks));
        }
        for machine in world.machines.values().filter(|machine| machine.instance.state == InstanceState::Running) {
            let id = &machine.instance.id;
            if !world.node_of(id).and_then(|name| world.nodes.get(&name)).is_some_and(Node::is_ready) {
                self.breaks(2, now, format!("{id} runs and is no worker"));
            }
        }
        if let Some(node) = world.nodes.values().find(|node| node.taint(RETIRING_TAINT).is_some()) {
            self.breaks(6, now, format!("{} bears our taint", node.name));
        }
        sandbox.ledger().look_at_events(&self.scenario.rules.name, |events, rulesets| self.events(&world, events, rulesets));
    }

    /// 9: what was committed went out, and what went out was committed. 10: each decision follows from what is recorded.
    fn events(&mut self, world: &World, events: &mut dyn Iterator<Item = &Event>, rulesets: &BTreeMap<String, Arc<Cluster>>) {
        let cluster = &self.scenario.rules;
        let topics: BTreeSet<_> = cluster.notify.iter().flat_map(|notice| notice.topics.iter().copied()).collect();
        let told: BTreeMap<&str, Timestamp> = world.announced.iter().map(|(_, news)| (news.id.as_str(), news.at)).collect();
        let mut titles: BTreeMap<&str, Vec<Timestamp>> = BTreeMap::new();
        for (_, news) in &world.announced {
            titles.entry(news.title.as_str()).or_default().push(news.at);
        }
        for event in events {
            if event.topic.is_some_and(|topic| topics.contains(&topic)) {
                let id = format!("{}/{}/{}", cluster.name, event.at, event.n);
                let lately = |at: &Timestamp| event.at.duration_since(*at).abs() < TOLD_ONCE;
                if !told.contains_key(id.as_str()) && !titles.get(event.text.as_str()).is_some_and(|told| told.iter().any(lately)) {
                    self.breaks(9, world.now, format!("event {id} was committed and never announced: {}", event.text));
                }
            }
            if let EventKind::Decided(decided) = &event.kind {
                let rules = rulesets.get(&decided.ruleset);
                let again = rules.map(|cluster| decide(&Input { cluster, observed: &decided.observed, memory: &decided.memory }));
                if again.as_ref() != Some(&*decided.decision) {
                    self.breaks(10, event.at, "what is recorded gives another decision".to_owned());
                }
            }
        }
    }
}
