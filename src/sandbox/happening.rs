use jiff::{SignedDuration, Timestamp};

use crate::observe::Market;
use crate::plan::Step;

/// Something that comes about by itself at an instant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Happening {
    /// The instance runs.
    Boot {
        instance: String,
    },
    /// Its Node is there.
    Join {
        instance: String,
    },
    /// Its Node becomes Ready.
    Ready {
        instance: String,
    },
    /// The instance has shut down.
    Terminated {
        instance: String,
    },
    /// DescribeInstances shows it no longer.
    Forgotten {
        instance: String,
    },
    /// The node controller sees that the kubelet is silent.
    Silent {
        node: String,
    },
    /// The pod has ended.
    PodGone {
        uid: String,
    },
    PodRuns {
        uid: String,
    },
    /// AWS takes a spot instance back.
    Reclaimed {
        instance: String,
    },
    /// The effect of a call whose answer was given up; the ledger knew of it.
    Late {
        step: Box<Step>,
        called_at: Timestamp,
        intended: bool,
    },
    /// The Node of a living instance registers again.
    Registers {
        instance: String,
    },
    /// The node controller deletes the pods of a node that stays silent.
    Abandoned {
        node: String,
    },
    /// Something from outside.
    Outside(Outside),
}

/// What others do to the cloud and the cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outside {
    /// Somebody terminates an instance, or its machine dies. Of the living instances in order of their ids, the one at
    /// this place, counted round.
    Kill(usize),
    /// AWS gives notice of two minutes about the spot instance at this place, or about one of somebody else.
    Reclaim(usize),
    /// AWS recommends to rebalance the spot instance at this place.
    Recommend(usize),
    /// AWS schedules maintenance of the instance at this place, in ten minutes.
    Maintain(usize),
    /// AWS says all that it has said once more.
    Repeat,
    /// Somebody deletes the Node at this place while its instance runs; its kubelet registers it again after so long.
    Vanish {
        place: usize,
        back: Option<SignedDuration>,
    },
    /// A person switches the termination protection of the instance at this place on.
    ProtectInstance(usize),
    /// So many kubelets fall silent, in order of their nodes' names.
    Silence(usize),
    /// All silent kubelets speak again.
    Speak,
    /// A person cordons the node at this place.
    Cordon(usize),
    /// A person takes away all cordons of persons.
    Uncordon,
    /// A person protects the node at this place with our annotation.
    Protect(usize),
    /// Instances launched from now on never join.
    BreakJoins,
    MendJoins,
    /// A Deployment is scaled.
    Scale {
        workload: usize,
        replicas: u32,
    },
    /// So many more instances are to be had of each type in each zone; `None`: without limit.
    Stock {
        market: Market,
        left: Option<u32>,
    },
}

impl Outside {
    /// The name under which it is counted; `None`: it mends what another began.
    #[must_use]
    pub const fn name(&self) -> Option<&'static str> {
        match self {
            Self::Kill(_) => Some("instance killed outside"),
            Self::Reclaim(_) => Some("spot interruption"),
            Self::Recommend(_) => Some("rebalance recommendation"),
            Self::Maintain(_) => Some("scheduled maintenance"),
            Self::Repeat => Some("notice told twice"),
            Self::Vanish { back: None, .. } => Some("node deleted outside"),
            Self::Vanish { .. } => Some("node deleted outside, registers again"),
            Self::ProtectInstance(_) => Some("termination protection by a person"),
            Self::Silence(_) => Some("kubelets silent"),
            Self::Cordon(_) => Some("cordon by a person"),
            Self::Protect(_) => Some("protection by a person"),
            Self::Speak | Self::Uncordon | Self::BreakJoins | Self::MendJoins | Self::Scale { .. } | Self::Stock { .. } => None,
        }
    }
}
