use std::cmp::Reverse;

use crate::observe::Pod;
use crate::plan::packing::resources::Resources;

/// The orders in which pods are packed: decreasing by each measure of size.
pub fn orders_to_pack<'a>(pods: &[&'a Pod], whole: &Resources) -> Vec<Vec<&'a Pod>> {
    let larger = |of: &Resources| of.share_of(whole);
    let both = |of: &Resources| of.cpu_share_of(whole).saturating_add(of.memory_share_of(whole));
    let cpu = |of: &Resources| of.cpu_share_of(whole);
    let memory = |of: &Resources| of.memory_share_of(whole);
    let measures: [&dyn Fn(&Resources) -> u64; 4] = [&larger, &both, &cpu, &memory];
    measures.iter().map(|measure| decreasing(pods, measure)).collect()
}

/// The order in which the scheduler takes them: by priority, then as they came.
pub fn order_to_rehearse<'a>(pods: &[&'a Pod]) -> Vec<&'a Pod> {
    let mut as_they_came = pods.to_vec();
    as_they_came.sort_by_cached_key(|pod| (Reverse(pod.scheduling.priority), pod.unschedulable_since, pod.full_name()));
    as_they_came
}

fn decreasing<'a>(pods: &[&'a Pod], measure: &dyn Fn(&Resources) -> u64) -> Vec<&'a Pod> {
    let mut order = pods.to_vec();
    order.sort_by_cached_key(|pod| (Reverse(measure(&Resources::of_pod(pod))), pod.full_name()));
    order
}

/// A throw of the dice for this pod and that node, without chance: the same pods are always rehearsed alike.
///
/// FNV-1a alone scatters the last bytes poorly: of 48 rounds only eight would differ, and in each of them pods of like names would
/// like the same nodes. The finish is that of `SplitMix64`.
pub fn throw(pod: &Pod, node: usize, round: usize) -> u64 {
    let name = pod.namespace.bytes().chain([b'/']).chain(pod.name.bytes());
    let hash = name.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3));
    finish(finish(hash.wrapping_add(round as u64)).wrapping_add(node as u64))
}

fn finish(number: u64) -> u64 {
    let mut mixed = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}
