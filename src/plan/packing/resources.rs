use std::collections::BTreeMap;

use crate::observe::{Node, Pod, read_quantity};

/// What a node has for pods, or what pods take.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Resources {
    /// Thousandths of a core.
    pub cpu_millis: u64,
    /// Bytes.
    pub memory: u64,
    /// How many pods.
    pub pods: u64,
    /// Others, such as `nvidia.com/gpu` or `ephemeral-storage`.
    pub extended: BTreeMap<String, u64>,
}

impl Resources {
    /// What one pod takes.
    #[must_use]
    pub fn of_pod(pod: &Pod) -> Self {
        Self { cpu_millis: pod.requests.cpu_millis, memory: pod.requests.memory, pods: 1, extended: pod.scheduling.extended.clone() }
    }

    /// What a node has for pods in all: its allocatable.
    #[must_use]
    pub fn of_node(node: &Node) -> Self {
        Self::of_allocatable(&node.allocatable)
    }

    #[must_use]
    pub fn of_allocatable(allocatable: &BTreeMap<String, String>) -> Self {
        let mut resources = Self::default();
        for (name, quantity) in allocatable {
            match name.as_str() {
                "cpu" => resources.cpu_millis = read_down(quantity, 1000),
                "memory" => resources.memory = read_down(quantity, 1),
                "pods" => resources.pods = read_down(quantity, 1),
                _ => {
                    resources.extended.insert(name.clone(), read_down(quantity, 1));
                }
            }
        }
        resources
    }

    /// The first resource of which there is not enough for `wanted`, by its name.
    #[must_use]
    pub fn lacks<'w>(&self, wanted: &'w Self) -> Option<&'w str> {
        if wanted.cpu_millis > self.cpu_millis {
            return Some("cpu");
        }
        if wanted.memory > self.memory {
            return Some("memory");
        }
        if wanted.pods > self.pods {
            return Some("pods");
        }
        let lacking = wanted.extended.iter().find(|(name, amount)| **amount > self.extended.get(*name).copied().unwrap_or(0));
        lacking.map(|(name, _)| name.as_str())
    }

    /// Takes `taken` off; never below nothing.
    pub fn take(&mut self, taken: &Self) {
        self.cpu_millis = self.cpu_millis.saturating_sub(taken.cpu_millis);
        self.memory = self.memory.saturating_sub(taken.memory);
        self.pods = self.pods.saturating_sub(taken.pods);
        for (name, amount) in &taken.extended {
            if let Some(left) = self.extended.get_mut(name) {
                *left = left.saturating_sub(*amount);
            }
        }
    }

    /// The larger of the shares of CPU and memory that `self` is of a whole worker, in millionths: the size by which first
    /// fit decreasing orders.
    #[must_use]
    pub fn share_of(&self, whole: &Self) -> u64 {
        self.cpu_share_of(whole).max(self.memory_share_of(whole))
    }

    #[must_use]
    pub fn cpu_share_of(&self, whole: &Self) -> u64 {
        share(self.cpu_millis, whole.cpu_millis)
    }

    /// How alike CPU and memory are taken where that much is free of `self`; at most 100.
    #[must_use]
    pub fn balance_with(&self, free: &Self) -> u64 {
        let apart = free.cpu_share_of(self).abs_diff(free.memory_share_of(self));
        (2_000_000_u64.saturating_sub(apart)).saturating_mul(100) / 2_000_000
    }

    #[must_use]
    pub fn memory_share_of(&self, whole: &Self) -> u64 {
        share(self.memory, whole.memory)
    }
}

fn share(part: u64, whole: u64) -> u64 {
    u64::try_from(u128::from(part) * 1_000_000 / u128::from(whole.max(1))).unwrap_or(u64::MAX)
}

/// Rounded down: less is offered rather than more.
fn read_down(quantity: &str, times: i64) -> u64 {
    let number = read_quantity(quantity).map(|number| number.multiply(&times.into()).floor());
    number.and_then(|number| number.to_i64()).and_then(|whole| u64::try_from(whole).ok()).unwrap_or(0)
}
