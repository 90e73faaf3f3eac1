use std::collections::BTreeMap;

use crate::observe::{Claim, Node, Pod, Surroundings, Taint};
use crate::plan::packing::resources::Resources;
use crate::plan::packing::shape::{HOSTNAME_LABEL, Shape, ZONE_LABEL, is_passing, selects, untolerated};

/// A worker that pods are packed onto: one that is there, or one to come.
#[derive(Clone, Debug)]
pub struct Bin<'a> {
    /// `None` for a worker to come.
    name: Option<String>,
    pub labels: BTreeMap<String, String>,
    taints: Vec<Taint>,
    /// Takes no pod: cordoned, or not Ready.
    closed: bool,
    whole: Resources,
    free: Resources,
    /// CPU and memory as the scheduler's scores reckon them.
    used: (u64, u64),
    pub pods: Vec<&'a Pod>,
    /// Some pod here has pod affinity or anti-affinity.
    pub has_terms: bool,
}

impl<'a> Bin<'a> {
    /// A node that is there, with the pods on it.
    pub fn existing(node: &Node, pods: &[&'a Pod]) -> Self {
        let whole = Resources::of_node(node);
        let mut labels = node.labels.clone();
        labels.entry(HOSTNAME_LABEL.to_owned()).or_insert_with(|| node.name.clone());
        let mut bin = Self {
            name: Some(node.name.clone()),
            labels,
            taints: node.taints.clone(),
            closed: node.unschedulable || !node.is_ready(),
            free: whole.clone(),
            whole,
            used: (0, 0),
            pods: Vec::new(),
            has_terms: false,
        };
        pods.iter().for_each(|pod| bin.place(pod));
        bin
    }

    /// A worker whose Node has joined and is not Ready for the first time yet: as it will be, with the DaemonSets' pods
    /// that have still to come.
    pub fn joining(node: &Node, pods: &[&'a Pod], shape: Option<&'a Shape>) -> Self {
        let mut bin = Self::existing(node, pods);
        bin.closed = node.unschedulable;
        bin.taints.retain(|taint| !is_passing(taint));
        for daemon in shape.map_or(&[][..], |shape| &shape.daemons) {
            let there = pods.iter().any(|pod| pod.owner.as_ref().is_some_and(|owner| Some(owner) == daemon.owner.as_ref()));
            if !there && bin.is_selected_by(daemon) && bin.is_tolerated_by(daemon) {
                bin.place(daemon);
            }
        }
        bin
    }

    /// A worker to come, with the DaemonSets' pods that it will run; `number` tells it from others to come.
    pub fn coming(shape: &'a Shape, zone: &str, number: u32) -> Self {
        let mut labels = shape.labels_in(zone);
        labels.insert(HOSTNAME_LABEL.to_owned(), format!("(worker to come {number})"));
        let (whole, taints) = (shape.allocatable.clone(), shape.taints.clone());
        let mut bin = Self {
            name: None,
            labels,
            taints,
            closed: false,
            free: whole.clone(),
            whole,
            used: (0, 0),
            pods: Vec::new(),
            has_terms: false,
        };
        let runs: Vec<&Pod> = shape.daemons.iter().filter(|daemon| bin.is_selected_by(daemon) && bin.is_tolerated_by(daemon)).collect();
        runs.into_iter().for_each(|daemon| bin.place(daemon));
        bin
    }

    pub fn zone(&self) -> &str {
        self.labels.get(ZONE_LABEL).map_or("", String::as_str)
    }

    /// The domain of this node by that key.
    pub fn domain<'k>(&'k self, key: &'k str) -> Option<(&'k str, &'k str)> {
        self.labels.get(key).map(|value| (key, value.as_str()))
    }

    /// What it still has for pods; `None`: it takes none.
    pub fn room(&self) -> Option<&Resources> {
        (!self.closed).then_some(&self.free)
    }

    /// Whether it makes no difference to any later pod which of the two took one. `anywhere`: no pod looks at more than what
    /// is free.
    pub fn is_like(&self, other: &Self, anywhere: bool) -> bool {
        let untouched = || {
            let same_pods =
                self.pods.len() == other.pods.len() && self.pods.iter().zip(&other.pods).all(|(own, its)| std::ptr::eq(*own, *its));
            self.name.is_none() && other.name.is_none() && self.zone() == other.zone() && same_pods
        };
        let same_room = || self.used == other.used && self.free == other.free && self.whole == other.whole;
        same_room() && self.taints == other.taints && (anywhere || untouched())
    }

    /// Whether the pod may run here as far as this node alone decides.
    pub fn admits(&self, pod: &Pod, around: &Surroundings) -> bool {
        !self.closed
            && self.lacks(pod).is_none()
            && self.is_selected_by(pod)
            && self.is_tolerated_by(pod)
            && self.reaches_volumes(pod, around)
    }

    /// What there is too little of for the pod.
    pub fn lacks(&self, pod: &Pod) -> Option<String> {
        if let Some(port) = pod.scheduling.host_ports.iter().find(|port| self.is_taken(port)) {
            return Some(format!("host port {}", port.port));
        }
        self.free.lacks(&Resources::of_pod(pod)).map(str::to_owned)
    }

    pub fn is_selected_by(&self, pod: &Pod) -> bool {
        selects(pod, self.name.as_deref(), &self.labels)
    }

    pub fn is_tolerated_by(&self, pod: &Pod) -> bool {
        untolerated(&self.taints, pod).is_none()
    }

    /// Whether every volume of the pod can be had here.
    pub fn reaches_volumes(&self, pod: &Pod, around: &Surroundings) -> bool {
        pod.scheduling.claims.iter().all(|name| match around.claims.get(&format!("{}/{name}", pod.namespace)) {
            Some(Claim::Within(terms)) => terms.iter().any(|term| term.is_met_by(self.name.as_deref(), &self.labels)),
            Some(Claim::Waits(_)) => false,
            Some(Claim::Anywhere) | None => true,
        })
    }

    pub fn place(&mut self, pod: &'a Pod) {
        self.free.take(&Resources::of_pod(pod));
        let (cpu, memory) = wanted(pod);
        self.used = (self.used.0.saturating_add(cpu), self.used.1.saturating_add(memory));
        self.has_terms |= !pod.scheduling.affinity.is_empty() || !pod.scheduling.anti_affinity.is_empty();
        self.pods.push(pod);
    }

    /// How much the scheduler likes this node for the pod, beside others that fit: the freest one, and the one whose CPU
    /// and memory it leaves in balance.
    ///
    /// Source: kube-scheduler's plugins `NodeResourcesFit` (`LeastAllocated`) and `NodeResourcesBalancedAllocation`.
    pub fn score(&self, pod: &Pod) -> u64 {
        let (cpu, memory) = wanted(pod);
        let (used_cpu, used_memory) = self.used;
        let free = |used: u64, whole: u64| whole.saturating_sub(used).saturating_mul(100).checked_div(whole).unwrap_or(0);
        let left = free(used_cpu.saturating_add(cpu), self.whole.cpu_millis);
        let least_allocated = left.saturating_add(free(used_memory.saturating_add(memory), self.whole.memory)) / 2;
        if pod.requests == crate::observe::Requests::default() {
            // The balance plugin lets such a pod pass.
            return least_allocated;
        }
        let before = self.whole.balance_with(&self.free);
        let mut free = self.free.clone();
        free.take(&Resources::of_pod(pod));
        let after = self.whole.balance_with(&free);
        least_allocated.saturating_add(50).saturating_add(after.saturating_add(50).saturating_sub(before) / 2)
    }

    fn is_taken(&self, port: &crate::observe::HostPort) -> bool {
        self.pods.iter().any(|other| other.scheduling.host_ports.iter().any(|taken| taken.collides_with(port)))
    }
}

/// A pod that asks for nothing is scored as if it asked for a little (kube-scheduler, `DefaultMilliCPURequest` and
/// `DefaultMemoryRequest`).
const fn wanted(pod: &Pod) -> (u64, u64) {
    let requests = pod.requests;
    (if requests.cpu_millis == 0 { 100 } else { requests.cpu_millis }, if requests.memory == 0 { 200 << 20 } else { requests.memory })
}
