//! Prometheus behind the [`Metrics`](crate::observe::Metrics) port: two endpoints of its HTTP API, and one that tells
//! how often it scrapes.

mod answer;
mod connection;
mod grid;
mod port;
mod scrape_interval;

pub use connection::{Authentication, Prometheus, PrometheusError, PrometheusSettings};
