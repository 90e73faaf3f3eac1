use std::collections::BTreeMap;

use jiff::SignedDuration;

use crate::observe::{InstanceState, Market, Node, Notice, NoticeKind, Taint, TaintEffect};
use crate::plan::{
    CORDONED_BEFORE, DeleteNode, Failure, FailureClass, INSTANCE_LABEL, MarkNode, POOL_LABEL, PROTECTED, RETIRING_TAINT, Terminate,
    UnmarkNode,
};
use crate::sandbox::cloud::failure;
use crate::sandbox::world::{Machine, World};
use crate::sandbox::{Deed, DeedKind, Happening, Outside, Sabotage};

/// K3s' start-up taint, which its cloud controller takes off.
const UNINITIALIZED: &str = "node.cloudprovider.kubernetes.io/uninitialized";

/// The simulated nodes and their controllers.
impl World {
    /// The Node comes up, not Ready yet.
    pub fn join(&mut self, id: &str) {
        let serial = self.serial();
        let Some(machine) = self.machines.get(id).filter(|machine| machine.instance.state.is_alive()) else { return };
        let instance = &machine.instance;
        let Some(kind) = self.settings.types.get(&instance.instance_type) else { return };
        let name = instance.private_dns_name.clone().unwrap_or_else(|| instance.id.clone());
        let mut labels: BTreeMap<String, String> = [
            ("topology.kubernetes.io/zone", instance.zone.as_str()),
            ("node.kubernetes.io/instance-type", instance.instance_type.as_str()),
            (INSTANCE_LABEL, id),
        ]
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .into();
        if let Some((_, pool)) = self.settings.cluster.split_once('/') {
            labels.insert(POOL_LABEL.to_owned(), pool.to_owned());
        }
        let allocatable = [("cpu", format!("{}m", kind.cpu_millis)), ("memory", kind.memory.to_string()), ("pods", "110".to_owned())];
        let node = Node {
            name: name.clone(),
            uid: format!("node-{serial}"),
            instance_id: Some(id.to_owned()),
            created_at: self.now,
            ready_condition: false,
            ready_changed_at: Some(self.now),
            unschedulable: false,
            taints: vec![Taint { key: UNINITIALIZED.to_owned(), value: None, effect: TaintEffect::NoSchedule }],
            labels,
            annotations: BTreeMap::new(),
            allocatable: allocatable.map(|(key, value)| (key.to_owned(), value)).into(),
        };
        self.nodes.insert(name, node);
    }

    pub fn make_ready(&mut self, id: &str) {
        let now = self.now;
        let alive = self.machines.get(id).is_some_and(|machine| machine.instance.state == InstanceState::Running);
        let Some(name) = self.node_of(id).filter(|_| alive) else { return };
        if let Some(node) = self.nodes.get_mut(&name) {
            node.ready_condition = true;
            node.ready_changed_at = Some(now);
            node.taints.retain(|taint| taint.key != UNINITIALIZED);
            self.unscheduled = true;
        }
    }

    pub fn fall_silent(&mut self, name: &str) {
        let now = self.now;
        if let Some(node) = self.nodes.get_mut(name).filter(|node| node.ready_condition) {
            node.ready_condition = false;
            node.ready_changed_at = Some(now);
            self.silent.insert(name.to_owned());
            self.unscheduled = true;
        }
    }

    /// Just so many kubelets are silent, as far as there are that many: the first ones by their nodes' names fall silent,
    /// and the last ones speak again.
    pub fn keep_silent(&mut self, count: usize) {
        let too_many: Vec<String> = self.silent.iter().skip(count).cloned().collect();
        too_many.iter().for_each(|name| self.speak(name));
        let more = count.saturating_sub(self.silent.len());
        let ready: Vec<String> = self.nodes.values().filter(|node| node.is_ready()).map(|node| node.name.clone()).take(more).collect();
        ready.iter().for_each(|name| self.fall_silent(name));
    }

    pub fn speak(&mut self, name: &str) {
        let now = self.now;
        self.silent.remove(name);
        let Some(node) = self.nodes.get_mut(name) else { return };
        let alive = node.instance_id.as_ref().and_then(|id| self.machines.get(id)).is_some_and(|m| m.instance.state.is_alive());
        if alive && !node.ready_condition {
            node.ready_condition = true;
            node.ready_changed_at = Some(now);
            self.unscheduled = true;
        }
    }

    /// The name of the Node of an instance.
    #[must_use]
    pub fn node_of(&self, id: &str) -> Option<String> {
        self.nodes.values().find(|node| node.instance_id.as_deref() == Some(id)).map(|node| node.name.clone())
    }

    fn expect_node(&mut self, name: &str, uid: &str) -> Result<&mut Node, Failure> {
        match self.nodes.get_mut(name) {
            Some(node) if node.uid == uid => Ok(node),
            Some(_) => Err(failure(FailureClass::NotFound, "other UID", "a node of that name has another UID")),
            None => Err(failure(FailureClass::NotFound, "404", "there is no such node")),
        }
    }

    /// # Errors
    /// As the API server: another UID, or a cordon that somebody else has set meanwhile.
    pub fn mark(&mut self, step: &MarkNode) -> Result<(), Failure> {
        let node = self.expect_node(&step.node_name, &step.node_uid)?;
        let ours = node.taint(RETIRING_TAINT).map(|taint| taint.value.as_deref() == Some(step.operation.0.as_str()));
        if ours == Some(true) && node.unschedulable {
            return Ok(());
        }
        if ours.is_none() && node.unschedulable && !step.cordoned_before {
            return Err(failure(FailureClass::Conflict, "cordoned", "the node was cordoned by somebody else meanwhile"));
        }
        node.taints.retain(|taint| taint.key != RETIRING_TAINT);
        node.taints.push(Taint { key: RETIRING_TAINT.to_owned(), value: Some(step.operation.0.clone()), effect: TaintEffect::NoSchedule });
        node.unschedulable = true;
        if step.cordoned_before {
            node.annotations.insert(CORDONED_BEFORE.to_owned(), step.operation.0.clone());
        } else {
            node.annotations.remove(CORDONED_BEFORE);
        }
        let now = self.now;
        self.note(|| Deed { at: now, what: DeedKind::Marked { node: step.node_name.clone() } });
        if self.sabotage == Some(Sabotage::TerminateUndrained)
            && let Some(instance_id) = self.nodes.get(&step.node_name).and_then(|node| node.instance_id.clone())
        {
            self.terminate(&Terminate { operation: step.operation.clone(), instance_id })?;
        }
        Ok(())
    }

    /// # Errors
    /// As the API server, for another UID.
    pub fn unmark(&mut self, step: &UnmarkNode) -> Result<(), Failure> {
        let sabotage = self.sabotage;
        let node = self.expect_node(&step.node_name, &step.node_uid)?;
        if node.taint(RETIRING_TAINT).is_none() {
            return Ok(());
        }
        node.taints.retain(|taint| taint.key != RETIRING_TAINT);
        let remembered = node.annotations.remove(CORDONED_BEFORE).is_some();
        node.unschedulable = match sabotage {
            Some(Sabotage::ForgetUncordon) => true,
            Some(Sabotage::UncordonAll) => false,
            _ => node.unschedulable && (step.keep_cordon || remembered),
        };
        self.unscheduled = true;
        let now = self.now;
        self.note(|| Deed { at: now, what: DeedKind::Unmarked { node: step.node_name.clone() } });
        Ok(())
    }

    /// # Errors
    /// As the API server, for another UID.
    pub fn delete_node(&mut self, step: &DeleteNode) -> Result<(), Failure> {
        self.expect_node(&step.node_name, &step.node_uid)?;
        if self.deeds.is_some() {
            let pods = self.pods_to_evict(&step.node_name);
            let now = self.now;
            self.note(|| Deed { at: now, what: DeedKind::NodeDeleted { node: step.node_name.clone(), pods } });
        }
        self.nodes.remove(&step.node_name);
        self.silent.remove(&step.node_name);
        self.cordoned_by_person.remove(&step.node_name);
        self.pods.retain(|_, pod| pod.node_name.as_deref() != Some(step.node_name.as_str()));
        self.unscheduled = true;
        self.settle();
        Ok(())
    }

    /// What others do.
    pub fn befall(&mut self, outside: &Outside) {
        match outside {
            Outside::Kill(place) => {
                let living = self.living();
                if let Some(id) = nth(&living, *place).cloned() {
                    self.shut_down(&id);
                }
            }
            Outside::Reclaim(place) => self.reclaim(*place),
            Outside::Silence(count) => {
                let names: Vec<String> = self.nodes.values().filter(|node| node.is_ready()).map(|node| node.name.clone()).collect();
                names.iter().take(*count).for_each(|name| self.fall_silent(name));
            }
            Outside::Speak => {
                let names: Vec<String> = self.silent.iter().cloned().collect();
                names.iter().for_each(|name| self.speak(name));
            }
            Outside::Cordon(place) => {
                let names: Vec<String> = self.nodes.values().filter(|node| !node.unschedulable).map(|node| node.name.clone()).collect();
                if let Some(node) = nth(&names, *place).and_then(|name| self.nodes.get_mut(name)) {
                    node.unschedulable = true;
                    self.cordoned_by_person.insert(node.name.clone());
                }
            }
            Outside::Uncordon => {
                for name in std::mem::take(&mut self.cordoned_by_person) {
                    if let Some(node) = self.nodes.get_mut(&name).filter(|node| node.taint(RETIRING_TAINT).is_none()) {
                        node.unschedulable = false;
                    }
                }
                self.unscheduled = true;
            }
            Outside::Protect(place) => {
                let names: Vec<String> = self.nodes.keys().cloned().collect();
                if let Some(node) = nth(&names, *place).and_then(|name| self.nodes.get_mut(name)) {
                    node.annotations.insert(PROTECTED.to_owned(), "true".to_owned());
                }
            }
            Outside::BreakJoins => self.joins_broken = true,
            Outside::MendJoins => self.joins_broken = false,
            Outside::Scale { workload, replicas } => {
                if let Some(workload) = self.settings.workloads.get_mut(*workload) {
                    workload.replicas = *replicas;
                    self.unscheduled = true;
                }
            }
            Outside::Stock { market, left } => self.set_stock(*market, *left),
        }
    }

    fn reclaim(&mut self, place: usize) {
        let spot = |machine: &&Machine| machine.instance.market == Market::Spot && machine.instance.state.is_alive();
        let spots: Vec<String> = self.machines.values().filter(spot).map(|machine| machine.instance.id.clone()).collect();
        let instance = nth(&spots, place).cloned();
        let ends_at = self.now.saturating_add(SignedDuration::from_mins(2)).ok();
        if let (Some(instance), Some(at)) = (&instance, ends_at) {
            self.schedule_at(at, Happening::Reclaimed { instance: instance.clone() });
        }
        let instance_id = instance.unwrap_or_else(|| "i-of-somebody-else".to_owned());
        self.notices.push(Notice { instance_id, kind: NoticeKind::SpotInterruption, ends_at });
    }

    fn set_stock(&mut self, market: Market, left: Option<u32>) {
        for instance_type in self.settings.types.keys() {
            for zone in &self.settings.zones {
                let key = (market, instance_type.clone(), zone.clone());
                match left {
                    Some(left) => self.settings.stock.insert(key, left),
                    None => self.settings.stock.remove(&key),
                };
            }
        }
    }
}

/// The item at a place, counted round.
fn nth<T>(items: &[T], place: usize) -> Option<&T> {
    items.get(place.checked_rem(items.len())?)
}
