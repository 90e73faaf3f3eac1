//! What is wrong with a ruleset, as plain data: codes, labels, fixes. Renderers turn it into text or machine formats.

mod code;
pub mod codes;
mod fix;
pub mod render;
mod report;

pub use code::{Code, Entry, Severity};
pub use fix::{Applicability, Edit, Fix};
pub use report::{Diagnostic, Label};
