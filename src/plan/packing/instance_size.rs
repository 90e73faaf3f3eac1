use std::collections::BTreeMap;
use std::sync::LazyLock;

use crate::plan::packing::resources::Resources;

/// What an instance type has, by AWS' own lists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InstanceSize {
    /// As in `kubernetes.io/arch`.
    pub architecture: &'static str,
    pub vcpus: u64,
    pub memory_mib: u64,
    /// NVIDIA's.
    pub gpus: u64,
}

static SHIPPED: LazyLock<BTreeMap<&'static str, InstanceSize>> = LazyLock::new(|| {
    let lines = include_str!("instance_sizes.txt").lines().filter(|line| !line.starts_with('#'));
    lines.filter_map(read).collect()
});

fn read(line: &'static str) -> Option<(&'static str, InstanceSize)> {
    let mut words = line.split(' ');
    let (name, architecture) = (words.next()?, words.next()?);
    let (vcpus, memory_mib) = (words.next()?.parse().ok()?, words.next()?.parse().ok()?);
    let gpus = words.next().map_or(Ok(0), str::parse).ok()?;
    Some((name, InstanceSize { architecture, vcpus, memory_mib, gpus }))
}

/// `None`: the table that ships does not know the type.
#[must_use]
pub fn size_of(instance_type: &str) -> Option<&'static InstanceSize> {
    SHIPPED.get(instance_type)
}

/// Of memory, so much in a thousand never reaches pods: the hypervisor and the kernel keep it (Karpenter's
/// `VM_MEMORY_OVERHEAD_PERCENT` is the same 7.5%).
const MEMORY_KEPT: u64 = 75;
/// The kubelet's default for `--eviction-hard memory.available`. K3s asks for none, a cluster's own configuration may.
const EVICTION_MIB: u64 = 100;
/// The kubelet's default for `--max-pods`, which K3s leaves as it is.
const MOST_PODS: u64 = 110;

impl InstanceSize {
    /// About what K3s' kubelet will offer to pods: K3s reserves no CPU by default. Rather too little than too much, for a
    /// pod that finds no room waits. How large the disk is, the launch template says and not the type: it is no limit here.
    #[must_use]
    pub fn allocatable(&self) -> Resources {
        let memory_mib = (self.memory_mib.saturating_mul(1000 - MEMORY_KEPT) / 1000).saturating_sub(EVICTION_MIB);
        let gpus = (self.gpus > 0).then(|| ("nvidia.com/gpu".to_owned(), self.gpus));
        Resources {
            cpu_millis: self.vcpus.saturating_mul(1000),
            memory: memory_mib << 20,
            pods: MOST_PODS,
            extended: [("ephemeral-storage".to_owned(), u64::MAX)].into_iter().chain(gpus).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{SHIPPED, size_of};

    #[test]
    fn every_type_that_has_a_shipped_price_has_a_size_and_no_other() {
        let priced = include_str!("../../rules/on_demand_prices.txt").lines().filter(|line| !line.starts_with('#'));
        let priced: Vec<&str> = priced.filter_map(|line| line.split_once(' ')).map(|(name, _)| name).collect();
        assert_eq!(SHIPPED.keys().copied().collect::<Vec<_>>(), priced);
    }

    #[test]
    fn the_estimate_stays_below_what_kubelets_report() {
        // As nodes of K3s 1.33 on Ubuntu report them, in KiB.
        for (name, cpu_millis, reported_kib) in
            [("t3.medium", 2000, 3_926_932_u64), ("m5.large", 2000, 7_902_456), ("t4g.small", 2000, 1_880_000)]
        {
            let offered = size_of(name).unwrap().allocatable();
            assert_eq!(offered.cpu_millis, cpu_millis);
            assert!(
                offered.memory <= reported_kib << 10 && offered.memory * 10 >= (reported_kib << 10) * 8,
                "{name}: {}",
                offered.memory >> 10
            );
        }
        assert_eq!(size_of("x9.huge"), None);
    }
}
