use std::collections::BTreeMap;

use crate::observe::Pod;

/// What a node has for pods, or what pods take.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Resources {
    /// Thousandths of a core.
    pub cpu_millis: u64,
    /// Bytes.
    pub memory: u64,
    /// How many pods.
    pub pods: u64,
    /// Others, such as `nvidia.com/gpu`.
    pub extended: BTreeMap<String, u64>,
}

impl Resources {
    /// What one pod takes.
    #[must_use]
    pub fn of_pod(pod: &Pod) -> Self {
        Self { cpu_millis: pod.requests.cpu_millis, memory: pod.requests.memory, pods: 1, extended: pod.scheduling.extended.clone() }
    }

    /// The first resource of which there is not enough for `wanted`, by its name.
    #[must_use]
    pub fn lacks(&self, wanted: &Self) -> Option<&'static str> {
        if wanted.cpu_millis > self.cpu_millis {
            return Some("cpu");
        }
        if wanted.memory > self.memory {
            return Some("memory");
        }
        if wanted.pods > self.pods {
            return Some("pods");
        }
        let lacking = wanted.extended.iter().any(|(name, amount)| *amount > self.extended.get(name).copied().unwrap_or(0));
        lacking.then_some("an extended resource")
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

    /// The larger of the shares of CPU and memory that `self` takes of a whole worker, in millionths: the size by which
    /// first fit decreasing orders.
    #[must_use]
    pub fn share_of(&self, whole: &Self) -> u64 {
        let share = |part: u64, whole: u64| u64::try_from(u128::from(part) * 1_000_000 / u128::from(whole.max(1))).unwrap_or(u64::MAX);
        share(self.cpu_millis, whole.cpu_millis).max(share(self.memory, whole.memory))
    }
}
