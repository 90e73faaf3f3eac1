use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;

use jiff::SignedDuration;
use serde::Deserialize;

use crate::rules::Number;
use crate::runtime::configuration::SecretReference;

/// The whole file. Unknown keys are errors: a mistyped key must not silently mean its default.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Settings {
    /// A file or a folder of `.scale` files; relative to this file's folder.
    #[serde(default = "default_rules")]
    pub rules: PathBuf,
    /// Which cluster of the ruleset; may be left out where it has only one.
    pub cluster: Option<String>,
    pub prometheus: Option<MetricsSettings>,
    #[serde(default)]
    pub kubernetes: KubernetesSettings,
    pub aws: Option<AwsSettings>,
    #[serde(default)]
    pub ledger: LedgerSettings,
    #[serde(default)]
    pub notify: NotifySettings,
    #[serde(default)]
    pub daemon: DaemonSettings,
    /// A table of prices as `smartscale prices refresh` writes it, in the place of the one that ships with SmartScale; relative
    /// to this file's folder.
    pub price_table: Option<PathBuf>,
    /// Dollars per hour by instance type, as text (`"t3.small" = "0.0228"`), over the table.
    #[serde(default)]
    pub prices: BTreeMap<String, Number>,
}

/// Where Prometheus is.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct MetricsSettings {
    pub url: String,
    /// With `password`, for basic authentication.
    pub username: Option<String>,
    pub password: Option<SecretReference>,
    /// Instead of them.
    pub bearer_token: Option<SecretReference>,
    /// A PEM file to trust beside the system's roots; relative to this file's folder.
    pub certificate_authority: Option<PathBuf>,
    /// For each query.
    #[serde(default = "default_query_timeout")]
    pub timeout: SignedDuration,
}

/// Where the cluster is; by default as `kubectl` finds it, or this pod's own.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct KubernetesSettings {
    /// Relative to this file's folder.
    pub kubeconfig: Option<PathBuf>,
    pub context: Option<String>,
    /// Instead of a file: a secret whose value is a kubeconfig.
    pub kubeconfig_secret: Option<SecretReference>,
}

/// What is launched, and where.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct AwsSettings {
    /// By default as the AWS tools find it.
    pub region: Option<String>,
    /// Its id (`lt-…`) or its name.
    pub launch_template: String,
    /// One or more for each zone that may be used.
    pub subnets: Vec<String>,
}

/// Where the ledger is: a DynamoDB table, or by default a file.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct LedgerSettings {
    pub table: Option<String>,
    /// Relative to this file's folder.
    #[serde(default = "default_ledger_file")]
    pub file: PathBuf,
}

/// Where news goes; which news is policy, and stands in the rules.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct NotifySettings {
    /// The topic's ARN.
    pub sns_topic: Option<String>,
    pub slack_webhook: Option<SecretReference>,
}

/// How the local daemon runs.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct DaemonSettings {
    /// Where the status page and the daemon's own metrics listen; none by default.
    pub status_page: Option<SocketAddr>,
    /// Between two ticks while operations are in flight; rules are evaluated by the cluster's own interval.
    #[serde(default = "default_tick")]
    pub tick: SignedDuration,
    /// The most that one tick may take.
    #[serde(default = "default_budget")]
    pub budget: SignedDuration,
}

impl Default for LedgerSettings {
    fn default() -> Self {
        Self { table: None, file: default_ledger_file() }
    }
}

impl Default for DaemonSettings {
    fn default() -> Self {
        Self { status_page: None, tick: default_tick(), budget: default_budget() }
    }
}

fn default_rules() -> PathBuf {
    PathBuf::from("rules")
}

fn default_ledger_file() -> PathBuf {
    PathBuf::from("smartscale.redb")
}

const fn default_query_timeout() -> SignedDuration {
    SignedDuration::from_secs(5)
}

const fn default_tick() -> SignedDuration {
    SignedDuration::from_secs(15)
}

const fn default_budget() -> SignedDuration {
    SignedDuration::from_secs(50)
}
