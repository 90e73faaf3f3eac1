//! A connection to a counterpart that stands in for AWS.

use std::time::Duration;

use aws_config::SdkConfig;
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use smartscale::aws::{CallLimits, connect};

use crate::counterparts::aws::REGION;

/// As the program connects, but for the endpoint and for credentials that open nothing.
pub async fn connection(url: &str) -> SdkConfig {
    // Two busy cores are slow; a test that is about slowness sets its own limits.
    let patient = Duration::from_secs(60);
    connection_within(url, CallLimits { connect: patient, attempt: patient, operation: patient, attempts: 1 }).await
}

pub async fn connection_within(url: &str, limits: CallLimits) -> SdkConfig {
    let credentials = SharedCredentialsProvider::new(Credentials::new("test", "test", None, None, "test"));
    let connection = connect(Some(REGION.to_owned()), limits).await;
    connection.into_builder().endpoint_url(url).credentials_provider(credentials).build()
}
