use std::collections::{BTreeMap, BTreeSet};

use jiff::SignedDuration;

use crate::ledger::State;
use crate::plan::{LaunchCause, OPERATION_TAG, SlotState};
use crate::runtime::simulation::invariants::Invariants;
use crate::sandbox::{Outside, World};

/// Upon what lives.
impl Invariants<'_> {
    /// 3: one intent, at most the instances it names. 1: what is wanted stays within the upper bound.
    pub(super) fn size(&mut self, world: &World, state: &State) {
        let now = world.now;
        let living = || world.machines.values().filter(|machine| machine.instance.state.is_alive());
        let mut brought: BTreeMap<&str, u32> = BTreeMap::new();
        for operation in living().filter_map(|machine| machine.instance.tags.get(OPERATION_TAG)) {
            *brought.entry(operation.as_str()).or_default() += 1;
        }
        // A clock that is minutes ahead gives a call up while it may still have its effect, as no tick can know.
        let given_up = if self.scenario.clocks_within_bound() { 0 } else { world.strikes.of("launch after its call was given up") };
        let given_up = u32::try_from(given_up).unwrap_or(u32::MAX);
        let too_many = brought.into_iter().find_map(|(operation, count)| {
            let wanted = self.wanted.get(operation)?.saturating_add(given_up);
            (count > wanted).then(|| format!("{operation} was to bring {wanted} nodes and {count} live"))
        });
        if let Some(what) = too_many {
            self.breaks(3, now, what);
        }
        let upper = self.scenario.rules.nodes.upper as usize;
        if living().count() <= upper || self.is_rebuilding(world) {
            return;
        }
        let mut leaving: BTreeSet<&str> = state.progress.retires().filter_map(|retire| retire.instance_id.as_deref()).collect();
        for launch in state.progress.launches() {
            let gone = launch.slots.iter().filter(|slot| matches!(slot.state, SlotState::Expired { .. } | SlotState::Lost { .. }));
            leaving.extend(gone.map(|slot| slot.instance_id.as_str()));
            if let LaunchCause::Replacement { of } = &launch.cause {
                leaving.insert(of.as_str());
            }
        }
        let wanted = living().filter(|machine| !leaving.contains(machine.instance.id.as_str())).count();
        if wanted > upper + self.beyond_control(world) {
            self.breaks(1, now, format!("{wanted} instances live and are wanted, more than {upper}"));
        }
    }

    /// Workers that may be there in spite of the bound, because others brought them back: silent ones (or told to be lost)
    /// whose replacement was on its way, and instances whose launch EC2 carried out after it had been given up. Nodes being
    /// retired are no capacity: one that stays after all may be one too many, until the upper bound removes it, which takes
    /// ticks that see and commit.
    fn beyond_control(&self, world: &World) -> usize {
        const REMOVED_WITHIN: SignedDuration = SignedDuration::from_mins(15);
        let stay = self.rolled_back.values().filter(|before| self.sighted.saturating_sub(**before) < REMOVED_WITHIN).count();
        let back = self.scenario.outside.iter().map(|(_, outside)| match outside {
            Outside::Silence(count) => *count,
            Outside::Vanish { .. } | Outside::Recommend(_) | Outside::Maintain(_) | Outside::Reclaim(_) => 1,
            _ => 0,
        });
        stay + back.sum::<usize>() + usize::try_from(world.strikes.of("launch after its call was given up")).unwrap_or(0)
    }
}
