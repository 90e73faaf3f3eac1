use std::net::SocketAddr;

use axum::Router;
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use maud::Markup;
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::runtime::board::Board;
use crate::web::page::{live, page};

/// A status page that is being served until this is dropped.
#[derive(Debug)]
pub struct Serving {
    pub address: SocketAddr,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Serving {
    fn drop(&mut self) {
        self.task.abort();
    }
}

#[derive(Debug, thiserror::Error)]
#[error("the status page cannot listen on {address}: {reason}")]
pub struct StatusPageError {
    pub address: SocketAddr,
    pub reason: std::io::Error,
}

/// Nothing but this page's own style and script is ever loaded or run.
const POLICY: &str =
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; frame-ancestors 'none'";

/// Serves the page and, as JSON, what it shows.
///
/// # Errors
///
/// Where the address cannot be listened on.
pub async fn serve(address: SocketAddr, board: watch::Receiver<Board>) -> Result<Serving, StatusPageError> {
    let listener = TcpListener::bind(address).await.map_err(|reason| StatusPageError { address, reason })?;
    let address = listener.local_addr().map_err(|reason| StatusPageError { address, reason })?;
    let router = Router::new()
        .route("/", get(whole))
        .route("/live", get(fragment))
        .route("/status.json", get(json))
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/style.css", get(|| async { ([(CONTENT_TYPE, "text/css; charset=utf-8")], include_str!("style.css")) }))
        .route("/live.js", get(|| async { ([(CONTENT_TYPE, "text/javascript; charset=utf-8")], include_str!("live.js")) }))
        .with_state(board);
    let task = tokio::spawn(async move {
        // Ends with the process or when `Serving` is dropped; an error here is a socket's, and the loop goes on without a page.
        if let Err(error) = axum::serve(listener, router).await {
            tracing::warn!(%error, "the status page has ended");
        }
    });
    Ok(Serving { address, task })
}

async fn whole(State(board): State<watch::Receiver<Board>>) -> Response {
    let board = board.borrow().clone();
    html(page(&board))
}

async fn fragment(State(board): State<watch::Receiver<Board>>) -> Response {
    let board = board.borrow().clone();
    html(live(&board))
}

async fn json(State(board): State<watch::Receiver<Board>>) -> Response {
    let board = board.borrow().clone();
    ([(CACHE_CONTROL, "no-store")], axum::Json(board)).into_response()
}

fn html(markup: Markup) -> Response {
    let headers = [(CACHE_CONTROL, "no-store"), (CONTENT_SECURITY_POLICY, POLICY), (CONTENT_TYPE, "text/html; charset=utf-8")];
    (headers, markup.into_string()).into_response()
}
