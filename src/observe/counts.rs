use serde::{Deserialize, Serialize};

use crate::rules::Fact;

/// The facts of one instant: how many workers and pods are in which condition.
///
/// `None` where neither EC2 nor Kubernetes could say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    pub ready: Option<u32>,
    pub launching: Option<u32>,
    pub unready: Option<u32>,
    pub draining: Option<u32>,
    pub pending_pods: Option<u32>,
    pub pending_nodes: Option<u32>,
}

impl Counts {
    /// Workers that are paid for and wanted.
    #[must_use]
    pub fn nodes(&self) -> Option<u32> {
        self.ready?.checked_add(self.launching?)?.checked_add(self.unready?)
    }

    /// More than three workers, and more than 45% of them, are unready (language.md, "Guards"): a partition rather than
    /// broken nodes. Unknown counts are no outage; nothing is done upon them either.
    #[must_use]
    pub fn is_outage(&self) -> bool {
        let (Some(unready), Some(nodes)) = (self.unready, self.nodes()) else { return false };
        unready > 3 && u64::from(unready) * 100 > u64::from(nodes) * 45
    }

    #[must_use]
    pub fn of(&self, fact: Fact) -> Option<u32> {
        match fact {
            Fact::Nodes => self.nodes(),
            Fact::ReadyNodes => self.ready,
            Fact::LaunchingNodes => self.launching,
            Fact::UnreadyNodes => self.unready,
            Fact::DrainingNodes => self.draining,
            Fact::PendingPods => self.pending_pods,
            Fact::PendingNodes => self.pending_nodes,
        }
    }
}
