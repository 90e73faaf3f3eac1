//! A real Kubernetes control plane, whose kubelets are KWOK's, and what tests put into it.

mod control_plane;
mod machines;
mod worker;
mod workload;

pub use control_plane::{ControlPlane, Identity};
pub use machines::Machines;
pub use worker::Worker;
pub use workload::{Workload, namespace};
