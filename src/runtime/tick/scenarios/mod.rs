//! The thirteen fault scenarios, each with the outcome that it must have. The simulator draws them with thousands of others;
//! here each can be read.

mod drains;
mod launches;
mod ledgers;
mod outages;
