//! Each counterpart starts and truly works: what the other tests build on.

mod browser;
mod dynamodb;
mod guard;
mod kubernetes;
mod prometheus;
