//! Stands in for Slack: takes what is posted to a webhook.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use axum::routing::post;
use serde_json::Value;
use tokio::net::TcpListener;

use super::stage::SLACK_SECRET;

/// Listens until the tests end.
pub struct Slack {
    /// The webhook's address: a secret.
    pub webhook: String,
    posts: Arc<Mutex<Vec<Value>>>,
}

impl Slack {
    pub async fn start() -> Slack {
        let posts = Arc::<Mutex<Vec<Value>>>::default();
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("127.0.0.1 has a free port");
        let webhook = format!("http://{}/services/{SLACK_SECRET}", listener.local_addr().expect("a listener has an address"));
        let app = Router::new().route("/services/{secret}", post(take)).with_state(Arc::clone(&posts));
        tokio::spawn(async move { axum::serve(listener, app).await });
        Slack { webhook, posts }
    }

    /// The lines that notifications showed, in order.
    pub fn lines(&self) -> Vec<String> {
        let posts = self.posts.lock().expect("no task died holding the posts");
        posts.iter().map(|post| post["text"].as_str().expect("a message has a text").to_owned()).collect()
    }
}

async fn take(State(posts): State<Arc<Mutex<Vec<Value>>>>, body: String) -> &'static str {
    posts.lock().expect("no task died holding the posts").push(serde_json::from_str(&body).expect("a webhook gets JSON"));
    "ok"
}
