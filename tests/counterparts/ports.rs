//! Free ports of 127.0.0.1, for servers that cannot choose one themselves.

use std::net::TcpListener;
use std::sync::atomic::{AtomicU16, Ordering};

/// Below the range from which the kernel serves outgoing connections, so that none takes the port before its server does.
const FIRST: u16 = 16_000;
const COUNT: u16 = 16_000;

/// A port that nobody listens on. Each call gives another one; processes begin at different places of the range.
pub fn free() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let beginning = (std::process::id().wrapping_mul(7_919) % u32::from(COUNT)) as u16;
    (0..COUNT)
        .map(|_| FIRST + beginning.wrapping_add(NEXT.fetch_add(1, Ordering::Relaxed)) % COUNT)
        .find(|&port| TcpListener::bind(("127.0.0.1", port)).is_ok())
        .expect("127.0.0.1 has a free port")
}
