use jiff::Timestamp;

use crate::announce::Announcement;
use crate::rules::Topic;

/// One piece of news, with what a channel has to escape.
pub fn announcement() -> Announcement {
    Announcement {
        id: "prod/web/2027-01-15T08:00:00Z/0".to_owned(),
        at: Timestamp::from_second(1_800_000_000).unwrap(),
        cluster: "prod/web".to_owned(),
        topic: Topic::ScaleUp,
        title: "add 2 nodes (3 → 5)".to_owned(),
        text: "rule `busy`: cpu 91 % > 75 % for 5m\n<at least> 2 & at most 4 nodes a step".to_owned(),
    }
}
