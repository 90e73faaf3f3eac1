//! The ports to EC2 and Kubernetes, and their adapters.

mod cluster;
#[cfg(feature = "aws")]
pub mod ec2;
mod execute;
mod fleet;
#[cfg(feature = "kubernetes")]
pub mod kubernetes;

pub use cluster::Cluster;
pub use execute::execute;
pub use fleet::Fleet;

#[doc(no_inline)]
pub use crate::plan::{Subnet, Template};
