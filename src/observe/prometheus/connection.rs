use std::time::Duration;

use reqwest::{Client, RequestBuilder, Url};
use secrecy::{ExposeSecret, SecretString};

use crate::observe::prometheus::scrape_interval::ScrapeInterval;

/// Where Prometheus is and how it is asked.
#[derive(Clone, Debug)]
pub struct PrometheusSettings {
    /// Such as `https://prometheus.example:9090/prefix`.
    pub url: String,
    pub authentication: Authentication,
    /// A PEM bundle to trust beside the system's roots.
    pub certificate_authority: Option<Vec<u8>>,
    /// For each query.
    pub timeout: Duration,
}

/// How SmartScale shows who it is. Secrets are never printed.
#[derive(Clone, Debug)]
pub enum Authentication {
    None,
    Basic { username: String, password: SecretString },
    Bearer(SecretString),
}

/// One Prometheus server.
#[derive(Clone, Debug)]
pub struct Prometheus {
    client: Client,
    base: Url,
    authentication: Authentication,
    pub(crate) scrape_interval: ScrapeInterval,
}

/// The settings cannot be used: nothing was asked yet.
#[derive(Debug, thiserror::Error)]
pub enum PrometheusError {
    #[error("the Prometheus address `{url}` is no http or https address")]
    Address { url: String },
    #[error("the certificate authority for Prometheus is no PEM bundle of certificates")]
    CertificateAuthority,
    #[error("the HTTP client for Prometheus cannot be set up: {0}")]
    Client(reqwest::Error),
}

impl Prometheus {
    /// # Errors
    ///
    /// Where the address or the certificate authority is unusable.
    pub fn new(settings: PrometheusSettings) -> Result<Self, PrometheusError> {
        let address = || PrometheusError::Address { url: without_user(&settings.url) };
        let mut base = Url::parse(&settings.url).map_err(|_| address())?;
        if !matches!(base.scheme(), "http" | "https") || base.cannot_be_a_base() {
            return Err(address());
        }
        if !base.path().ends_with('/') {
            base.set_path(&format!("{}/", base.path()));
        }
        let mut builder = Client::builder().timeout(settings.timeout).connect_timeout(settings.timeout);
        if let Some(bundle) = &settings.certificate_authority {
            let certificates = reqwest::Certificate::from_pem_bundle(bundle).map_err(|_| PrometheusError::CertificateAuthority)?;
            if certificates.is_empty() {
                return Err(PrometheusError::CertificateAuthority);
            }
            builder = builder.tls_certs_merge(certificates);
        }
        let client = builder.build().map_err(PrometheusError::Client)?;
        Ok(Self { client, base, authentication: settings.authentication, scrape_interval: ScrapeInterval::default() })
    }

    /// A GET of one endpoint of the HTTP API, such as `targets`.
    pub(crate) fn get(&self, endpoint: &str) -> Result<RequestBuilder, String> {
        Ok(self.signed(self.client.get(self.endpoint(endpoint)?)))
    }

    /// A POST, which has no limit on a query's length.
    pub(crate) fn post(&self, endpoint: &str, form: &[(&str, String)]) -> Result<RequestBuilder, String> {
        Ok(self.signed(self.client.post(self.endpoint(endpoint)?).form(form)))
    }

    fn endpoint(&self, endpoint: &str) -> Result<Url, String> {
        self.base.join(&format!("api/v1/{endpoint}")).map_err(|error| error.to_string())
    }

    fn signed(&self, request: RequestBuilder) -> RequestBuilder {
        match &self.authentication {
            Authentication::None => request,
            Authentication::Basic { username, password } => request.basic_auth(username, Some(password.expose_secret())),
            Authentication::Bearer(token) => request.bearer_auth(token.expose_secret()),
        }
    }
}

/// An address may carry `user:password@`, which is not for the terminal.
fn without_user(url: &str) -> String {
    match (url.split_once("://"), url.rfind('@')) {
        (Some((scheme, _)), Some(at)) => format!("{scheme}://…@{}", url.get(at + 1..).unwrap_or_default()),
        _ => url.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use secrecy::SecretString;

    use crate::observe::prometheus::{Authentication, Prometheus, PrometheusSettings};

    fn settings(url: &str) -> PrometheusSettings {
        let authentication = Authentication::Bearer(SecretString::from("s3cret-token"));
        PrometheusSettings { url: url.to_owned(), authentication, certificate_authority: None, timeout: Duration::from_secs(5) }
    }

    #[test]
    fn secrets_are_never_printed() {
        assert!(!format!("{:?}", settings("http://p:1")).contains("s3cret-token"));
        let error = Prometheus::new(settings("ftp://me:s3cret@p:1")).unwrap_err().to_string();
        assert!(!error.contains("s3cret"), "{error}");
        assert!(error.contains("ftp://…@p:1"), "{error}");
    }
}
