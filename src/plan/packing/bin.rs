use std::collections::BTreeMap;

use crate::observe::{Node, Pod, Taint};
use crate::plan::packing::resources::Resources;
use crate::plan::packing::shape::{HOSTNAME_LABEL, Shape, ZONE_LABEL, allocatable, selects, untolerated};

/// A worker that pods are packed onto: one that is there, or one to come.
#[derive(Clone, Debug)]
pub struct Bin<'a> {
    /// `None` for a worker to come.
    name: Option<String>,
    pub labels: BTreeMap<String, String>,
    taints: Vec<Taint>,
    /// A cordon keeps every pod away.
    cordoned: bool,
    free: Resources,
    pub pods: Vec<&'a Pod>,
}

impl<'a> Bin<'a> {
    /// A worker that is there, with the pods on it.
    pub fn existing(node: &Node, pods: &'a [Pod]) -> Self {
        let pods: Vec<&Pod> = pods.iter().filter(|pod| pod.node_name.as_deref() == Some(&node.name) && !pod.is_terminal()).collect();
        let mut free = allocatable(node);
        pods.iter().for_each(|pod| free.take(&Resources::of_pod(pod)));
        let mut labels = node.labels.clone();
        labels.entry(HOSTNAME_LABEL.to_owned()).or_insert_with(|| node.name.clone());
        Self {
            name: Some(node.name.clone()),
            labels,
            taints: node.taints.clone(),
            cordoned: node.unschedulable || !node.is_ready(),
            free,
            pods,
        }
    }

    /// A worker to come; `number` tells it from others to come.
    pub fn coming(shape: &Shape, zone: &str, number: u32) -> Self {
        let mut labels = shape.labels_in(zone);
        labels.insert(HOSTNAME_LABEL.to_owned(), format!("(worker to come {number})"));
        Self { name: None, labels, taints: shape.taints.clone(), cordoned: false, free: shape.allocatable.clone(), pods: Vec::new() }
    }

    pub fn zone(&self) -> &str {
        self.labels.get(ZONE_LABEL).map_or("", String::as_str)
    }

    /// Whether the pod may run here as far as this node alone decides.
    pub fn admits(&self, pod: &Pod) -> bool {
        !self.cordoned && self.free.lacks(&Resources::of_pod(pod)).is_none() && self.is_eligible_for(pod) && !self.ports_taken(pod)
    }

    /// Whether selector, affinity and taints let the pod run here: such nodes are the domains that a spread counts.
    pub fn is_eligible_for(&self, pod: &Pod) -> bool {
        selects(pod, self.name.as_deref(), &self.labels) && untolerated(&self.taints, pod).is_none()
    }

    pub fn place(&mut self, pod: &'a Pod) {
        self.free.take(&Resources::of_pod(pod));
        self.pods.push(pod);
    }

    fn ports_taken(&self, pod: &Pod) -> bool {
        pod.scheduling.host_ports.iter().any(|port| self.pods.iter().any(|other| other.scheduling.host_ports.contains(port)))
    }
}
