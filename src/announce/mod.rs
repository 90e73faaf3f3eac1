//! The port for news, and its adapters: console, SNS, Slack.

mod announcement;
mod channels;
mod console;
#[cfg(feature = "http")]
mod slack;
#[cfg(feature = "aws")]
mod sns;
mod topic_name;

#[cfg(test)]
mod announcement_tests;
#[cfg(test)]
#[cfg(feature = "http")]
mod slack_tests;

pub use announcement::{Announcement, Announcer};
pub use channels::Channels;
pub use console::Console;
#[cfg(feature = "http")]
pub use slack::{Slack, SlackError};
#[cfg(feature = "aws")]
pub use sns::Sns;
pub use topic_name::topic_name;
