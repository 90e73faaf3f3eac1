use std::time::Duration;

use aws_config::SdkConfig;
use jiff::Timestamp;
use secrecy::ExposeSecret;

use crate::act::ec2::{Ec2, Ec2Settings};
use crate::act::kubernetes::{ConnectionError, Kubernetes};
use crate::announce::{Channels, Slack, SlackError, Sns};
use crate::aws::{self, CallLimits};
use crate::ledger::LedgerError;
use crate::observe::Metrics as _;
use crate::observe::prometheus::{Authentication, Prometheus, PrometheusError, PrometheusSettings};
use crate::runtime::configuration::{Configuration, MetricsSettings, SecretError};
use crate::runtime::real::ConfiguredMetrics;
use crate::runtime::real::secrets::read_secret;
use crate::runtime::{ConfiguredLedger, Ports, SystemClock};

/// One of each real port.
pub type RealWorld = Ports<ConfiguredMetrics, Ec2, Kubernetes, ConfiguredLedger, Channels, SystemClock>;

/// The world cannot be set up as `smartscale.toml` says; nothing was changed in it.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    #[error("`smartscale.toml` has no [aws], which says what is launched and where")]
    NoAws,
    #[error("the certificate authority `{path}` cannot be read: {reason}")]
    CertificateAuthority { path: String, reason: std::io::Error },
    #[error(transparent)]
    Prometheus(#[from] PrometheusError),
    #[error(transparent)]
    Kubernetes(#[from] ConnectionError),
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    #[error(transparent)]
    Slack(#[from] SlackError),
    #[error(transparent)]
    Secret(#[from] SecretError),
}

impl ConnectError {
    /// What a person can do about it.
    #[must_use]
    pub fn help(&self) -> Option<&'static str> {
        match self {
            Self::NoAws => Some("add [aws] with `launch-template` and `subnets`: the README shows an example"),
            Self::Kubernetes(ConnectionError::Nowhere { .. }) => Some("set `kubeconfig` under [kubernetes] in `smartscale.toml`"),
            Self::Ledger(error) => error.help(),
            _ => None,
        }
    }
}

/// How long a start waits for what spares the ticks a request.
const PREPARED_WITHIN: Duration = Duration::from_secs(2);

/// Sets up one of each port. Secrets are fetched, and Prometheus is asked how often it scrapes; nothing else is called yet.
///
/// # Errors
///
/// Where the configuration is incomplete, a secret cannot be read, or the ledger's file is in use.
pub async fn connect(configuration: &Configuration) -> Result<RealWorld, ConnectError> {
    let settings = &configuration.settings;
    let aws = settings.aws.as_ref().ok_or(ConnectError::NoAws)?;
    let connection = aws::connect(aws.region.clone(), CallLimits::default()).await;
    let (prometheus, cluster, slack) = tokio::try_join!(
        prometheus(configuration, &connection),
        kubernetes(configuration, &connection),
        slack(configuration, &connection)
    )?;
    let metrics = ConfiguredMetrics { prometheus };
    // A source that does not answer is the ticks' affair, which tell it.
    let _ = tokio::time::timeout(PREPARED_WITHIN, metrics.prepare(Timestamp::now())).await;
    Ok(Ports {
        metrics,
        fleet: Ec2::new(&connection, Ec2Settings::new(aws.launch_template.clone(), aws.subnets.clone())),
        cluster,
        ledger: ConfiguredLedger::with_connection(configuration, &connection)?,
        announcer: Channels { sns: settings.notify.sns_topic.as_deref().map(|topic| Sns::new(&connection, topic)), slack, console: None },
        clock: SystemClock,
    })
}

async fn prometheus(configuration: &Configuration, connection: &SdkConfig) -> Result<Option<Prometheus>, ConnectError> {
    let Some(settings) = &configuration.settings.prometheus else { return Ok(None) };
    let certificate_authority = match &settings.certificate_authority {
        Some(path) => {
            let path = configuration.folder().join(path);
            let bundle = std::fs::read(&path);
            Some(bundle.map_err(|reason| ConnectError::CertificateAuthority { path: path.display().to_string(), reason })?)
        }
        None => None,
    };
    Ok(Some(Prometheus::new(PrometheusSettings {
        url: settings.url.clone(),
        authentication: authentication(settings, configuration, connection).await?,
        certificate_authority,
        timeout: Duration::try_from(settings.timeout).unwrap_or(Duration::from_secs(5)),
    })?))
}

async fn authentication(
    settings: &MetricsSettings,
    configuration: &Configuration,
    connection: &SdkConfig,
) -> Result<Authentication, ConnectError> {
    Ok(match (&settings.username, &settings.password, &settings.bearer_token) {
        (Some(username), Some(password), _) => {
            Authentication::Basic { username: username.clone(), password: read_secret(password, configuration, connection).await? }
        }
        (_, _, Some(token)) => Authentication::Bearer(read_secret(token, configuration, connection).await?),
        _ => Authentication::None,
    })
}

async fn kubernetes(configuration: &Configuration, connection: &SdkConfig) -> Result<Kubernetes, ConnectError> {
    let settings = &configuration.settings.kubernetes;
    if let Some(secret) = &settings.kubeconfig_secret {
        let text = read_secret(secret, configuration, connection).await?;
        return Ok(Kubernetes::from_kubeconfig_text(text.expose_secret()).await?);
    }
    let kubeconfig = settings.kubeconfig.as_ref().map(|path| configuration.folder().join(path));
    Ok(Kubernetes::connect(kubeconfig.as_deref(), settings.context.as_deref()).await?)
}

async fn slack(configuration: &Configuration, connection: &SdkConfig) -> Result<Option<Slack>, ConnectError> {
    let Some(webhook) = &configuration.settings.notify.slack_webhook else { return Ok(None) };
    Ok(Some(Slack::new(read_secret(webhook, configuration, connection).await?)?))
}
