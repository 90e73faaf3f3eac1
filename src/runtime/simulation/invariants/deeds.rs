use jiff::{SignedDuration, Timestamp};

use crate::ledger::State;
use crate::plan::{Operation, RetireCause};
use crate::runtime::simulation::invariants::Invariants;
use crate::sandbox::{Deed, DeedKind, World};

/// A spot notice may be acted upon that long before its end: a tick that begins then is the last but one.
const NOTICE_RUNS_OUT: SignedDuration = SignedDuration::from_mins(1);

/// A tick acts upon what it saw at most that long before.
const LOOKED_WITHIN: SignedDuration = SignedDuration::from_mins(1);

/// Upon each side effect, by what the sandbox noted of the world at that moment.
impl Invariants<'_> {
    pub(super) fn deeds(&mut self, deeds: &[Deed], state: &State, world: &World) {
        for deed in deeds {
            match &deed.what {
                // 2. Whoever was overtaken may launch what its successor has closed; repair adopts it.
                DeedKind::Launched { token, called_at, intended: false, .. }
                    if !(self.overtakes || self.lost_in_this_tick(world) || lost_before(world, *called_at)) =>
                {
                    self.breaks(2, deed.at, format!("instances were launched under `{token}`, which the ledger did not know"));
                }
                // 7. Once a write was refused the holder knows, and nothing excuses it; nor a write that was taken from one who
                // was overtaken. A lost table has no fence to be under.
                DeedKind::Overtaken { call, told } => {
                    let lost = self.lost_in_this_tick(world);
                    if *told || !(self.overtakes || lost) {
                        self.breaks(7, deed.at, format!("{call:?} was called under a fence that was no longer in force"));
                    }
                }
                DeedKind::Terminated { .. } => self.terminated(deed, state, world),
                // 5, and 3: an eviction that hits another pod was intended by nobody. A Node that somebody deleted, or a mark
                // that a successor took off after the ledger was lost, leaves evictions that are under way without a mark.
                DeedKind::Evicted { pod, expected, budgets } => {
                    if let Some((after, least)) = budgets.iter().find(|(after, least)| after < least) {
                        self.breaks(5, deed.at, format!("{pod} was evicted: {after} are left of the {least} that its budget asks for"));
                    }
                    if !expected && !self.overtakes && !self.marks_went(world) {
                        self.breaks(3, deed.at, format!("{pod} was evicted, or its node, though nobody intended it"));
                    }
                }
                // 4: its pods would be gone from the API while they run.
                DeedKind::NodeDeleted { node, alive: true } => {
                    self.breaks(4, deed.at, format!("{node} was deleted though its instance runs"));
                }
                // 9.
                DeedKind::Announced { id, committed: false } if !self.lost_in_this_tick(world) => {
                    self.breaks(9, deed.at, format!("news {id} went out and was never committed"));
                }
                DeedKind::Launched { .. }
                | DeedKind::NodeDeleted { .. }
                | DeedKind::Announced { .. }
                | DeedKind::Marked { .. }
                | DeedKind::Unmarked { .. } => {}
            }
        }
    }

    /// Marks may have been taken off behind the back of evictions that are still under way.
    fn marks_went(&self, world: &World) -> bool {
        let deleted = self.scenario.outside.iter().any(|(_, outside)| matches!(outside, crate::sandbox::Outside::Vanish { .. }));
        deleted || self.is_rebuilding(world)
    }

    /// 1, 3, 4 and 12.
    fn terminated(&mut self, deed: &Deed, state: &State, world: &World) {
        let DeedKind::Terminated { instance, named, called_at, node_since, pods, abandoned, protected_since, left } = &deed.what else {
            return;
        };
        // An operation that began and ended within a tick that nobody lived to report.
        let named = named.as_deref().filter(|_| !self.reasons.contains_key(instance)).cloned();
        named.into_iter().for_each(|retire| self.learn(&Operation::Retire(retire)));
        let Some(reason) = self.reasons.get(instance) else {
            if !self.lost_in_this_tick(world) {
                self.breaks(3, deed.at, format!("{instance} was terminated and no operation names it"));
            }
            return;
        };
        let (cause, decided_at, asked_at) = (reason.cause.clone(), reason.decided_at, reason.asked_at.unwrap_or(self.began));
        let drained = pods.is_empty() || *abandoned;
        // The end of a notice is by AWS' clock; a clock that is off comes to it early, as nobody can know.
        let runs_out = match &cause {
            RetireCause::Rescue { ends_at, .. } => !self.scenario.clocks_are_right() || ends_at.duration_since(deed.at) <= NOTICE_RUNS_OUT,
            _ => false,
        };
        // Its Node was not there when the call was made, or no list showed it yet.
        let unseen = called_at.saturating_sub(self.stalest().saturating_add(LOOKED_WITHIN)).unwrap_or(Timestamp::MIN);
        let joined_since = node_since.is_some_and(|since| since >= unseen);
        if !drained && !runs_out && !joined_since {
            self.breaks(4, deed.at, format!("{instance} was terminated with {}", pods.join(", ")));
        }
        // Whoever protects it after its end was asked for comes too late, and a list may be as old as stale reads make it.
        let ours = matches!(cause, RetireCause::Decision { .. } | RetireCause::Unready);
        let seen = |since: &Timestamp| *since < asked_at.saturating_sub(self.stalest()).unwrap_or(Timestamp::MIN);
        if ours && protected_since.as_ref().is_some_and(seen) {
            self.breaks(12, deed.at, format!("{instance} was terminated though a person had protected it"));
        }
        if matches!(cause, RetireCause::Decision { .. }) && !self.lost_outside(world, decided_at) && !self.is_rebuilding(world) {
            // Nodes that are launching count as capacity, nodes being retired do not.
            let coming = |id: &&String| state.progress.slot(id).is_some_and(|(_, slot)| slot.is_coming());
            let staying = left.iter().filter(|id| state.progress.retire_of(id).is_none() && !coming(id)).count();
            let stay = staying + state.progress.launching() as usize;
            let lower = self.scenario.rules.nodes.lower as usize;
            if stay < lower {
                self.breaks(1, deed.at, format!("{instance} was terminated and {stay} workers are left, fewer than {lower}"));
            }
        }
    }
}

/// The table was deleted in the tick that made the call, or later: what had been intended can no longer be looked up.
fn lost_before(world: &World, called_at: Timestamp) -> bool {
    let began = called_at.saturating_sub(LOOKED_WITHIN).unwrap_or(Timestamp::MIN);
    world.ledger_lost_at.is_some_and(|at| at >= began)
}
