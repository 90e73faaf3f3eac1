use std::cell::Cell;
use std::collections::BTreeSet;

use crate::observe::Pod;
use crate::plan::packing::bin::Bin;
use crate::plan::packing::order::order_to_rehearse;
use crate::plan::packing::pack::{Ground, MOST_WORKERS, count};
use crate::plan::packing::resources::Resources;
use crate::plan::packing::zoning::zonings;

/// As many workers as the scheduler needs in every rehearsal: no fewer than it takes each time, and no more.
pub fn rehearsed<'a>(ground: &Ground<'a>, packed: Vec<String>, waiting: &[&'a Pod]) -> Vec<String> {
    let rehearsal = Rehearsal {
        ground,
        order: order_to_rehearse(waiting),
        rounds: rounds(ground, &packed, waiting),
        anywhere: is_anywhere(ground, waiting),
        search: Cell::new(MOST_SEARCH),
    };
    let grown = rehearsal.grown(packed);
    // Where few pods wait there is time to look for less: the packing may have opened workers where they help little, or where they
    // leave the dice much to spoil.
    if rehearsal.rounds == MOST_ROUNDS { rehearsal.least(grown) } else { grown }
}

/// The scheduler throws dice, and the more often it is rehearsed, the more of its throws are seen; large sets take long.
fn rounds(ground: &Ground<'_>, zones: &[String], waiting: &[&Pod]) -> usize {
    let work = waiting.len().saturating_mul(ground.bins.len().saturating_add(zones.len())).max(1);
    (WORK / work).clamp(LEAST_ROUNDS, MOST_ROUNDS)
}

/// Whether nodes differ for these pods by what they have free alone: no pod, resident or DaemonSet looks at labels or at other pods.
fn is_anywhere(ground: &Ground<'_>, waiting: &[&Pod]) -> bool {
    let all = || waiting.iter().copied().chain(&ground.shape.daemons);
    all().all(|pod| pod.scheduling.goes_anywhere()) && !ground.bins.iter().any(|bin| bin.has_terms)
}

const LEAST_ROUNDS: usize = 4;
const MOST_ROUNDS: usize = 128;
/// So many times a pod is held against a node in all rounds together, unless the least rounds take more.
const WORK: usize = 250_000;
/// So many times more in the search for fewer workers.
const MOST_SEARCH: usize = 500_000;

/// The scheduler's work, done before it.
struct Rehearsal<'g, 'a> {
    ground: &'g Ground<'a>,
    order: Vec<&'a Pod>,
    rounds: usize,
    anywhere: bool,
    /// What is left of the search.
    search: Cell<usize>,
}

/// What one round came to.
struct Round<'a> {
    bins: Vec<Bin<'a>>,
    /// The pods that found no place.
    left: Vec<&'a Pod>,
    /// Dice chose between nodes that differ: another round may end otherwise.
    by_chance: bool,
}

impl<'a> Rehearsal<'_, 'a> {
    /// With more workers, until no round leaves over a pod that one more would help.
    fn grown(&self, mut zones: Vec<String>) -> Vec<String> {
        let (mut number, mut passed) = (0, 0);
        while passed < self.rounds {
            let round = self.round(&zones, number);
            let helpful = || round.left.iter().find_map(|pod| self.ground.zone_that_helps(&round.bins, pod));
            if let Some(zone) = helpful().filter(|_| count(&zones) < MOST_WORKERS) {
                // Rounds that had enough are looked at again: a worker more may lead the dice astray, or be a domain that must be filled.
                zones.push(zone);
                passed = 0;
            } else if round.by_chance {
                passed += 1;
                number = (number + 1) % self.rounds;
            } else {
                break;
            }
        }
        zones
    }

    /// The fewest workers that are enough, in whichever zones; else those that are known to be.
    fn least(&self, enough: Vec<String>) -> Vec<String> {
        let ways = |workers: usize| {
            if self.anywhere { vec![enough.iter().take(workers).cloned().collect()] } else { zonings(self.ground.shape.zones(), workers) }
        };
        let numbers = (0..enough.len()).filter(|workers| self.has_room(*workers));
        let mut least = numbers.flat_map(ways).find(|zones| self.is_enough(zones)).unwrap_or_else(|| enough.clone());
        // Not all ways of many workers were looked at.
        while let Some(fewer) = self.without_one(&least) {
            least = fewer;
        }
        least
    }

    fn without_one(&self, zones: &[String]) -> Option<Vec<String>> {
        let mut tried = BTreeSet::new();
        let places = (0..zones.len()).rev().filter(|place| zones.get(*place).is_some_and(|zone| tried.insert(zone)));
        let without = |place| zones.iter().enumerate().filter(|(other, _)| *other != place).map(|(_, zone)| zone.clone()).collect();
        places.map(without).find(|fewer: &Vec<String>| self.has_room(fewer.len()) && self.is_enough(fewer))
    }

    /// Whether so many workers can hold all pods as far as the sums of their requests tell.
    fn has_room(&self, workers: usize) -> bool {
        let worker = &self.ground.shape.allocatable;
        let wanted: Vec<Resources> = self.order.iter().map(|pod| Resources::of_pod(pod)).collect();
        let measures: [fn(&Resources) -> u64; 3] = [|of| of.cpu_millis, |of| of.memory, |of| of.pods];
        measures.iter().all(|measure| {
            let there = self.ground.bins.iter().filter_map(Bin::room).map(measure).fold(0, u64::saturating_add);
            let to_come = measure(worker).saturating_mul(workers as u64);
            wanted.iter().map(measure).fold(0, u64::saturating_add) <= there.saturating_add(to_come)
        })
    }

    /// No round leaves a pod over.
    fn is_enough(&self, zones: &[String]) -> bool {
        for number in 0..self.rounds {
            let work = self.order.len().saturating_mul(self.ground.bins.len().saturating_add(zones.len()));
            let Some(left) = self.search.get().checked_sub(work) else { return false };
            self.search.set(left);
            let round = self.round(zones, number);
            if !round.left.is_empty() {
                return false;
            }
            if !round.by_chance {
                break;
            }
        }
        true
    }

    fn round(&self, zones: &[String], number: usize) -> Round<'a> {
        let mut bins = self.ground.bins.to_vec();
        for zone in zones {
            bins.push(Bin::coming(self.ground.shape, zone, count(&bins)));
        }
        let by_chance = Cell::new(false);
        let left = self.ground.place_all(&mut bins, self.order.clone(), &|choice| {
            let (place, thrown) = choice.preferred(number, self.anywhere)?;
            by_chance.set(by_chance.get() || thrown);
            Some(place)
        });
        Round { bins, left, by_chance: by_chance.get() }
    }
}
