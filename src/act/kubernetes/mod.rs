//! The Kubernetes API behind the [`Cluster`](crate::act::Cluster) port.

mod before_removal;
mod claims;
mod connection;
mod eviction;
mod failure;
mod list;
mod marking;
mod owners;
mod port;
mod read_node;
mod read_pod;
mod read_requests;
mod read_scheduling;
mod surroundings;

pub use connection::{ConnectionError, Kubernetes};
