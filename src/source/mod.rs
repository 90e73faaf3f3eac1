//! Source text and positions in it: files, spans, lines.
//!
//! Everything later in the line points back here, so that every message can show the user's own text.

mod file;
mod load;
mod span;

pub use file::{Position, SourceFile, Sources};
pub use load::LoadError;
pub use span::{FileId, Span, Spanned};
