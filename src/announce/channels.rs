#[cfg(feature = "http")]
use crate::announce::Slack;
#[cfg(feature = "aws")]
use crate::announce::Sns;
use crate::announce::{Announcement, Announcer, Console};
use crate::rules::Channel;

/// The channels that are configured. News for one that is not is an error at each try, so that nobody waits for it in vain;
/// with a console, it is printed instead.
#[derive(Debug, Default)]
pub struct Channels {
    #[cfg(feature = "aws")]
    pub sns: Option<Sns>,
    #[cfg(feature = "http")]
    pub slack: Option<Slack>,
    pub console: Option<Console>,
}

impl Announcer for Channels {
    async fn announce(&self, channel: Channel, announcement: &Announcement) -> Result<(), String> {
        #[cfg(feature = "aws")]
        if let (Channel::Sns, Some(sns)) = (channel, &self.sns) {
            return sns.announce(channel, announcement).await;
        }
        #[cfg(feature = "http")]
        if let (Channel::Slack, Some(slack)) = (channel, &self.slack) {
            return slack.announce(channel, announcement).await;
        }
        if let Some(console) = &self.console {
            return console.announce(channel, announcement).await;
        }
        Err(match channel {
            Channel::Sns => "no SNS topic is configured: set `sns-topic` under [notify] in `smartscale.toml`".to_owned(),
            Channel::Slack => "no Slack webhook is configured: set `slack-webhook` under [notify] in `smartscale.toml`".to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::announce::announcement_tests::announcement;
    use crate::announce::{Announcer, Channels, Console};
    use crate::rules::Channel;

    #[tokio::test]
    async fn a_channel_that_is_not_configured_says_so() {
        let error = Channels::default().announce(Channel::Slack, &announcement()).await.unwrap_err();
        assert_eq!(error, "no Slack webhook is configured: set `slack-webhook` under [notify] in `smartscale.toml`");
        let console = Some(Console::new(Box::new(std::io::sink())));
        let printed = Channels {
            console,
            #[cfg(feature = "aws")]
            sns: None,
            #[cfg(feature = "http")]
            slack: None,
        };
        assert_eq!(printed.announce(Channel::Sns, &announcement()).await, Ok(()));
    }
}
