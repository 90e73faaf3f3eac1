//! Diagnostics for people and for programs. Renderers only write: which one, and whether in colour, is the caller's.

mod github;
mod json;
mod sarif;
mod text;

pub use github::render_github;
pub use json::{JSON_VERSION, render_json};
pub use sarif::render_sarif;
pub use text::{render_summary, render_text};
