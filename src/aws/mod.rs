//! The AWS SDK: one connection for all services, and what goes wrong with a call, in words.
//!
//! A leaf: adapters in `act`, `ledger` and `announce` build on it, and it imports none of them.

mod connection;
mod fault;
mod prices;
mod secret;

pub use connection::{CallLimits, connect};
pub use fault::{Fault, FaultKind};
pub use prices::on_demand_prices;
pub use secret::secret;
