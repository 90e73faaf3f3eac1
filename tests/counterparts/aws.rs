//! What the AWS emulators have in common: region, dummy keys, and how a program under test is pointed at them.

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;

/// The region of all tests.
pub const REGION: &str = "eu-central-1";
/// Nothing that opens anything.
const KEYS: [(&str, &str); 2] = [("AWS_ACCESS_KEY_ID", "test"), ("AWS_SECRET_ACCESS_KEY", "test")];

/// The environment in which a program finds the emulators and never AWS: `("", URL)` for every service, `("EC2", URL)` for one of its own.
pub fn environment(endpoints: &[(&str, &str)]) -> Vec<(String, String)> {
    let fixed = KEYS.iter().chain(&[("AWS_REGION", REGION), ("AWS_DEFAULT_REGION", REGION), ("AWS_EC2_METADATA_DISABLED", "true")]);
    let fixed = fixed.map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let endpoints = endpoints.iter().map(|(service, url)| {
        let name = if service.is_empty() { "AWS_ENDPOINT_URL".to_owned() } else { format!("AWS_ENDPOINT_URL_{service}") };
        (name, (*url).to_owned())
    });
    fixed.chain(endpoints).collect()
}

/// A configuration for a client of the test's own, without retries: what the test prepares must work at once.
pub fn config(url: &str) -> SdkConfig {
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::from_static(REGION))
        .credentials_provider(SharedCredentialsProvider::new(Credentials::new("test", "test", None, None, "tests")))
        .endpoint_url(url)
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .retry_config(aws_config::retry::RetryConfig::disabled())
        .build()
}

/// For the emulators' own endpoints.
pub fn http() -> reqwest::Client {
    // reqwest wants a TLS provider even where nothing is encrypted; another test may have installed it.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::new()
}
