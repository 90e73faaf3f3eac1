use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_smithy_http_client::Builder;
use aws_smithy_http_client::tls::Provider;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;

const IDLE: Duration = Duration::from_secs(20);

/// How long AWS may take, so that a tick stays within its budget however slow the world is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CallLimits {
    /// For the TCP and TLS handshakes.
    pub connect: Duration,
    /// For one try of a call.
    pub attempt: Duration,
    /// For a call with all its tries.
    pub operation: Duration,
    /// How many tries the SDK makes of a call that may be repeated. Calls that cost money are tried once: plan repeats
    /// them, with the same token.
    pub attempts: u32,
}

impl Default for CallLimits {
    fn default() -> Self {
        Self { connect: Duration::from_secs(2), attempt: Duration::from_secs(5), operation: Duration::from_secs(8), attempts: 2 }
    }
}

/// Finds out region, endpoints (`AWS_ENDPOINT_URL`, `AWS_ENDPOINT_URL_EC2`, …) and where credentials come from. It calls
/// nothing: credentials are fetched by the first call, once for all clients that are made from this.
pub async fn connect(region: Option<String>, limits: CallLimits) -> SdkConfig {
    // ring, like the rest of the program: its first handshake takes 1 ms where aws-lc-rs takes 22 (a cold Lambda feels it).
    // AWS, or a Lambda's freezing, ends idle connections behind our back; a launch must not be the one to find out.
    let http = Builder::new().pool_idle_timeout(IDLE).tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https();
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(limits.connect)
        .operation_attempt_timeout(limits.attempt)
        .operation_timeout(limits.operation)
        .build();
    let retries = RetryConfig::standard()
        .with_max_attempts(limits.attempts)
        .with_initial_backoff(Duration::from_millis(200))
        .with_max_backoff(Duration::from_secs(1));
    let mut loader = aws_config::defaults(BehaviorVersion::latest()).http_client(http).timeout_config(timeouts).retry_config(retries);
    if let Some(region) = region {
        loader = loader.region(Region::new(region));
    }
    loader.load().await
}
