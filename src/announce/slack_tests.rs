use secrecy::SecretString;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::announce::announcement_tests::announcement;
use crate::announce::slack::{Slack, blocks, cut};
use crate::announce::{Announcement, Announcer};
use crate::rules::Channel;

/// One HTTP exchange on this machine: what was posted to the webhook comes back, and `answer` goes out.
async fn exchange(answer: &str) -> (Result<(), String>, String) {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let webhook = format!("http://{}/services/T0/B0/s3cret", listener.local_addr().unwrap());
    let slack = Slack::new(SecretString::from(webhook)).unwrap();
    let serve = async {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut request = Vec::new();
        // The body is JSON and the last thing that comes.
        while !request.ends_with(b"}") {
            assert_ne!(stream.read_buf(&mut request).await.unwrap(), 0);
        }
        stream.write_all(answer.as_bytes()).await.unwrap();
        String::from_utf8(request).unwrap()
    };
    let announcement = announcement();
    tokio::join!(slack.announce(Channel::Slack, &announcement), serve)
}

#[tokio::test]
async fn news_is_posted_to_the_webhook() {
    let (sent, request) = exchange("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok").await;
    assert_eq!(sent, Ok(()));
    assert!(request.starts_with("POST /services/T0/B0/s3cret HTTP/1.1\r\n"), "{request}");
    let (_, body) = request.split_once("\r\n\r\n").unwrap();
    assert_eq!(serde_json::from_str::<serde_json::Value>(body).unwrap(), blocks(&announcement()));
}

#[tokio::test]
async fn a_refusal_is_one_line() {
    let (sent, _) = exchange("HTTP/1.1 404 Not Found\r\ncontent-length: 11\r\n\r\nno\nservice\n").await;
    assert_eq!(sent, Err("Slack answered 404: no service".to_owned()));
}

#[tokio::test]
async fn the_webhook_is_never_printed() {
    let (sent, _) = exchange("not HTTP\r\n\r\n").await;
    let error = sent.unwrap_err();
    assert!(error.starts_with("Slack cannot be reached: ") && !error.contains("s3cret"), "{error}");
    let slack = Slack::new(SecretString::from("https://hooks.slack.com/services/T0/B0/s3cret")).unwrap();
    assert!(!format!("{slack:?}").contains("s3cret"));
    for wrong in ["http://hooks.slack.com/s3cret", "s3cret", "ftp://127.0.0.1/s3cret"] {
        let error = Slack::new(SecretString::from(wrong)).unwrap_err();
        assert_eq!(error.to_string(), "the Slack webhook is no https address");
    }
}

#[test]
fn news_is_rendered_as_blocks() {
    let rendered = serde_json::json!({
        "text": "prod/web: add 2 nodes (3 → 5)",
        "blocks": [
            { "type": "header", "text": { "type": "plain_text", "text": "add 2 nodes (3 → 5)" } },
            {
                "type": "section",
                "text": { "type": "mrkdwn", "text": "```\nrule `busy`: cpu 91 % &gt; 75 % for 5m\n&lt;at least&gt; 2 &amp; at most 4 nodes a step\n```" },
            },
            {
                "type": "context",
                "elements": [{
                    "type": "mrkdwn",
                    "text": "prod/web · scale-up · 2027-01-15T08:00:00Z · prod/web/2027-01-15T08:00:00Z/0",
                }],
            },
        ],
    });
    assert_eq!(blocks(&announcement()), rendered);
    let bare = Announcement { text: String::new(), ..announcement() };
    assert_eq!(blocks(&bare)["blocks"].as_array().unwrap().len(), 2);
}

#[test]
fn a_long_because_is_cut_within_its_fences() {
    let long = Announcement { text: "x ```` <\n".repeat(2_000), ..announcement() };
    let text = blocks(&long)["blocks"][1]["text"]["text"].as_str().unwrap().to_owned();
    assert!(text.chars().count() <= 3_000 && text.starts_with("```\n") && text.ends_with("…\n```"), "{text}");
    assert_eq!(text.matches("```").count(), 2);
}

#[test]
fn what_is_too_long_is_cut_at_a_character() {
    assert_eq!(cut("äöü", 3), "äöü");
    assert_eq!(cut("äöüß", 3), "äö…");
}
