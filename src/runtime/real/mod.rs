//! The real world behind the ports, set up from `smartscale.toml`: Prometheus, EC2, Kubernetes, the ledger, SNS and Slack.

mod connect;
mod ledger;
mod metrics;
mod secrets;

pub use connect::{ConnectError, RealWorld, connect};
pub use ledger::{RealLedger, open_ledger_to_read};
pub use metrics::ConfiguredMetrics;
