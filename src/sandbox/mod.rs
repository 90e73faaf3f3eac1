//! A simulated cloud and cluster behind the same ports as the real ones, with a clock of its own, a seed, and faults.

mod cloud;
mod deed;
mod demo;
mod drive;
mod fault;
mod handle;
mod happening;
mod kubernetes;
mod ledger;
mod outside;
mod ports;
mod process;
mod random;
mod remembered;
mod sabotage;
mod settings;
mod strikes;
mod tamper;
mod traffic;
mod workload;
mod workloads;
mod world;

#[cfg(test)]
mod sandbox_tests;

pub use deed::{Deed, DeedKind};
pub use demo::demo;
pub use drive::{Curve, Drive};
pub use fault::{Call, CrashAt, Fault, FaultKind, Faults};
pub use handle::{Ran, Sandbox};
pub use happening::{Happening, Outside};
pub use process::Process;
pub use random::Random;
pub use sabotage::Sabotage;
pub use settings::{Delay, MachineType, Pace, Settings};
pub use strikes::Strikes;
pub use traffic::Traffic;
pub use workload::Workload;
pub use world::{Launched, Machine, World};
