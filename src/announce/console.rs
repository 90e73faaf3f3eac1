use std::fmt;
use std::io::Write;
use std::sync::{Mutex, PoisonError};

use crate::announce::{Announcement, Announcer, topic_name};
use crate::rules::Channel;

/// News as readable lines, in place of the channels that the rules name: for the sandbox, and for whoever watches.
pub struct Console {
    out: Mutex<Box<dyn Write + Send>>,
}

impl fmt::Debug for Console {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Console")
    }
}

impl Console {
    #[must_use]
    pub fn new(out: Box<dyn Write + Send>) -> Self {
        Self { out: Mutex::new(out) }
    }
}

impl Announcer for Console {
    async fn announce(&self, channel: Channel, announcement: &Announcement) -> Result<(), String> {
        let channel = match channel {
            Channel::Sns => "sns",
            Channel::Slack => "slack",
        };
        let Announcement { at, cluster, topic, title, text, .. } = announcement;
        let mut lines = format!("{at:.0} {cluster} {} → {channel}: {title}\n", topic_name(*topic));
        for line in text.lines() {
            lines.push_str("    ");
            lines.push_str(line);
            lines.push('\n');
        }
        let mut out = self.out.lock().unwrap_or_else(PoisonError::into_inner);
        out.write_all(lines.as_bytes()).and_then(|()| out.flush()).map_err(|error| format!("the console takes no output: {error}"))
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Result, Write};
    use std::sync::{Arc, Mutex};

    use insta::assert_snapshot;

    use crate::announce::announcement_tests::announcement;
    use crate::announce::{Announcer, Console};
    use crate::rules::Channel;

    #[derive(Clone, Default)]
    struct Page(Arc<Mutex<Vec<u8>>>);

    impl Write for Page {
        fn write(&mut self, bytes: &[u8]) -> Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> Result<()> {
            Ok(())
        }
    }

    #[tokio::test]
    async fn news_is_a_line_with_its_because_below() {
        let page = Page::default();
        Console::new(Box::new(page.clone())).announce(Channel::Slack, &announcement()).await.unwrap();
        let written = String::from_utf8(page.0.lock().unwrap().clone()).unwrap();
        assert_snapshot!(written, @r"
        2027-01-15T08:00:00Z prod/web scale-up → slack: add 2 nodes (3 → 5)
            rule `busy`: cpu 91 % > 75 % for 5m
            <at least> 2 & at most 4 nodes a step
        ");
    }
}
