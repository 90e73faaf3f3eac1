//! Decision × operations in flight × observations → steps. A step carries everything; the executor has no choice left.

mod absorb;
mod advance_launch;
mod advance_retire;
mod attempts;
mod begin;
mod candidates;
mod census;
mod cooling;
mod drain;
mod failure;
mod joining;
mod lately;
mod launch;
mod notices;
mod offering;
mod offering_order;
mod operation;
pub mod packing;
mod pending;
mod progress;
mod quota;
mod remark;
mod repair;
mod rescue;
mod retire;
mod settle;
mod situation;
mod step;
mod steps;
mod template;
mod token;
mod words;

#[cfg(test)]
mod candidates_tests;
#[cfg(test)]
mod census_tests;
#[cfg(test)]
pub(crate) mod fixture;
#[cfg(test)]
mod launch_tests;
#[cfg(test)]
mod repair_tests;
#[cfg(test)]
mod rescue_tests;
#[cfg(test)]
mod retire_tests;

pub use absorb::absorb;
pub use advance_retire::keep_the_lower_bound;
pub use attempts::{plan_attempts, without_template};
pub use begin::{Removal, begin_launch, begin_retire, choose};
pub(crate) use candidates::Candidates;
pub use candidates::{PassedOver, nodes_to_look_at};
pub use census::{Census, Standing, Worker, census};
pub use cooling::configuration;
pub use failure::{Failure, FailureClass};
pub use lately::Lately;
pub use launch::{Attempt, AttemptState, Launch, LaunchCause, Slot, SlotState};
pub use notices::Heard;
pub use offering::{Cooled, CooledScope, Offering};
pub use operation::{Operation, OperationId};
pub use pending::pending;
pub use progress::{JoinsFailed, Progress, Spared};
pub use remark::Remark;
pub use retire::{Retire, RetireCause, RetireState};
pub use settle::{advance, settle};
pub use situation::Situation;
pub use step::{DeleteNode, Evict, FindByToken, MarkNode, Outcome, OutcomeKind, RunInstances, Step, Terminate, UnmarkNode};
pub use steps::steps;
pub use template::{Subnet, Template};
pub use token::token;
pub use words::{ending_in_words, market_in_words, operation_in_words, outcome_in_words, step_in_words};

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
