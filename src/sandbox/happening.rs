use crate::observe::Market;

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
