//! The Kubernetes API behind the [`Cluster`](crate::act::Cluster) port.

mod before_removal;
mod connection;
mod eviction;
mod failure;
mod marking;
mod owners;
mod port;
mod read_node;
mod read_pod;
mod read_scheduling;

pub use connection::{ConnectionError, Kubernetes};
