use std::error::Error;
use std::time::Duration;

use reqwest::{Client, Url};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};

use crate::announce::{Announcement, Announcer, topic_name};
use crate::rules::Channel;

const TIMEOUT: Duration = Duration::from_secs(5);
/// Slack's limits of a header and of a section.
const LONGEST_TITLE: usize = 150;
const LONGEST_TEXT: usize = 3_000;
/// What Slack answers is a word or two.
const LONGEST_ANSWER: usize = 200;

/// News over one incoming webhook. Its address is a secret: whoever has it can post.
#[derive(Clone, Debug)]
pub struct Slack {
    client: Client,
    webhook: SecretString,
}

/// The channel cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum SlackError {
    #[error("the Slack webhook is no https address")]
    Address,
    #[error("the HTTP client for Slack cannot be set up: {reason}")]
    Client { reason: String },
}

impl Slack {
    /// # Errors
    ///
    /// Where the webhook is no https address (http is for a test on this machine alone).
    pub fn new(webhook: SecretString) -> Result<Self, SlackError> {
        let url = Url::parse(webhook.expose_secret()).map_err(|_| SlackError::Address)?;
        let local = matches!(url.host_str(), Some("127.0.0.1" | "localhost"));
        if url.scheme() != "https" && !(url.scheme() == "http" && local) {
            return Err(SlackError::Address);
        }
        let client = Client::builder().timeout(TIMEOUT).build().map_err(|error| SlackError::Client { reason: words(error) })?;
        Ok(Self { client, webhook })
    }
}

impl Announcer for Slack {
    async fn announce(&self, _channel: Channel, announcement: &Announcement) -> Result<(), String> {
        let sent = self.client.post(self.webhook.expose_secret()).json(&blocks(announcement)).send().await;
        let answer = sent.map_err(|error| format!("Slack cannot be reached: {}", words(error)))?;
        let status = answer.status();
        if status.is_success() {
            return Ok(());
        }
        let said = answer.text().await.unwrap_or_default();
        let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
        Err(format!("Slack answered {}: {}", status.as_u16(), cut(&said, LONGEST_ANSWER)))
    }
}

/// Title, because, and what to de-duplicate by; `text` is what a notification shows.
pub fn blocks(announcement: &Announcement) -> Value {
    let Announcement { id, at, cluster, topic, title, text } = announcement;
    let mut blocks = vec![json!({ "type": "header", "text": { "type": "plain_text", "text": cut(title, LONGEST_TITLE) } })];
    if !text.trim().is_empty() {
        blocks.push(json!({ "type": "section", "text": { "type": "mrkdwn", "text": preformatted(text) } }));
    }
    let context = escape(&format!("{cluster} · {} · {at:.0} · {id}", topic_name(*topic)));
    blocks.push(json!({ "type": "context", "elements": [{ "type": "mrkdwn", "text": cut(&context, LONGEST_TEXT) }] }));
    json!({ "text": escape(&format!("{cluster}: {title}")), "blocks": blocks })
}

/// In columns, as it was laid out; cut inside of its fences.
fn preformatted(text: &str) -> String {
    const FENCE: &str = "```";
    // What ends the fence must not stand in the text.
    let text = escape(text).replace(FENCE, "\u{2019}\u{2019}\u{2019}");
    format!("{FENCE}\n{}\n{FENCE}", cut(&text, LONGEST_TEXT - 2 * FENCE.len() - 2))
}

/// Slack's three special characters.
fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

pub fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let kept: String = text.chars().take(most.saturating_sub(1)).collect();
    format!("{kept}…")
}

/// The causes without the address, which is the secret.
fn words(error: reqwest::Error) -> String {
    let error = error.without_url();
    if error.is_timeout() {
        return format!("no answer within {} s", TIMEOUT.as_secs());
    }
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text = format!("{text}: {inner}");
        cause = inner.source();
    }
    text
}
