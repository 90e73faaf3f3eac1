//! The real counterparts of the system, started for a test on 127.0.0.1 and free ports: Prometheus, DynamoDB Local, a Kubernetes control
//! plane with KWOK as its kubelets, and Chromium. `./test.sh setup` installs them. A test includes this folder with
//! `#[path = "../counterparts/mod.rs"] mod counterparts;`.

pub mod aws;
pub mod browser;
pub mod counting;
pub mod dynamodb;
pub mod ec2;
pub mod kubernetes;
pub mod lambda;
pub mod ministack;
pub mod prometheus;
pub mod until;

mod installed;
mod ports;
mod run;
mod scrape;
