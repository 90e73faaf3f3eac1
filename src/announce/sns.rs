use aws_config::SdkConfig;
use aws_sdk_sns::Client;
use aws_sdk_sns::types::MessageAttributeValue;
use sha2::{Digest, Sha256};

use crate::announce::{Announcement, Announcer, topic_name};
use crate::aws::Fault;
use crate::rules::Channel;

/// SNS takes subjects of less than 100 characters.
const LONGEST_SUBJECT: usize = 99;
/// SNS takes messages of 256 KB, attributes included.
const LONGEST_MESSAGE: usize = 200_000;

/// News over one SNS topic, as text for people, with attributes to filter and de-duplicate by: `id`, `cluster`, `topic`,
/// `at`.
#[derive(Clone, Debug)]
pub struct Sns {
    client: Client,
    topic_arn: String,
}

impl Sns {
    /// Calls nothing.
    #[must_use]
    pub fn new(connection: &SdkConfig, topic_arn: &str) -> Self {
        Self { client: Client::new(connection), topic_arn: topic_arn.to_owned() }
    }
}

impl Announcer for Sns {
    async fn announce(&self, _channel: Channel, announcement: &Announcement) -> Result<(), String> {
        let mut asked = self.client.publish().topic_arn(&self.topic_arn).subject(subject(announcement)).message(message(announcement));
        for (name, value) in [
            ("id", announcement.id.clone()),
            ("cluster", announcement.cluster.clone()),
            ("topic", topic_name(announcement.topic).to_owned()),
            ("at", announcement.at.to_string()),
        ] {
            let value = MessageAttributeValue::builder().data_type("String").string_value(value).build();
            asked = asked.message_attributes(name, value.map_err(|error| format!("the news cannot be sent to SNS: {error}"))?);
        }
        // FIFO topics de-duplicate by themselves.
        if self.topic_arn.ends_with(".fifo") {
            let id = Sha256::digest(announcement.id.as_bytes());
            asked = asked.message_group_id(group(&announcement.cluster)).message_deduplication_id(format!("{id:x}"));
        }
        let sent = asked.send().await;
        sent.map(drop).map_err(|error| format!("SNS did not take the news for `{}`: {}", self.topic_arn, Fault::of(&error)))
    }
}

/// One line of printable ASCII: SNS refuses others.
fn subject(announcement: &Announcement) -> String {
    let line = format!("[{}] {}", announcement.cluster, announcement.title);
    let ascii = line.chars().flat_map(|character| match character {
        '→' => vec!['-', '>'],
        '×' => vec!['x'],
        '…' => vec!['.', '.', '.'],
        ' '..='~' => vec![character],
        _ => vec!['?'],
    });
    ascii.take(LONGEST_SUBJECT).collect()
}

fn message(announcement: &Announcement) -> String {
    let mut message = format!("{}\n\n{}", announcement.title, announcement.text);
    if message.len() > LONGEST_MESSAGE {
        let end = (0..=LONGEST_MESSAGE).rev().find(|at| message.is_char_boundary(*at)).unwrap_or_default();
        message.truncate(end);
        message.push('…');
    }
    message
}

/// SNS takes up to 128 letters, digits and punctuation for a group.
fn group(cluster: &str) -> String {
    cluster.chars().filter(char::is_ascii_graphic).take(128).collect()
}

#[cfg(test)]
mod tests {
    use crate::announce::Announcement;
    use crate::announce::announcement_tests::announcement;
    use crate::announce::sns::{LONGEST_MESSAGE, message, subject};

    #[test]
    fn a_subject_is_one_short_line_of_ascii() {
        assert_eq!(subject(&announcement()), "[prod/web] add 2 nodes (3 -> 5)");
        let long = Announcement { title: "ü\n".repeat(200), ..announcement() };
        assert_eq!(subject(&long).len(), 99);
        assert!(subject(&long).bytes().all(|byte| (b' '..=b'~').contains(&byte)));
    }

    #[test]
    fn a_message_fits_what_sns_takes() {
        assert_eq!(message(&announcement()), format!("{}\n\n{}", announcement().title, announcement().text));
        let long = Announcement { text: "ü".repeat(LONGEST_MESSAGE), ..announcement() };
        assert!(message(&long).len() <= LONGEST_MESSAGE + 3);
    }
}
