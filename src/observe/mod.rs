//! What is seen of the world at one instant: metrics, instances, nodes and pods, as plain data.

mod budget;
mod counts;
mod instance;
mod metrics;
mod node;
mod notice;
mod pod;
#[cfg(feature = "http")]
pub mod prometheus;
mod quantity;
mod sample;
mod scheduling;
mod snapshot;
mod surroundings;
mod unhelped;

pub use budget::Budget;
pub use counts::Counts;
pub use instance::{Instance, InstanceState, Market};
pub use metrics::{Metrics, Query, QueryAnswer};
pub use node::{Node, Taint, TaintEffect};
pub use notice::{Notice, NoticeKind};
pub use pod::{Owner, Pod, PodPhase, Requests};
pub use quantity::{read_millis, read_quantity, read_whole};
pub use sample::{Absence, Answer, Sample, Series};
pub use scheduling::{HostPort, NodeTerm, Operator, PodSelector, PodTerm, Requirement, Scheduling, Spread, Toleration};
pub use snapshot::{Seen, Snapshot, Unseen};
pub use surroundings::{Claim, Surroundings};
pub use unhelped::Unhelped;
