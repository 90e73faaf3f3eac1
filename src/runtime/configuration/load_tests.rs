use std::path::Path;

use insta::assert_snapshot;
use jiff::SignedDuration;
use secrecy::ExposeSecret;

use crate::runtime::configuration::load::read;
use crate::runtime::configuration::{Environment, SecretReference};

fn error(text: &str) -> String {
    read(Path::new("smartscale.toml"), text).unwrap_err().to_string()
}

#[test]
fn a_whole_file_is_read() {
    let settings = read(
        Path::new("smartscale.toml"),
        r#"
            rules = "policies"
            cluster = "prod"
            [prometheus]
            url = "https://prometheus.internal"
            bearer-token = "secretsmanager:monitoring#token"
            timeout = "2s"
            [kubernetes]
            kubeconfig = "kubeconfig.yaml"
            [aws]
            region = "eu-west-1"
            launch-template = "workers"
            subnets = ["subnet-1", "subnet-2"]
            [ledger]
            table = "smartscale"
            [notify]
            slack-webhook = "env:SLACK_WEBHOOK"
            [daemon]
            status-page = "127.0.0.1:9300"
        "#,
    )
    .unwrap();
    let prometheus = settings.prometheus.unwrap();
    assert_eq!(prometheus.timeout, SignedDuration::from_secs(2));
    let token = SecretReference::SecretsManager { name: "monitoring".to_owned(), key: Some("token".to_owned()) };
    assert_eq!(prometheus.bearer_token, Some(token));
    assert_eq!(settings.daemon.tick, SignedDuration::from_secs(15));
}

#[test]
fn a_mistyped_key_is_one_clear_message() {
    assert_snapshot!(error("[promethus]\nurl = \"x\"\n"), @r#"
        unknown field `promethus`, expected one of `rules`, `cluster`, `prometheus`, `kubernetes`, `aws`, `ledger`, `notify`, `daemon`, `price-table`, `prices`
          --> smartscale.toml:1:2
           |
         1 | [promethus]
           |  ^
          = help: did you mean `prometheus`?
    "#);
    assert_snapshot!(error("rules = \"rules\"\n[daemon]\n  tik = \"5s\"\n"), @r#"
        unknown field `tik`, expected one of `status-page`, `tick`, `budget`
          --> smartscale.toml:3:3
           |
         3 |   tik = "5s"
           |   ^
          = help: did you mean `tick`?
    "#);
}

#[test]
fn a_secret_in_the_file_is_refused_and_not_shown() {
    let error = error("[notify]\nslack-webhook = \"https://hooks.slack.com/services/T/B/s3cret\"\n");
    assert!(!error.contains("s3cret"), "{error}");
    assert_snapshot!(error, @r#"
        a secret stands here only by reference: `env:NAME`, `file:PATH` or `secretsmanager:NAME#KEY`
          --> smartscale.toml:2:17
    "#);
}

#[test]
fn what_types_cannot_say_is_checked() {
    assert_snapshot!(error("[aws]\nlaunch-template = \"x\"\nsubnets = []\n"), @r#"
        `subnets` of [aws] is empty
          --> smartscale.toml
          = help: name at least one subnet, one for each zone that may be used
    "#);
    assert_snapshot!(error("[prometheus]\nurl = \"http://p\"\nusername = \"me\"\n"), @r#"
        `username` and `password` of [prometheus] go together
          --> smartscale.toml
          = help: set both, or neither
    "#);
    assert_snapshot!(error("[daemon]\ntick = \"-1s\"\n"), @r#"
        `tick` of [daemon] is not above zero
          --> smartscale.toml
          = help: write a duration such as `tick = "15s"`
    "#);
    assert_snapshot!(error("[daemon]\ntick = 5\n"), @r#"
        invalid type: integer `5`, expected a signed duration string
          --> smartscale.toml:2:8
           |
         2 | tick = 5
           |        ^
    "#);
}

#[test]
fn secrets_are_read_where_they_stand_and_never_printed() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("token"), "hunter2\n").unwrap();
    let environment = Environment::from([("WEBHOOK", "hunter3"), ("EMPTY", "")]);
    let read = |reference: SecretReference| reference.read_locally(folder.path(), &environment).unwrap();
    let token = read(SecretReference::File("token".into())).unwrap();
    assert_eq!(token.expose_secret(), "hunter2");
    assert!(!format!("{token:?} {environment:?}").contains("hunter"));
    assert_eq!(read(SecretReference::Environment("WEBHOOK".to_owned())).unwrap().expose_secret(), "hunter3");
    assert_snapshot!(read(SecretReference::Environment("EMPTY".to_owned())).unwrap_err(), @"the secret `env:EMPTY` cannot be read: it is empty");
    assert_snapshot!(read(SecretReference::Environment("NONE".to_owned())).unwrap_err(), @"the secret `env:NONE` cannot be read: the environment has no such variable");
}

/// What the Pulumi program writes: its own tests compare with the same file.
#[test]
fn what_the_infrastructure_writes_is_read() {
    let settings = read(Path::new("smartscale.toml"), include_str!("../../../infra/pulumi/test/smartscale.toml")).unwrap();
    assert_eq!(settings.aws.map(|aws| (aws.launch_template, aws.subnets.len())), Some(("lt-1".to_owned(), 2)));
    assert_eq!(settings.ledger.table.as_deref(), Some("ledger-1"));
    assert_eq!(settings.notify.sns_topic.as_deref(), Some("arn:aws:sns:eu-central-1:111122223333:notices"));
}
