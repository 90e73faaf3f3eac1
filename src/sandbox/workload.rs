use crate::observe::Requests;

/// A Deployment or a StatefulSet, its pods' needs, and its disruption budgets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Workload {
    pub namespace: String,
    pub name: String,
    pub replicas: u32,
    pub requests: Requests,
    /// One entry for each budget over its pods: the least that must stay healthy.
    pub budgets: Vec<u32>,
    /// A StatefulSet: a pod that is gone comes back under its name, with another UID.
    pub stateful: bool,
}
