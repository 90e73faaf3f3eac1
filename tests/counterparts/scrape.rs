//! A scrape target whose values the test sets.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// Series by their text, such as `queue_depth{queue="mail"}`.
type Series = Arc<Mutex<BTreeMap<String, f64>>>;

/// Serves the current values until the process ends.
pub struct Target {
    /// Where Prometheus finds it.
    pub address: SocketAddr,
    series: Series,
}

impl Target {
    /// Listen on a free port.
    pub fn serve() -> Target {
        let listener = TcpListener::bind("127.0.0.1:0").expect("127.0.0.1 has a free port");
        let address = listener.local_addr().expect("a listener has an address");
        let series = Series::default();
        let served = Arc::clone(&series);
        thread::spawn(move || {
            for connection in listener.incoming().flatten() {
                // One scraper, once a second: a connection that fails is tried again by Prometheus.
                let _ = answer(connection, &served);
            }
        });
        Target { address, series }
    }

    /// From the next scrape on, a series has this value.
    pub fn set(&self, series: &str, value: f64) {
        self.series.lock().expect("no thread died holding the series").insert(series.to_owned(), value);
    }

    /// From the next scrape on, a series is gone: Prometheus marks it stale.
    pub fn forget(&self, series: &str) {
        self.series.lock().expect("no thread died holding the series").remove(series);
    }
}

fn answer(mut connection: TcpStream, series: &Series) -> std::io::Result<()> {
    let mut request = Vec::new();
    let mut part = [0; 4096];
    while !request.ends_with(b"\r\n\r\n") {
        let read = connection.read(&mut part)?;
        if read == 0 {
            return Ok(());
        }
        request.extend_from_slice(&part[..read]);
    }
    let mut body = String::new();
    for (series, value) in series.lock().expect("no thread died holding the series").iter() {
        writeln!(body, "{series} {value}").expect("a string takes text");
    }
    let length = body.len();
    write!(
        connection,
        "HTTP/1.1 200 OK\r\nContent-Type: text/plain; version=0.0.4\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    )
}
