use std::collections::BTreeMap;

use jiff::SignedDuration;

use crate::ledger::State;
use crate::plan::{CORDONED_BEFORE, PROTECTED, RETIRING_TAINT, RetireCause, RetireState};
use crate::runtime::simulation::invariants::Invariants;
use crate::sandbox::World;

/// How many ticks that see well and commit may find a thing as it must not stay: the first sees it, the second sets it
/// right, and what the second does may be struck.
const PATIENCE: u32 = 4;

/// Upon what is left over.
impl Invariants<'_> {
    pub(super) fn strays(&mut self, world: &World, state: &State, good: bool) {
        let mut found: Vec<(u8, String)> = Vec::new();
        let progress = &state.progress;
        for node in world.nodes.values() {
            let taint = node.taint(RETIRING_TAINT);
            // 6: mark, cordon and memory of a cordon come and go in one write each.
            if taint.is_none() {
                if node.unschedulable && !world.cordoned_by_person.contains(&node.name) {
                    self.breaks(6, world.now, format!("{} is cordoned and nobody knows why", node.name));
                }
                if node.annotations.contains_key(CORDONED_BEFORE) {
                    self.breaks(6, world.now, format!("{} still remembers a cordon", node.name));
                }
                continue;
            }
            let known = progress.operations.iter().any(|operation| Some(&operation.id().0) == taint.and_then(|taint| taint.value.as_ref()));
            // That of a dead instance is about to be deleted, after an outage at the latest.
            let lives =
                node.instance_id.as_ref().and_then(|id| world.machines.get(id)).is_some_and(|machine| machine.instance.state.is_alive());
            if !known && lives {
                found.push((6, format!("{} bears our taint without an operation", node.name)));
            }
        }
        // 2: an instance that is no worker is known to an operation, or repair takes it up.
        for machine in world.machines.values().filter(|machine| machine.instance.state.is_alive()) {
            let id = &machine.instance.id;
            let known = || progress.slot(id).is_some() || progress.retire_of(id).is_some() || world.node_of(id).is_some();
            if machine.visible_at <= self.began && !known() {
                found.push((2, format!("{id} runs, and neither a node nor an operation knows it")));
            }
        }
        // 6: a drain ends in time, one way or the other.
        for retire in progress.retires() {
            const SLACK: SignedDuration = SignedDuration::from_mins(1);
            let timed = !matches!(retire.cause, RetireCause::Rescue { .. } | RetireCause::Dead | RetireCause::Stray);
            let open = matches!(retire.state, RetireState::Intended | RetireState::Draining { .. });
            let over = world.now.duration_since(retire.decided_at) > self.scenario.rules.drain.within.saturating_add(SLACK);
            if timed && open && over && self.scenario.clocks_are_right() {
                found.push((6, format!("{} drains {} beyond its time", retire.id, retire.instance_id.as_deref().unwrap_or_default())));
            }
        }
        let mut overdue = BTreeMap::new();
        for (invariant, what) in found {
            let ticks = self.overdue.get(&what).copied().unwrap_or(0) + u32::from(good);
            if ticks > PATIENCE {
                self.breaks(invariant, world.now, format!("{what}, for {ticks} ticks that saw well"));
            }
            overdue.insert(what, ticks);
        }
        self.overdue = overdue;
    }

    /// 12: what people set stays.
    pub(super) fn people(&mut self, world: &World) {
        let undone = world.cordoned_by_person.iter().find(|name| world.nodes.get(*name).is_some_and(|node| !node.unschedulable));
        if let Some(name) = undone {
            self.breaks(12, world.now, format!("a person's cordon of {name} was taken off"));
        }
        let bare = |name: &&String| world.nodes.get(*name).is_some_and(|node| !node.annotations.contains_key(PROTECTED));
        if let Some(name) = world.protected_by_person.keys().find(bare) {
            self.breaks(12, world.now, format!("a person's protection of {name} was taken off"));
        }
    }
}
