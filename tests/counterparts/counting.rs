//! A way to counterparts that counts requests, and can hold the first ones back until so many have come: what is asked one after
//! the other never comes through then.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt, copy};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// Counts over all ways that lead through it.
#[derive(Clone, Default)]
pub struct Counting {
    seen: Arc<AtomicUsize>,
    lines: Arc<std::sync::Mutex<Vec<String>>>,
    /// How many requests have to have come before the first is let through.
    together: Arc<AtomicUsize>,
    arrived: Arc<watch::Sender<usize>>,
}

impl Counting {
    /// A way to a server that speaks HTTP/1.1 without TLS: its address.
    pub async fn way_to(&self, url: &str) -> String {
        let target = url.trim_start_matches("http://").trim_end_matches('/').to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("127.0.0.1 has a free port");
        let url = format!("http://{}", listener.local_addr().expect("a listener has an address"));
        let counting = self.clone();
        tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                let (target, counting) = (target.clone(), counting.clone());
                tokio::spawn(async move {
                    let Ok(far) = TcpStream::connect(target).await else { return };
                    let ((mut near_in, mut near_out), (mut far_in, far_out)) = (near.into_split(), far.into_split());
                    tokio::select! {
                        () = counting.requests(&mut near_in, far_out) => {}
                        _ = copy(&mut far_in, &mut near_out) => {}
                    }
                });
            }
        });
        url
    }

    /// Begin to count anew; the first requests wait until `together` of them have come.
    pub fn restart(&self, together: usize) {
        self.lines.lock().expect("nobody panicked").clear();
        self.seen.store(0, Ordering::SeqCst);
        self.together.store(together, Ordering::SeqCst);
        self.arrived.send_replace(0);
    }

    /// The first line of every request since then.
    pub fn requests_seen(&self) -> Vec<String> {
        self.lines.lock().expect("nobody panicked").clone()
    }

    /// Pass requests on, each as a whole.
    async fn requests(&self, near: &mut (impl AsyncReadExt + Unpin), mut far: impl AsyncWriteExt + Unpin) {
        let mut buffer: Vec<u8> = Vec::new();
        loop {
            let mut part = [0; 16 * 1024];
            let Ok(read @ 1..) = near.read(&mut part).await else { return };
            buffer.extend_from_slice(&part[..read]);
            while let Some(length) = whole_request(&buffer) {
                let request: Vec<u8> = buffer.drain(..length).collect();
                self.admit(&request).await;
                if far.write_all(&request).await.is_err() {
                    return;
                }
            }
        }
    }

    async fn admit(&self, request: &[u8]) {
        let line = String::from_utf8_lossy(request).lines().next().unwrap_or_default().to_owned();
        self.lines.lock().expect("nobody panicked").push(line);
        let count = self.seen.fetch_add(1, Ordering::SeqCst) + 1;
        self.arrived.send_modify(|arrived| *arrived = count.max(*arrived));
        let together = self.together.load(Ordering::SeqCst);
        let _ = self.arrived.subscribe().wait_for(|arrived| *arrived >= together).await;
    }
}

/// The length of the request that the bytes begin with, once it is there.
fn whole_request(bytes: &[u8]) -> Option<usize> {
    let head = bytes.windows(4).position(|end| end == b"\r\n\r\n")? + 4;
    let text = String::from_utf8_lossy(&bytes[..head]).to_lowercase();
    assert!(!text.contains("transfer-encoding"), "a request in chunks: {text}");
    let length = text.lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse().ok()).unwrap_or(0);
    (bytes.len() >= head + length).then_some(head + length)
}
