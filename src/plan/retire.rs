use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::plan::OperationId;

/// intended → tainted → draining → drained → terminating → gone → node deleted | rolled back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Retire {
    pub id: OperationId,
    pub decided_at: Timestamp,
    pub cause: RetireCause,
    /// `None`: nobody knows it (our taint, found on a node without an instance of ours).
    pub instance_id: Option<String>,
    /// `None` where the instance never became a Node, or its Node is gone.
    pub node_name: Option<String>,
    pub node_uid: Option<String>,
    /// A person had cordoned the node before us; it stays cordoned after a roll-back (invariant 12).
    pub cordoned_before: bool,
    /// Out of time then: rolled back, or for a spot notice, terminated.
    pub deadline: Timestamp,
    pub state: RetireState,
    /// What held up the drain last, in words that name the pod.
    pub blocked_by: Option<String>,
    /// Since when it is the turn of the DaemonSets' pods: they may hold it up for a while, never keep it.
    #[serde(default)]
    pub daemons_since: Option<Timestamp>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RetireCause {
    /// A decision, by these rules (none: the upper bound).
    Decision { rules: Vec<String> },
    /// A worker that stayed unready and whose replacement is there.
    Unready,
    /// The instance ends at that instant, drained or not.
    Rescue { notice: String, ends_at: Timestamp },
    /// The instance is already dead: only its Node is left.
    Dead,
    /// Launched and never joined.
    NeverJoined,
    /// Our taint, found on a node that no operation retires.
    Stray,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RetireState {
    /// Written down; the taint may or may not stand.
    Intended,
    /// Tainted and cordoned since then; pods are being evicted.
    Draining { since: Timestamp },
    /// Every pod's UID is gone; the instance may be terminated.
    Drained { at: Timestamp },
    /// TerminateInstances was called, or is to be called again until the instance is seen shutting down.
    Terminating { since: Timestamp },
    /// The instance is shutting down or terminated; its Node is to be deleted.
    Gone { at: Timestamp },
    /// Taint and cordon are being taken off again.
    RollingBack { reason: String },
    /// Ended: instance and Node are gone.
    NodeDeleted { at: Timestamp },
    /// Ended: the node is as it was.
    RolledBack { at: Timestamp, reason: String },
}
