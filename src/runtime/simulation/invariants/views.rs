use crate::decide::Action;
use crate::ledger::State;
use crate::plan::{LaunchCause, Operation, RetireCause};
use crate::runtime::simulation::invariants::{Invariants, Part};
use crate::sandbox::{Call, World};

/// Upon what ticks saw and decided.
impl Invariants<'_> {
    /// 1 and 8, upon a decision.
    pub(super) fn view(&mut self, part: &Part<'_>, world: &World) {
        let Some(report) = part.report else { return };
        let (cluster, at) = (&self.scenario.rules, report.at);
        for operation in &report.operations {
            let Operation::Retire(retire) = operation else { continue };
            let needs_nodes = matches!(retire.cause, RetireCause::Decision { .. } | RetireCause::Unready | RetireCause::NeverJoined);
            // Another process of the same instant may have begun it, and this one has only taken it over.
            let own = retire.decided_at == at && retire.id.fence() == Some(part.process.fence());
            if needs_nodes && own && part.process.is_blind(Call::Nodes) {
                self.breaks(8, at, format!("{} was begun though Kubernetes did not answer", retire.id));
            }
        }
        let Some(decided) = &report.decided else { return };
        let decision = &decided.decision;
        let wanted = decision.wanted;
        match decision.action {
            Action::Stay => return,
            Action::Add(_) if wanted.is_some_and(|wanted| wanted > cluster.nodes.upper) => {
                self.breaks(1, at, format!("{wanted:?} nodes are wanted, more than {}", cluster.nodes.upper));
            }
            Action::Add(_) => {}
            Action::Remove(_) => {
                if wanted.is_some_and(|wanted| wanted < cluster.nodes.lower) {
                    self.breaks(1, at, format!("{wanted:?} nodes are wanted, fewer than {}", cluster.nodes.lower));
                }
                // Only `cpu` asks for removals, and it is the metric that a partial answer leaves out.
                // Down to the upper bound needs no metric: the bound asks for it (language.md, "Guards").
                let above = report.counts.nodes().is_some_and(|nodes| nodes > cluster.nodes.upper);
                let needed = [Call::Instances, Call::Nodes, Call::Metrics];
                let unseen = needed.into_iter().filter(|call| !(above && *call == Call::Metrics)).find(|call| part.process.is_blind(*call));
                if let Some(call) = unseen {
                    self.breaks(8, at, format!("a removal was decided though {call:?} was not answered"));
                }
                self.grace(part, world);
            }
        }
        // Where nobody may go, nothing changes, however often it is decided.
        if report.operations.iter().any(|operation| operation.decided_at() == at) {
            self.last_change = self.tick;
        }
    }

    /// 8: a lost ledger is missing data too.
    fn grace(&mut self, part: &Part<'_>, world: &World) {
        let cluster = &self.scenario.rules;
        let grace = cluster.cooldown.down.max(cluster.capacity.join);
        let Some(report) = part.report else { return };
        // By its own clock: the grace was written down by a clock that may have been off by as much.
        let soon = world.ledger_lost_at.is_some_and(|lost| world.now.duration_since(lost) < grace && lost < self.began);
        if soon && self.scenario.clocks_are_right() {
            self.breaks(8, report.at, "a removal was decided while the ledger was being rebuilt".to_owned());
        }
    }

    /// 3 and 8, upon launches that have just begun: a worker that is unready has one replacement, one at a time, and none in
    /// an outage.
    pub(super) fn begun(&mut self, new: &[&Operation], state: &State, world: &World, parts: &[Part<'_>]) {
        let sees_well = parts.iter().all(|part| part.process.sees_well());
        for operation in new {
            let Operation::Launch(launch) = operation else { continue };
            let LaunchCause::Replacement { of } = &launch.cause else { continue };
            if !self.is_unready(of, world) || !sees_well {
                continue;
            }
            let others = state.progress.launches().filter(|other| match &other.cause {
                LaunchCause::Replacement { of: other_of } => other.id != launch.id && self.is_unready(other_of, world),
                LaunchCause::Decision { .. } | LaunchCause::Adopted => false,
            });
            if others.count() > 0 {
                self.breaks(3, world.now, format!("{of} is replaced while another unready worker is"));
            }
            // As `nodes` counts: those that launch are workers too.
            let coming = world.machines.values().filter(|machine| machine.instance.state.is_alive());
            let coming = coming.filter(|machine| world.node_of(&machine.instance.id).is_none()).count();
            let (silent, nodes) = (self.long_silent(world), world.nodes.len().saturating_add(coming));
            if silent > 3 && silent * 100 > nodes * 45 {
                self.breaks(8, world.now, format!("{of} is replaced in an outage: {silent} of {nodes} kubelets are silent"));
            }
        }
    }

    /// It lives, its kubelet is silent, and AWS has said nothing of it.
    fn is_unready(&self, id: &str, world: &World) -> bool {
        let lives = world.machines.get(id).is_some_and(|machine| machine.instance.state.is_alive());
        let silent = world.node_of(id).is_some_and(|name| world.silent.contains(&name));
        lives && silent && !world.noticed.iter().any(|notice| notice.instance_id == id)
    }

    /// Living workers whose kubelets have been silent since before this tick.
    fn long_silent(&self, world: &World) -> usize {
        let long = |name: &&String| {
            world.nodes.get(*name).is_some_and(|node| {
                let lives = node.instance_id.as_ref().and_then(|id| world.machines.get(id)).is_some_and(|m| m.instance.state.is_alive());
                lives && node.ready_changed_at.is_some_and(|changed| changed < self.began)
            })
        };
        world.silent.iter().filter(long).count()
    }
}
