//! The status page: server-rendered, on the loopback by default, without anything from elsewhere.

mod chart;
mod page;
mod server;

pub use server::{Serving, StatusPageError, serve};
