use aws_config::SdkConfig;
use aws_sdk_secretsmanager::Client;
use secrecy::SecretString;

use crate::aws::Fault;

/// Reads a secret from Secrets Manager by its name or ARN; with a key, one value of the JSON object in it. An error says why
/// in one line, and never a part of the secret.
///
/// # Errors
///
/// Where it is not there, not allowed, no text, or has no such key.
pub async fn secret(connection: &SdkConfig, name: &str, key: Option<&str>) -> Result<SecretString, String> {
    let answer = Client::new(connection).get_secret_value().secret_id(name).send().await.map_err(|error| {
        let fault = Fault::of(&error);
        match fault.code.as_str() {
            "ResourceNotFoundException" => "Secrets Manager has no such secret in this account and region".to_owned(),
            _ if fault.is_denied() => format!("the role may not read it (secretsmanager:GetSecretValue): {fault}"),
            _ => fault.to_string(),
        }
    })?;
    let text = answer.secret_string.ok_or("it is binary, expected text")?;
    let value = match key {
        None => text,
        Some(key) => value_of(&text, key)?,
    };
    if value.is_empty() { Err("it is empty".to_owned()) } else { Ok(SecretString::from(value)) }
}

fn value_of(text: &str, key: &str) -> Result<String, String> {
    // The parser's own words could quote the secret.
    let object: serde_json::Map<String, serde_json::Value> =
        serde_json::from_str(text).map_err(|_| format!("it is no JSON object, so it has no key `{key}`"))?;
    match object.get(key) {
        Some(serde_json::Value::String(value)) => Ok(value.clone()),
        Some(serde_json::Value::Number(value)) => Ok(value.to_string()),
        Some(_) => Err(format!("its value at the key `{key}` is no text")),
        None => Err(format!("it has no key `{key}`")),
    }
}

#[cfg(test)]
mod tests {
    use crate::aws::secret::value_of;

    #[test]
    fn a_key_chooses_one_value_of_an_object() {
        assert_eq!(value_of(r#"{"token":"s3cret","pin":42}"#, "token"), Ok("s3cret".to_owned()));
        assert_eq!(value_of(r#"{"token":"s3cret","pin":42}"#, "pin"), Ok("42".to_owned()));
    }

    #[test]
    fn an_error_names_the_key_and_never_the_secret() {
        for text in ["s3cret", r#"["s3cret"]"#, r#"{"other":"s3cret"}"#, r#"{"token":["s3cret"]}"#, r#"{"token":"s3cret""#] {
            let error = value_of(text, "token").unwrap_err();
            assert!(error.contains("`token`") && !error.contains("s3cret"), "{error}");
        }
    }
}
