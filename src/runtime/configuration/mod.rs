//! `smartscale.toml`: where things are. What is policy stands in `.scale` files; secrets stand in neither, only references to
//! them. Configuration is read here and nowhere else.

mod error;
mod load;
mod secret;
mod settings;

pub use error::ConfigurationError;
pub use load::{Configuration, Environment};
pub use secret::{SecretError, SecretReference};
pub use settings::{AwsSettings, DaemonSettings, KubernetesSettings, LedgerSettings, MetricsSettings, NotifySettings, Settings};

#[cfg(test)]
mod load_tests;
