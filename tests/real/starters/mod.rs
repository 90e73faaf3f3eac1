//! Each counterpart starts and truly works: what the other tests build on.

mod browser;
mod dynamodb;
mod ec2;
mod guard;
mod kubernetes;
mod ministack;
mod prometheus;
