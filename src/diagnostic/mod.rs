//! What is wrong with a ruleset, as plain data: codes, labels, fixes. Renderers turn it into text or machine formats.

mod code;
pub mod codes;
mod document;
mod fix;
pub mod render;
mod report;

pub use code::{Code, Entry, Severity};
pub use document::document;
pub use fix::{Applicability, Edit, Fix};
pub use report::{Diagnostic, Label};
