use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What AWS says of an instance's near future (EventBridge: spot interruption warning, rebalance recommendation, scheduled
/// maintenance). Notices come more than once and also for other people's instances.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Notice {
    pub instance_id: String,
    pub kind: NoticeKind,
    /// The instance ends then, drained or not; `None`: no end is set (a rebalance recommendation).
    pub ends_at: Option<Timestamp>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NoticeKind {
    SpotInterruption,
    RebalanceRecommendation,
    ScheduledMaintenance,
}
