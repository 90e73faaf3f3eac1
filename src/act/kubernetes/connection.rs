use std::path::Path;
use std::time::Duration;

use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::{Client, Config};

/// A connection to one API server, with the rights of `k3s/rbac.yaml`.
#[derive(Clone)]
pub struct Kubernetes {
    pub(crate) client: Client,
    /// For messages: which API server did not answer.
    pub(crate) address: String,
}

/// The connection could not even be set up: nothing was asked of the API server yet.
#[derive(Debug, thiserror::Error)]
pub enum ConnectionError {
    #[error("the kubeconfig `{path}` cannot be used: {reason}")]
    Kubeconfig { path: String, reason: String },
    #[error("no cluster is configured: no kubeconfig was found, and this is no pod ({reason})")]
    Nowhere { reason: String },
    #[error("the connection to the cluster cannot be set up: {reason}")]
    Client { reason: String },
}

/// A call that takes longer says nothing about the cluster; the next tick asks again.
const CALL_TIMEOUT: Duration = Duration::from_secs(10);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

impl Kubernetes {
    /// From a kubeconfig file and, where named, one of its contexts; without a file, from `KUBECONFIG`, the user's
    /// kubeconfig, or the pod's service account.
    ///
    /// # Errors
    ///
    /// Where no configuration is found or it cannot be read.
    pub async fn connect(kubeconfig: Option<&Path>, context: Option<&str>) -> Result<Self, ConnectionError> {
        let config = match kubeconfig {
            Some(path) => {
                let unusable = |reason: String| ConnectionError::Kubeconfig { path: path.display().to_string(), reason };
                let file = Kubeconfig::read_from(path).map_err(|error| unusable(error.to_string()))?;
                let options = KubeConfigOptions { context: context.map(str::to_owned), ..KubeConfigOptions::default() };
                Config::from_custom_kubeconfig(file, &options).await.map_err(|error| unusable(error.to_string()))?
            }
            None => Config::infer().await.map_err(|error| ConnectionError::Nowhere { reason: error.to_string() })?,
        };
        Self::from_config(config)
    }

    /// From a kubeconfig's text, as Secrets Manager keeps it for the Lambda.
    ///
    /// # Errors
    ///
    /// Where the text is no kubeconfig.
    pub async fn from_kubeconfig_text(text: &str) -> Result<Self, ConnectionError> {
        let unusable = |reason: String| ConnectionError::Kubeconfig { path: "(a secret)".to_owned(), reason };
        // The parser's own words could quote the text, which is a secret.
        let file = Kubeconfig::from_yaml(text).map_err(|_| unusable("it is no valid kubeconfig".to_owned()))?;
        let config = Config::from_custom_kubeconfig(file, &KubeConfigOptions::default())
            .await
            .map_err(|_| unusable("its context, user or certificates are incomplete".to_owned()))?;
        Self::from_config(config)
    }

    fn from_config(mut config: Config) -> Result<Self, ConnectionError> {
        config.connect_timeout = Some(CONNECT_TIMEOUT);
        config.read_timeout = Some(CALL_TIMEOUT);
        config.write_timeout = Some(CALL_TIMEOUT);
        // Retries are the plan's affair: a tick has a budget, and the next tick tries again.
        config.default_retry = false;
        let address = config.cluster_url.to_string().trim_end_matches('/').to_owned();
        let client = Client::try_from(config).map_err(|error| ConnectionError::Client { reason: error.to_string() })?;
        Ok(Self { client, address })
    }
}
