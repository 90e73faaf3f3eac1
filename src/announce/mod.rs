//! The port for news, and its adapters: console, SNS, Slack.

mod announcement;

pub use announcement::{Announcement, Announcer};
