//! Decision × operations in flight × observations → steps. A step carries everything; the executor has no choice left.

mod failure;
mod launch;
mod offering;
mod operation;
pub mod packing;
mod progress;
mod retire;
mod step;
mod template;

pub use failure::{Failure, FailureClass};
pub use launch::{Attempt, AttemptState, Launch, LaunchCause, Slot, SlotState};
pub use offering::{Cooled, CooledScope, Offering};
pub use operation::{Operation, OperationId};
pub use progress::{Progress, Spared};
pub use retire::{Retire, RetireCause, RetireState};
pub use step::{DeleteNode, Evict, FindByToken, MarkNode, Outcome, OutcomeKind, RunInstances, Step, Terminate, UnmarkNode};
pub use template::{Subnet, Template};

/// The taint that marks a node as being retired; its value is the operation (architecture.md, "Retire").
pub const RETIRING_TAINT: &str = "smartscale.dev/retiring";
/// The annotation that remembers that a person had cordoned the node before us (invariant 12).
pub const CORDONED_BEFORE: &str = "smartscale.dev/cordoned-before";
/// The pod annotation that blocks an eviction.
pub const DO_NOT_EVICT: &str = "smartscale.dev/do-not-evict";
/// The node annotation that protects a node from removal.
pub const PROTECTED: &str = "smartscale.dev/protected";
/// The node label by which a node names its pool.
pub const POOL_LABEL: &str = "smartscale.dev/pool";
/// The node label that our user data sets to the instance's id.
pub const INSTANCE_LABEL: &str = "smartscale.dev/instance-id";
/// The instance tag that names the cluster that owns it.
pub const CLUSTER_TAG: &str = "smartscale.dev/cluster";
/// The instance tag that names the operation that launched it.
pub const OPERATION_TAG: &str = "smartscale.dev/operation";
