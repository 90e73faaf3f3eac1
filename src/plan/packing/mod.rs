//! How many more workers the pending pods need: packed first fit decreasing on the workers to come, and rehearsed as the
//! scheduler works, with what it looks at as far as that decides whether a new worker would help.

mod bin;
mod choice;
mod demands;
mod instance_size;
mod model;
mod order;
mod pack;
mod rehearsal;
mod resources;
mod shape;
mod zoning;

pub use bin::Bin;
pub use model::Model;
pub use pack::{Packing, pack};
pub use resources::Resources;
pub use shape::{Known, Shape};

#[cfg(test)]
mod fixture;
#[cfg(test)]
mod pack_tests;
#[cfg(test)]
mod rehearsal_tests;
