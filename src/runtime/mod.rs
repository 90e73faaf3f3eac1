//! One tick, and everything that runs it: daemon, function, reload, configuration, wiring.

pub mod board;
pub mod configuration;
