use std::collections::BTreeMap;

use crate::observe::{Node, Pod};
use crate::plan::packing::bin::Bin;
use crate::plan::packing::domains::allow;
use crate::plan::packing::resources::Resources;
use crate::plan::packing::shape::Shape;

/// What pending pods come to, in workers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Packing {
    /// How many more workers, those that are launching already left out.
    pub nodes: u32,
    /// The pods that the pool's workers can run: the ones that `pending-pods` counts.
    pub pods: u32,
    /// In which zones they are needed, where pods care.
    pub zones: BTreeMap<String, u32>,
    /// Pods that a new worker would not help, by name: they are not counted.
    pub unhelped: Vec<Unhelped>,
}

/// A pod that waits for something else than a worker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unhelped {
    /// `namespace/name`.
    pub pod: String,
    pub reason: String,
}

/// Packs pending pods by first fit decreasing onto the workers that are there (`nodes` with the `pods` on them), those
/// that are `launching`, and as many more as it takes.
#[must_use]
pub fn pack(pending: &[Pod], nodes: &[Node], pods: &[Pod], launching: u32, shape: &Shape) -> Packing {
    let mut packing = Packing::default();
    let mut waiting: Vec<&Pod> = Vec::new();
    for pod in pending {
        match shape.refuses(pod) {
            Some(reason) => packing.unhelped.push(Unhelped { pod: pod.full_name(), reason }),
            None => waiting.push(pod),
        }
    }
    packing.pods = count(&waiting);
    waiting.sort_by_cached_key(|pod| (std::cmp::Reverse(Resources::of_pod(pod).share_of(&shape.allocatable)), pod.full_name()));

    let mut bins: Vec<Bin<'_>> = nodes.iter().map(|node| Bin::existing(node, pods)).collect();
    for number in 0..launching.min(MOST_WORKERS) {
        let zone = next_zone(&bins, shape);
        bins.push(Bin::coming(shape, &zone, number));
    }
    while !waiting.is_empty() {
        waiting = place_all(&mut bins, waiting);
        let number = count(&bins);
        let opened = waiting.iter().find_map(|pod| {
            zones_for(&bins, shape, pod).into_iter().find_map(|zone| {
                bins.push(Bin::coming(shape, &zone, number));
                let last = bins.len().saturating_sub(1);
                let helps = bins.last().is_some_and(|bin| bin.admits(pod)) && allow(&bins, last, pod);
                if !helps {
                    bins.pop();
                }
                helps.then_some(zone)
            })
        });
        let Some(zone) = opened.filter(|_| packing.nodes < MOST_WORKERS) else { break };
        packing.nodes += 1;
        *packing.zones.entry(zone).or_default() += 1;
    }
    let reason = "no further worker would change what it waits for: spread, affinity, or pods that must come first";
    packing.unhelped.extend(waiting.iter().map(|pod| Unhelped { pod: pod.full_name(), reason: reason.to_owned() }));
    packing.unhelped.sort_by(|a, b| a.pod.cmp(&b.pod));
    packing
}

/// Bounds what hostile input can cost; clusters end at 5,000 nodes (Kubernetes, "Considerations for large clusters").
const MOST_WORKERS: u32 = 5_000;

/// Places what fits, again and again while a placement may make room under a spread; returns what still waits.
fn place_all<'a>(bins: &mut [Bin<'a>], mut waiting: Vec<&'a Pod>) -> Vec<&'a Pod> {
    loop {
        let before = waiting.len();
        waiting.retain(|pod| {
            let place = (0..bins.len()).find(|index| bins.get(*index).is_some_and(|bin| bin.admits(pod)) && allow(bins, *index, pod));
            match place.and_then(|index| bins.get_mut(index)) {
                Some(bin) => {
                    bin.place(pod);
                    false
                }
                None => true,
            }
        });
        if waiting.len() == before || waiting.is_empty() {
            return waiting;
        }
    }
}

/// The zones in which a worker for this pod may come up, the one with fewest workers first.
fn zones_for(bins: &[Bin<'_>], shape: &Shape, pod: &Pod) -> Vec<String> {
    let mut zones: Vec<String> = shape.zones.iter().filter(|zone| shape.selects(pod, zone)).cloned().collect();
    if zones.is_empty() && shape.zones.is_empty() {
        zones.push(String::new());
    }
    zones.sort_by_key(|zone| bins.iter().filter(|bin| bin.zone() == zone).count());
    zones
}

/// The zone in which a worker without a pod to care for comes up.
fn next_zone(bins: &[Bin<'_>], shape: &Shape) -> String {
    shape.zones.iter().min_by_key(|zone| bins.iter().filter(|bin| bin.zone() == zone.as_str()).count()).cloned().unwrap_or_default()
}

fn count<T>(items: &[T]) -> u32 {
    u32::try_from(items.len()).unwrap_or(u32::MAX)
}
