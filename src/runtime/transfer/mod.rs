//! The ledger of a cluster as JSON lines, to move it from one store to another or to keep a copy.

mod export;
mod import;
mod line;
#[cfg(test)]
mod transfer_tests;

pub use export::{ExportError, export};
pub use import::{Checked, ImportError, Importing, check, import};
pub use line::{Counted, FORMAT, Header, Line};
