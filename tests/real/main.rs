//! Tests against the real counterparts. They need what `./test.sh setup` installs, and all features.

#[path = "../counterparts/mod.rs"]
mod counterparts;
mod starters;
