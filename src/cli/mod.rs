//! The command line: arguments in, exit code out.

mod arguments;

pub use arguments::{Arguments, Command};
