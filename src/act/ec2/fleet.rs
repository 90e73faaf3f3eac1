use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use aws_config::SdkConfig;
use aws_config::retry::RetryConfig;
use aws_sdk_ec2::types::{AttributeBooleanValue, Filter, InstanceAttributeName};
use aws_sdk_ec2::{Client, Config};
use jiff::Timestamp;

use crate::act::Fleet;
use crate::act::ec2::failure::{failure, unseen};
use crate::act::ec2::launch_template::{DEFAULT, TemplateVersion, find_subnets, find_version};
use crate::act::ec2::notices::notices;
use crate::act::ec2::read_instance::read_instance;
use crate::act::ec2::request;
use crate::observe::{Instance, Notice, Seen};
use crate::plan::{CLUSTER_TAG, Failure, FailureClass, FindByToken, RunInstances, Template, Terminate};

/// The instances of one region.
#[derive(Debug)]
pub struct Ec2 {
    client: Client,
    /// Without retries: EC2 admits few launches a second, lack of capacity comes as a 500, and plan itself repeats what is
    /// to be repeated, with the same token.
    once: Client,
    settings: Ec2Settings,
    /// The template's versions that were looked up, by number.
    versions: Mutex<BTreeMap<u64, TemplateVersion>>,
}

/// What is launched, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ec2Settings {
    /// Its id (`lt-…`) or its name. New launches use its default version.
    pub launch_template: String,
    /// One or more for each zone that may be used.
    pub subnets: Vec<String>,
}

impl Ec2Settings {
    #[must_use]
    pub const fn new(launch_template: String, subnets: Vec<String>) -> Self {
        Self { launch_template, subnets }
    }
}

/// EC2's most in one answer to DescribeInstances: an idle tick asks once.
const PAGE: i32 = 1_000;

impl Ec2 {
    /// Calls nothing.
    #[must_use]
    pub fn new(connection: &SdkConfig, settings: Ec2Settings) -> Self {
        let once = Config::from(connection).to_builder().retry_config(RetryConfig::disabled()).build();
        Self { client: Client::new(connection), once: Client::from_conf(once), settings, versions: Mutex::new(BTreeMap::new()) }
    }

    async fn version(&self, number: u64) -> Result<TemplateVersion, Failure> {
        let known = self.versions.lock().unwrap_or_else(PoisonError::into_inner).get(&number).cloned();
        match known {
            Some(version) => Ok(version),
            None => self.look_up(&number.to_string()).await,
        }
    }

    async fn look_up(&self, version: &str) -> Result<TemplateVersion, Failure> {
        let version = find_version(&self.client, &self.settings.launch_template, version).await?;
        self.versions.lock().unwrap_or_else(PoisonError::into_inner).insert(version.number, version.clone());
        Ok(version)
    }

    /// Every instance that the filter shows, page by page, in order of id. One page that fails fails all: half a list
    /// would look like lost instances.
    async fn describe(&self, filter: &str, value: &str) -> Result<Vec<Instance>, Failure> {
        let filter = Filter::builder().name(filter).values(value).build();
        let mut pages = self.client.describe_instances().filters(filter).into_paginator().page_size(PAGE).send();
        let mut found = Vec::new();
        while let Some(page) = pages.next().await {
            for reservation in page.map_err(|error| failure(&error))?.reservations() {
                found.extend(read_instances(reservation.instances())?);
            }
        }
        found.sort_by(|a, b| a.id.cmp(&b.id));
        Ok(found)
    }

    /// A token that EC2 knows under other parameters (the configuration changed between a call and its replay), or whose
    /// instances are dead, has had its effect: what it brought is the answer.
    async fn after_refusal(&self, step: &RunInstances, refused: Failure) -> Result<Vec<Instance>, Failure> {
        let unseen_as = match refused.code.as_str() {
            // EC2 shows what it just launched only after a while: ask again.
            "IdempotentParameterMismatch" => FailureClass::Unknown,
            // EC2 has forgotten them.
            "IdempotentInstanceTerminated" => FailureClass::NotFound,
            _ => return Err(refused),
        };
        let found = self.describe(BY_TOKEN, &step.token).await?;
        if found.is_empty() { Err(Failure { class: unseen_as, ..refused }) } else { Ok(found) }
    }
}

const BY_TOKEN: &str = "client-token";

fn read_instances(seen: &[aws_sdk_ec2::types::Instance]) -> Result<Vec<Instance>, Failure> {
    seen.iter().map(read_instance).collect::<Result<_, _>>().map_err(|reason| Failure {
        // A launch had its effect, but its answer is of no use: asking again by the token tells.
        class: FailureClass::Unknown,
        code: "UnreadableAnswer".to_owned(),
        message: reason,
    })
}

impl Fleet for Ec2 {
    async fn instances(&self, cluster: &str) -> Seen<Vec<Instance>> {
        self.describe(&format!("tag:{CLUSTER_TAG}"), cluster).await.map_err(unseen)
    }

    async fn template(&self) -> Result<Template, Failure> {
        let (version, subnets) = tokio::try_join!(self.look_up(DEFAULT), find_subnets(&self.client, &self.settings.subnets))?;
        Ok(Template { id: version.id, version: version.number, instance_type: version.instance_type, subnets })
    }

    async fn run_instances(&self, step: &RunInstances, _now: Timestamp) -> Result<Vec<Instance>, Failure> {
        let template = self.version(step.template_version).await?;
        match request::run_instances(step, &template).send_with(&self.once).await {
            Ok(answer) => read_instances(answer.instances()),
            Err(error) => self.after_refusal(step, failure(&error)).await,
        }
    }

    async fn find_by_token(&self, step: &FindByToken) -> Result<Vec<Instance>, Failure> {
        self.describe(BY_TOKEN, &step.token).await
    }

    async fn termination_protected(&self, instance_id: &str) -> Result<bool, Failure> {
        let asked = self.client.describe_instance_attribute().instance_id(instance_id);
        let answer = asked.attribute(InstanceAttributeName::DisableApiTermination).send().await.map_err(|error| failure(&error))?;
        Ok(answer.disable_api_termination().and_then(AttributeBooleanValue::value).unwrap_or_default())
    }

    async fn notices(&self) -> Seen<Vec<Notice>> {
        notices(&self.client).await
    }

    async fn terminate(&self, step: &Terminate) -> Result<(), Failure> {
        let sent = self.client.terminate_instances().instance_ids(&step.instance_id).send().await;
        sent.map(drop).map_err(|error| failure(&error))
    }
}
