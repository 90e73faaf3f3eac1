//! A way to a counterpart that can be cut, as a network can, while the counterpart keeps what it has.

use std::sync::Arc;

use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// Open until it is closed.
pub struct Gate {
    /// The way's own address.
    pub url: String,
    open: Arc<watch::Sender<bool>>,
}

impl Gate {
    pub async fn to(url: &str) -> Gate {
        let target = url.trim_start_matches("http://").trim_end_matches('/').to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("127.0.0.1 has a free port");
        let url = format!("http://{}", listener.local_addr().expect("a listener has an address"));
        let open = Arc::new(watch::Sender::new(true));
        let gate = Gate { url, open: Arc::clone(&open) };
        tokio::spawn(async move {
            while let Ok((mut near, _)) = listener.accept().await {
                let (target, mut state) = (target.clone(), open.subscribe());
                tokio::spawn(async move {
                    // A closed gate answers nobody: the connection is dropped.
                    if !*state.borrow() {
                        return;
                    }
                    let Ok(mut far) = TcpStream::connect(target).await else { return };
                    tokio::select! {
                        _ = copy_bidirectional(&mut near, &mut far) => {}
                        _ = state.wait_for(|open| !open) => {}
                    }
                });
            }
        });
        gate
    }

    /// Cut every connection, and refuse new ones.
    pub fn close(&self) {
        self.open.send_replace(false);
    }

    pub fn open(&self) {
        self.open.send_replace(true);
    }
}
