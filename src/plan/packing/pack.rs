use crate::observe::{Pod, Surroundings, Unhelped};
use crate::plan::packing::bin::Bin;
use crate::plan::packing::choice::{Choice, Choose};
use crate::plan::packing::demands::{Demands, Obstacle};
use crate::plan::packing::order::orders_to_pack;
use crate::plan::packing::rehearsal::rehearsed;
use crate::plan::packing::shape::Shape;

/// What pending pods come to, in workers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Packing {
    /// The zone of each further worker, those that are launching already left out, in the order in which they help most.
    pub zones: Vec<String>,
    /// How many pods the pool's workers can run: what `pending-pods` counts.
    pub pods: u32,
    /// Pods that a new worker would not help, by name: they are not counted.
    pub unhelped: Vec<Unhelped>,
    /// In words, where the count rests on an estimate of what a worker has for pods.
    pub estimate: Option<String>,
}

impl Packing {
    /// How many more workers.
    #[must_use]
    pub fn nodes(&self) -> u32 {
        count(&self.zones)
    }
}

/// Bounds what hostile input can cost; clusters end at 5,000 nodes (Kubernetes, "Considerations for large clusters").
pub(super) const MOST_WORKERS: u32 = 5_000;

/// Packs pending pods onto what is there and what is launching (`bins`), and onto as many more workers as it takes.
///
/// First fit decreasing, the best of several measures of size, says how few workers can do. The scheduler does not pack:
/// it takes pods as they come and prefers the freest node. So its work is rehearsed on that many workers, in several
/// orders, and where a pod is left over, one more is counted.
#[must_use]
pub fn pack(pending: &[Pod], bins: &[Bin<'_>], around: &Surroundings, shape: &Shape) -> Packing {
    let mut packing = Packing { estimate: shape.estimate.clone(), ..Packing::default() };
    let mut waiting: Vec<&Pod> = Vec::new();
    for pod in pending {
        match shape.refuses(pod, around) {
            Some(reason) => packing.unhelped.push(Unhelped { pod: pod.full_name(), reason }),
            None => waiting.push(pod),
        }
    }
    let ground = Ground { bins, around, shape };
    // A group that must stand together is stuck where the first fit has too little room for it: the last fit is tried too.
    let fits: [&Choose<'_>; 2] = [&|choice| choice.fitting.first().copied(), &|choice| choice.fitting.last().copied()];
    let orders = orders_to_pack(&waiting, &shape.allocatable);
    let filled = fits.iter().flat_map(|fit| orders.iter().map(|order| ground.fill(order.clone(), *fit)));
    let Some(best) = filled.min_by_key(|filling| (filling.left.len(), filling.zones.len())) else { return packing };
    packing.unhelped.extend(best.left.iter().map(|(pod, reason)| Unhelped { pod: pod.full_name(), reason: reason.clone() }));
    packing.unhelped.sort();
    waiting.retain(|pod| !best.left.iter().any(|(left, _)| left.uid == pod.uid));
    packing.pods = count(&waiting);
    packing.zones = rehearsed(&ground, best.zones, &waiting);
    packing
}

pub(super) struct Ground<'a> {
    pub bins: &'a [Bin<'a>],
    pub around: &'a Surroundings,
    pub shape: &'a Shape,
}

struct Filling<'a> {
    /// One for each worker that was opened.
    zones: Vec<String>,
    left: Vec<(&'a Pod, String)>,
}

impl<'a> Ground<'a> {
    /// Fits in this order, with a further worker wherever one helps the first pod that waits.
    fn fill(&self, mut waiting: Vec<&'a Pod>, fit: &Choose<'_>) -> Filling<'a> {
        let mut bins = self.bins.to_vec();
        let mut zones = Vec::new();
        loop {
            waiting = self.place_all(&mut bins, waiting, fit);
            let opened = waiting.iter().find_map(|pod| self.zone_that_helps(&bins, pod));
            let Some(zone) = opened.filter(|_| count(&zones) < MOST_WORKERS) else { break };
            bins.push(Bin::coming(self.shape, &zone, count(&bins)));
            zones.push(zone);
        }
        let left = waiting.into_iter().map(|pod| (pod, self.why_not(&bins, pod))).collect();
        Filling { zones, left }
    }

    /// Places what fits where `choose` says, again and again while a placement may make room; returns what still waits.
    pub fn place_all(&self, bins: &mut [Bin<'a>], mut waiting: Vec<&'a Pod>, choose: &Choose<'_>) -> Vec<&'a Pod> {
        loop {
            let before = waiting.len();
            waiting.retain(|pod| {
                let demands = Demands::of(pod, bins, self.around);
                let fits = |bin: &Bin<'_>| bin.admits(pod, self.around) && demands.obstacle(bin).is_none();
                let fitting: Vec<usize> = bins.iter().enumerate().filter(|(_, bin)| fits(bin)).map(|(index, _)| index).collect();
                let place = choose(&Choice { bins, pod, fitting: &fitting, demands: &demands });
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

    /// The zone in which a worker would help this pod, of those with fewest workers first.
    pub fn zone_that_helps(&self, bins: &[Bin<'_>], pod: &Pod) -> Option<String> {
        let mut zones: Vec<&str> = self.shape.zones().collect();
        zones.sort_by_key(|zone| bins.iter().filter(|bin| bin.zone() == *zone).count());
        zones.into_iter().find(|zone| self.is_helped(bins, pod, zone).is_ok()).map(str::to_owned)
    }

    fn is_helped(&self, bins: &[Bin<'_>], pod: &Pod, zone: &str) -> Result<(), Option<Obstacle>> {
        let mut bins = bins.to_vec();
        bins.push(Bin::coming(self.shape, zone, count(&bins)));
        let Some(new) = bins.last() else { return Err(None) };
        if !new.admits(pod, self.around) {
            return Err(None);
        }
        Demands::of(pod, &bins, self.around).obstacle(new).map_or(Ok(()), |obstacle| Err(Some(obstacle)))
    }

    fn why_not(&self, bins: &[Bin<'_>], pod: &Pod) -> String {
        let obstacles = self.shape.zones().filter_map(|zone| self.is_helped(bins, pod, zone).err().flatten());
        match obstacles.min() {
            Some(Obstacle::Spread(key)) => format!("its topology spread over `{key}` allows it on no new worker"),
            Some(Obstacle::Affinity(key)) => format!("pods that its affinity asks for run in no `{key}` of a new worker"),
            Some(Obstacle::AntiAffinity(key)) => format!("anti-affinity keeps it out of every `{key}` of a new worker"),
            None => "no zone in which it may run gets a worker".to_owned(),
        }
    }
}

pub(super) fn count<T>(items: &[T]) -> u32 {
    u32::try_from(items.len()).unwrap_or(u32::MAX)
}
