//! EC2 behind the [`Fleet`](crate::act::Fleet) port.

mod failure;
mod fleet;
mod launch_template;
mod notices;
mod read_instance;
mod request;

pub use fleet::{Ec2, Ec2Settings};
