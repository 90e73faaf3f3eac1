//! Secrets from ministack's Secrets Manager.

use secrecy::ExposeSecret;
use smartscale::aws::secret;

use crate::connection::connection;
use crate::counterparts::ministack::Ministack;

#[tokio::test]
async fn secrets_are_read_by_name_arn_and_key_and_never_printed() {
    let ministack = Ministack::start().await;
    let connection = connection(&ministack.url).await;
    let arn = ministack.secret("prometheus", r#"{"token":"s3cret"}"#).await;
    ministack.secret("plain", "s3cret-too").await;
    for name in ["prometheus", arn.as_str()] {
        let token = secret(&connection, name, Some("token")).await.unwrap();
        assert_eq!(token.expose_secret(), "s3cret");
        assert!(!format!("{token:?}").contains("s3cret"));
    }
    assert_eq!(secret(&connection, "plain", None).await.unwrap().expose_secret(), "s3cret-too");
    let error = async |name: &str, key| secret(&connection, name, key).await.unwrap_err();
    assert_eq!(error("none", None).await, "Secrets Manager has no such secret in this account and region");
    assert_eq!(error("prometheus", Some("password")).await, "it has no key `password`");
    assert_eq!(error("plain", Some("token")).await, "it is no JSON object, so it has no key `token`");
}
