use std::collections::BTreeMap;

use jiff::SignedDuration;

use crate::observe::{InstanceState, Node, Taint, TaintEffect};
use crate::plan::{
    CORDONED_BEFORE, DeleteNode, Failure, FailureClass, INSTANCE_LABEL, MarkNode, POOL_LABEL, RETIRING_TAINT, Terminate, UnmarkNode,
};
use crate::sandbox::cloud::failure;
use crate::sandbox::world::World;
use crate::sandbox::{Deed, DeedKind, Happening, Sabotage};

/// K3s' start-up taint, which its cloud controller takes off.
const UNINITIALIZED: &str = "node.cloudprovider.kubernetes.io/uninitialized";

/// How long Kubernetes lets the pods of a silent node be (`tolerationSeconds` of the default toleration).
const ABANDONED: SignedDuration = SignedDuration::from_mins(5);

/// An agent that was refused tries again after that long.
const JOINS_AGAIN: SignedDuration = SignedDuration::from_secs(10);

/// The simulated nodes and their controllers.
impl World {
    /// The Node comes up, not Ready yet.
    pub fn join(&mut self, id: &str) {
        let serial = self.serial();
        let Some(machine) = self.machines.get(id).filter(|machine| machine.instance.state.is_alive()) else { return };
        let instance = &machine.instance;
        let Some(kind) = self.settings.types.get(&instance.instance_type) else { return };
        let name = instance.private_dns_name.clone().unwrap_or_else(|| instance.id.clone());
        // A Node that another instance of that name has left holds the name until it is deleted (K3s: its node password).
        if self.nodes.get(&name).is_some_and(|node| node.instance_id.as_deref() != Some(id)) {
            self.schedule(JOINS_AGAIN, Happening::Registers { instance: id.to_owned() });
            return;
        }
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
            self.schedule(ABANDONED, Happening::Abandoned { node: name.to_owned() });
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

    /// The node controller deletes the pods of a node that has been silent for long; nobody is there to say that they are gone.
    pub fn abandon(&mut self, name: &str) {
        let now = self.now;
        let long = self.nodes.get(name).is_some_and(|node| {
            let since = node.ready_changed_at.unwrap_or(now);
            !node.ready_condition && now.duration_since(since) >= ABANDONED
        });
        if !long {
            return;
        }
        let there = self.pods.values_mut().filter(|pod| pod.node_name.as_deref() == Some(name) && !pod.is_of_daemon_set());
        for pod in there {
            pod.deleted_at.get_or_insert(now);
        }
        self.unscheduled = true;
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
            // What was deleted meanwhile ends now.
            let there = self.pods.values().filter(|pod| pod.node_name.as_deref() == Some(name) && pod.deleted_at.is_some());
            let deleted: Vec<String> = there.map(|pod| pod.uid.clone()).collect();
            deleted.iter().for_each(|uid| self.remove_pod(uid));
        }
    }

    /// Workers that are unready and were ready before.
    #[must_use]
    pub fn unready(&self) -> usize {
        self.silent.iter().filter(|name| self.nodes.contains_key(*name)).count()
    }

    /// The name of the Node of an instance.
    #[must_use]
    pub fn node_of(&self, id: &str) -> Option<String> {
        self.nodes.values().find(|node| node.instance_id.as_deref() == Some(id)).map(|node| node.name.clone())
    }

    fn expect_node(&mut self, name: &str, uid: &str) -> Result<&mut Node, Failure> {
        let any = self.sabotage == Some(Sabotage::DropNodeUid);
        match self.nodes.get_mut(name) {
            Some(node) if any || node.uid == uid => Ok(node),
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
        if ours.is_none() && node.unschedulable != step.cordoned_before {
            let what = if node.unschedulable { "cordoned" } else { "uncordoned" };
            return Err(failure(FailureClass::Conflict, what, &format!("the node was {what} by somebody else meanwhile")));
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
            self.terminate(&Terminate { operation: step.operation.clone(), instance_id }, now, None)?;
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
        if sabotage != Some(Sabotage::KeepTaint) {
            node.taints.retain(|taint| taint.key != RETIRING_TAINT);
        }
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
            let id = self.nodes.get(&step.node_name).and_then(|node| node.instance_id.clone());
            let alive = id.and_then(|id| self.machines.get(&id)).is_some_and(|machine| machine.instance.state.is_alive());
            let now = self.now;
            self.note(|| Deed { at: now, what: DeedKind::NodeDeleted { node: step.node_name.clone(), alive } });
        }
        self.drop_node(&step.node_name);
        self.settle();
        Ok(())
    }

    /// The Node goes, and its pods with it.
    pub fn drop_node(&mut self, name: &str) {
        self.nodes.remove(name);
        self.silent.remove(name);
        self.cordoned_by_person.remove(name);
        self.protected_by_person.remove(name);
        self.pods.retain(|_, pod| pod.node_name.as_deref() != Some(name));
        self.unscheduled = true;
    }
}
