use std::fmt;
use std::path::{Path, PathBuf};

use secrecy::SecretString;
use serde::{Deserialize, Deserializer};

use crate::runtime::configuration::Environment;

/// Where a secret stands. The configuration never holds a secret itself: it is committed, reviewed and printed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SecretReference {
    /// `env:NAME`.
    Environment(String),
    /// `file:PATH`; relative to the configuration's folder.
    File(PathBuf),
    /// `secretsmanager:NAME` or `secretsmanager:NAME#KEY` for one key of a JSON secret.
    SecretsManager { name: String, key: Option<String> },
}

/// A secret could not be had. The message names the reference, never a value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the secret `{reference}` cannot be read: {reason}")]
pub struct SecretError {
    pub reference: String,
    pub reason: String,
}

impl SecretReference {
    /// Reads a secret that stands on this machine; `None` for one that Secrets Manager keeps.
    ///
    /// # Errors
    ///
    /// Where it is not set, not readable or empty.
    pub fn read_locally(&self, folder: &Path, environment: &Environment) -> Option<Result<SecretString, SecretError>> {
        let value = match self {
            Self::Environment(name) => environment.get(name).ok_or_else(|| "the environment has no such variable".to_owned()),
            Self::File(path) => std::fs::read_to_string(folder.join(path)).map_err(|error| error.to_string()),
            Self::SecretsManager { .. } => return None,
        };
        // Files mostly end with a line break that is not meant.
        let value = value.map(|text| text.trim_end_matches(['\r', '\n']).to_owned());
        Some(match value {
            Ok(text) if text.is_empty() => Err(self.unreadable("it is empty")),
            Ok(text) => Ok(SecretString::from(text)),
            Err(reason) => Err(self.unreadable(&reason)),
        })
    }

    /// The error for this reference.
    #[must_use]
    pub fn unreadable(&self, reason: &str) -> SecretError {
        SecretError { reference: self.to_string(), reason: reason.to_owned() }
    }

    fn parse(text: &str) -> Option<Self> {
        let (kind, rest) = text.split_once(':')?;
        if rest.is_empty() {
            return None;
        }
        match kind {
            "env" => Some(Self::Environment(rest.to_owned())),
            "file" => Some(Self::File(PathBuf::from(rest))),
            "secretsmanager" => {
                let (name, key) = match rest.split_once('#') {
                    Some((name, key)) => (name, Some(key.to_owned())),
                    None => (rest, None),
                };
                Some(Self::SecretsManager { name: name.to_owned(), key })
            }
            _ => None,
        }
    }
}

impl fmt::Display for SecretReference {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Environment(name) => write!(formatter, "env:{name}"),
            Self::File(path) => write!(formatter, "file:{}", path.display()),
            Self::SecretsManager { name, key: None } => write!(formatter, "secretsmanager:{name}"),
            Self::SecretsManager { name, key: Some(key) } => write!(formatter, "secretsmanager:{name}#{key}"),
        }
    }
}

impl<'de> Deserialize<'de> for SecretReference {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        // The text itself is left out of the message: it may be the secret.
        Self::parse(&text).ok_or_else(|| {
            serde::de::Error::custom("a secret stands here only by reference: `env:NAME`, `file:PATH` or `secretsmanager:NAME#KEY`")
        })
    }
}
