//! The real world behind the ports, set up from `smartscale.toml`: Prometheus, EC2, Kubernetes, the ledger, SNS and Slack.

mod connect;
mod metrics;
mod secrets;

pub use connect::{ConnectError, RealWorld, connect};
pub use metrics::ConfiguredMetrics;
