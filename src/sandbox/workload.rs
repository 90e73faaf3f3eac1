use crate::observe::Requests;

/// A Deployment, its pods' needs, and its disruption budgets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Workload {
    pub namespace: String,
    pub name: String,
    pub replicas: u32,
    pub requests: Requests,
    /// One entry for each budget over its pods: the least that must stay healthy.
    pub budgets: Vec<u32>,
}
