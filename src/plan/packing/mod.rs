//! How many more workers the pending pods need: first fit decreasing on the workers to come, with what the scheduler
//! looks at as far as it decides whether a new worker would help.

mod bin;
mod domains;
mod pack;
mod resources;
mod shape;

pub use pack::{Packing, Unhelped, pack};
pub use resources::Resources;
pub use shape::Shape;

#[cfg(test)]
mod pack_tests;
