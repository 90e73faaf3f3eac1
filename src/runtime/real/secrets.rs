use aws_config::SdkConfig;
use secrecy::SecretString;

use crate::aws;
use crate::runtime::configuration::{Configuration, SecretError, SecretReference};

/// Reads a secret where its reference says that it stands.
pub async fn read_secret(
    reference: &SecretReference,
    configuration: &Configuration,
    connection: &SdkConfig,
) -> Result<SecretString, SecretError> {
    if let Some(local) = reference.read_locally(configuration.folder(), &configuration.environment) {
        return local;
    }
    match reference {
        SecretReference::SecretsManager { name, key } => {
            aws::secret(connection, name, key.as_deref()).await.map_err(|reason| reference.unreadable(&reason))
        }
        SecretReference::Environment(_) | SecretReference::File(_) => Err(reference.unreadable("it stands nowhere")),
    }
}
