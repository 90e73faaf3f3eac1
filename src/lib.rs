//! SmartScale: a node autoscaler for K3s on AWS.
//!
//! The folders follow the line of one tick: source → syntax → check → rules, observe → decide → plan → act → commit →
//! announce. See ARCHITECTURE.md.

// pest's derived parser names it; without pest's `std` nothing else brings it.
extern crate alloc;

pub mod act;
pub mod announce;
#[cfg(feature = "aws")]
pub mod aws;
pub mod check;
pub mod cli;
pub mod decide;
pub mod diagnostic;
pub mod ledger;
pub mod observe;
pub mod plan;
pub mod rules;
pub mod runtime;
pub mod sandbox;
pub mod source;
pub mod syntax;
#[cfg(feature = "web")]
pub mod web;
