//! All machines behind the instances of an emulated EC2: between two ticks, the test lets them catch up with it.

use std::collections::BTreeMap;

use kube::Client;

use super::super::ec2::{Ec2, Instance};
use super::Worker;

/// What worker an instance becomes; none for an instance that never joins.
type Shape = dyn Fn(&Instance) -> Option<Worker> + Send;

/// The workers that have joined so far, by instance.
pub struct Machines {
    shape: Box<Shape>,
    joined: BTreeMap<String, Worker>,
    dead: BTreeMap<String, Worker>,
}

impl Machines {
    /// Machines of this shape.
    pub fn new(shape: impl Fn(&Instance) -> Option<Worker> + Send + 'static) -> Machines {
        Machines { shape: Box::new(shape), joined: BTreeMap::new(), dead: BTreeMap::new() }
    }

    /// Instances that run by now join; the kubelets of those that no longer do die, and leave their nodes behind as on K3s.
    pub async fn catch_up(&mut self, ec2: &Ec2, client: &Client) {
        for instance in ec2.instances().await {
            if instance.state == "running" {
                if !self.joined.contains_key(&instance.id)
                    && let Some(worker) = (self.shape)(&instance)
                {
                    worker.join(client).await;
                    self.joined.insert(instance.id, worker);
                }
            } else if let Some(worker) = self.joined.remove(&instance.id) {
                worker.die(client).await;
                self.dead.insert(instance.id, worker);
            }
        }
    }

    /// The workers whose instances run.
    pub fn workers(&self) -> impl Iterator<Item = &Worker> {
        self.joined.values()
    }

    /// Delete every node that is left, for the next test.
    pub async fn clear(&self, client: &Client) {
        for worker in self.joined.values().chain(self.dead.values()) {
            worker.clear(client).await;
        }
    }
}
