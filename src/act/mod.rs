//! The ports to EC2 and Kubernetes, and their adapters.

mod cluster;
mod fleet;

pub use cluster::Cluster;
pub use fleet::Fleet;

#[doc(no_inline)]
pub use crate::plan::{Subnet, Template};
