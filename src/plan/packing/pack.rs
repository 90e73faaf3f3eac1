use crate::observe::{Pod, Surroundings, Unhelped};
use crate::plan::packing::bin::Bin;
use crate::plan::packing::demands::{Demands, Obstacle};
use crate::plan::packing::order::{order_to_rehearse, orders_to_pack, scatter};
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
    packing.zones = ground.rehearsed(best.zones, &waiting);
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
            let opened = waiting.iter().find_map(|pod| self.zone_that_helps(&bins, pod, None));
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

    /// The zone in which a worker would help this pod: this one, then those with fewest workers.
    fn zone_that_helps(&self, bins: &[Bin<'_>], pod: &Pod, first: Option<&str>) -> Option<String> {
        let mut zones: Vec<&str> = self.shape.zones().collect();
        zones.sort_by_key(|zone| (Some(*zone) != first, bins.iter().filter(|bin| bin.zone() == *zone).count()));
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

    /// As many workers as the scheduler needs in every rehearsal: no fewer than it takes each time, and no more.
    fn rehearsed(&self, packed: Vec<String>, waiting: &[&'a Pod]) -> Vec<String> {
        let rehearsal = Rehearsal { ground: self, order: order_to_rehearse(waiting), rounds: self.rounds(&packed, waiting) };
        let mut least = rehearsal.grown(packed, None);
        if rehearsal.rounds < MOST_ROUNDS {
            return least;
        }
        // Where few pods wait there is time to look for less: the packing may have opened workers where they help little, and a
        // group that must stand together is stuck where its first pod has gone, unless that zone has room for all.
        let zones: Vec<&str> = self.shape.zones().collect();
        let one_zone = |zone: &&str| rehearsal.grown(Vec::new(), Some(zone));
        let afresh = zones.iter().map(one_zone).chain([rehearsal.grown(Vec::new(), None)]);
        for candidate in afresh {
            if candidate.len() < least.len() && rehearsal.is_enough(&candidate) {
                least = candidate;
            }
        }
        while let Some(fewer) = rehearsal.without_one(&least) {
            least = fewer;
        }
        least
    }

    /// The scheduler throws dice, and the more often it is rehearsed, the more of its throws are seen; large sets take long.
    fn rounds(&self, zones: &[String], waiting: &[&Pod]) -> usize {
        let work = waiting.len().saturating_mul(self.bins.len().saturating_add(zones.len())).max(1);
        (WORK / work).clamp(LEAST_ROUNDS, MOST_ROUNDS)
    }
}

const LEAST_ROUNDS: usize = 4;
const MOST_ROUNDS: usize = 48;
/// So many times a pod is held against a node in all rounds together, unless the least rounds take more.
const WORK: usize = 100_000;

/// The scheduler's work, done before it.
struct Rehearsal<'g, 'a> {
    ground: &'g Ground<'a>,
    order: Vec<&'a Pod>,
    rounds: usize,
}

impl<'a> Rehearsal<'_, 'a> {
    /// With more workers, until no round leaves over a pod that one more would help; in that zone wherever it helps there.
    fn grown(&self, mut zones: Vec<String>, first: Option<&str>) -> Vec<String> {
        for round in 0..self.rounds {
            while count(&zones) < MOST_WORKERS {
                let (bins, left) = self.round(&zones, round);
                let Some(zone) = left.iter().find_map(|pod| self.ground.zone_that_helps(&bins, pod, first)) else { break };
                zones.push(zone);
            }
        }
        zones
    }

    /// One worker fewer that is enough all the same, the last ones tried first.
    fn without_one(&self, zones: &[String]) -> Option<Vec<String>> {
        let without = |place: usize| {
            let mut fewer = zones.to_vec();
            fewer.remove(place);
            fewer
        };
        (0..zones.len()).rev().map(without).find(|fewer| self.is_enough(fewer))
    }

    /// No round leaves a pod over.
    fn is_enough(&self, zones: &[String]) -> bool {
        (0..self.rounds).all(|round| self.round(zones, round).1.is_empty())
    }

    /// Where the pods are that found a place on these further workers, and those that found none.
    fn round(&self, zones: &[String], round: usize) -> (Vec<Bin<'a>>, Vec<&'a Pod>) {
        let mut bins = self.ground.bins.to_vec();
        for zone in zones {
            bins.push(Bin::coming(self.ground.shape, zone, count(&bins)));
        }
        let left = self.ground.place_all(&mut bins, self.order.clone(), &|choice| choice.preferred(round));
        (bins, left)
    }
}

/// Which of the bins that fit the pod, given by their places, it goes to.
pub(super) struct Choice<'c, 'a> {
    bins: &'c [Bin<'a>],
    pod: &'c Pod,
    fitting: &'c [usize],
    demands: &'c Demands<'c>,
}

pub(super) type Choose<'f> = dyn Fn(&Choice<'_, '_>) -> Option<usize> + 'f;

impl Choice<'_, '_> {
    /// As the scheduler chooses: by score. Among equals it throws dice; here each round decides otherwise.
    fn preferred(&self, round: usize) -> Option<usize> {
        let fitting = || self.fitting.iter().filter_map(|index| self.bins.get(*index).map(|bin| (*index, bin)));
        let wanted: Vec<u64> = fitting().map(|(_, bin)| self.demands.wanted_at(bin)).collect();
        let (least, most) = (wanted.iter().min().copied().unwrap_or(0), wanted.iter().max().copied().unwrap_or(0));
        // Source: kube-scheduler's plugin `InterPodAffinity`, of twice the weight of the others.
        let near = |wanted: u64| wanted.saturating_sub(least).saturating_mul(100).checked_div(most.saturating_sub(least)).unwrap_or(0);
        let scored = fitting().zip(wanted).map(|((index, bin), wanted)| {
            let score = bin.score(self.pod).saturating_add(near(wanted).saturating_mul(2));
            (score, scatter(&format!("{} {index}", self.pod.name), round), index)
        });
        scored.max().map(|(_, _, index)| index)
    }
}

pub(super) fn count<T>(items: &[T]) -> u32 {
    u32::try_from(items.len()).unwrap_or(u32::MAX)
}
