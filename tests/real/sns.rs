//! News over a real topic: ministack's SNS, read back from a queue.

use jiff::Timestamp;
use smartscale::announce::{Announcement, Announcer, Sns};
use smartscale::rules::{Channel, Topic};

use crate::connection::connection;
use crate::counterparts::ministack::Ministack;
use crate::counterparts::until::until;

fn news(title: &str) -> Announcement {
    Announcement {
        id: format!("prod/2027-01-15T08:00:00Z/{title}"),
        at: Timestamp::from_second(1_800_000_000).unwrap(),
        cluster: "prod".to_owned(),
        topic: Topic::ScaleUp,
        title: title.to_owned(),
        text: "rule `busy`: cpu 91 % > 75 %".to_owned(),
    }
}

#[tokio::test]
async fn news_arrives_with_what_readers_filter_and_deduplicate_by() {
    let ministack = Ministack::start().await;
    let topic = ministack.topic("news").await;
    let inbox = ministack.inbox(&topic).await;
    let sns = Sns::new(&connection(&ministack.url).await, &topic);
    sns.announce(Channel::Sns, &news("add 2 nodes (3 → 5)")).await.unwrap();
    let received = until("the news", || async { inbox.take().await.into_iter().next().ok_or("nothing yet") }).await;
    assert_eq!(received["Subject"], "[prod] add 2 nodes (3 -> 5)");
    assert_eq!(received["Message"], "add 2 nodes (3 → 5)\n\nrule `busy`: cpu 91 % > 75 %");
    let attribute = |name: &str| received["MessageAttributes"][name]["Value"].as_str().unwrap_or_default().to_owned();
    assert_eq!(attribute("id"), "prod/2027-01-15T08:00:00Z/add 2 nodes (3 → 5)");
    assert_eq!((attribute("cluster"), attribute("topic")), ("prod".to_owned(), "scale-up".to_owned()));
    assert_eq!(attribute("at"), "2027-01-15T08:00:00Z");

    let missing = Sns::new(&connection(&ministack.url).await, &format!("{topic}-gone"));
    let error = missing.announce(Channel::Sns, &news("lost")).await.unwrap_err();
    assert!(error.starts_with(&format!("SNS did not take the news for `{topic}-gone`: NotFound")), "{error}");
}
