use std::collections::{BTreeMap, BTreeSet};

use crate::observe::{Node, Pod, Seen, Surroundings, Unseen};
use crate::plan::packing::{Bin, Known, Packing, Shape, pack};
use crate::plan::{Census, Progress, Situation, Standing, offering_order};
use crate::rules::Zones;

/// The pods that wait for room in this pool, packed onto the workers that are there and those to come.
///
/// # Errors
/// Where something that it takes was not seen, or nobody knows what the next worker will be like: a number that is not
/// known is never zero.
pub fn pending(census: &Census<'_>, situation: &Situation<'_>, around: &Seen<Surroundings>, progress: &Progress) -> Seen<Packing> {
    let waiting = situation.snapshot.pending_pods.as_ref().map_err(Clone::clone)?;
    if waiting.is_empty() {
        return Ok(Packing::default());
    }
    let around = around.as_ref().map_err(Clone::clone)?;
    let pool = situation.snapshot.nodes.as_ref().map_err(Clone::clone)?;
    let capacity = &situation.cluster.capacity;
    let template = progress.template.as_ref();
    let subnet_zones = template.iter().flat_map(|template| template.subnets.iter().map(|subnet| subnet.zone.as_str()));
    let zones = offering_order::allowed_zones(subnet_zones, capacity);
    let mut zones: Vec<String> = zones.into_iter().map(str::to_owned).collect();
    if let (true, Zones::Only(only)) = (zones.is_empty(), &capacity.zones) {
        // The subnets were not read yet: no launch has asked for them.
        zones.clone_from(only);
    }
    let of_template = || template.and_then(|template| template.instance_type.as_deref());
    let instance_type = capacity.instances.first().map(String::as_str).or_else(of_template);
    let remembered = progress.worker_model.as_ref();
    let known = Known { pool, around, remembered, pool_name: situation.cluster.pool(), instance_type, zones: &zones };
    let shape = Shape::learn(&known).map_err(|reason| Unseen { reason })?;
    Ok(pack(waiting, &bins(census, around, &shape), around, &shape))
}

/// Every node of the cluster, and the workers that are launching.
fn bins<'a>(census: &Census<'_>, around: &'a Surroundings, shape: &'a Shape) -> Vec<Bin<'a>> {
    let launching = || census.workers.iter().filter(|worker| worker.standing == Standing::Launching);
    let joining: BTreeSet<&str> = launching().filter_map(|worker| worker.node).map(|node| node.uid.as_str()).collect();
    let mut pods: BTreeMap<&str, Vec<&Pod>> = BTreeMap::new();
    for pod in around.pods.iter().filter(|pod| !pod.is_terminal()) {
        if let Some(name) = pod.node_name.as_deref() {
            pods.entry(name).or_default().push(pod);
        }
    }
    let on = |node: &Node| pods.get(node.name.as_str()).map_or(&[][..], Vec::as_slice);
    let mut bins: Vec<Bin<'a>> = Vec::new();
    for node in &around.nodes {
        bins.push(if joining.contains(node.uid.as_str()) {
            Bin::joining(node, on(node), Some(shape))
        } else {
            Bin::existing(node, on(node))
        });
    }
    for worker in launching().filter(|worker| worker.node.is_none()) {
        let zone = worker.zone.map_or_else(|| fewest(&bins, shape), str::to_owned);
        bins.push(Bin::coming(shape, &zone, u32::try_from(bins.len()).unwrap_or(u32::MAX)));
    }
    // Not asked for yet: they will come up where fewest are.
    for _ in 0..census.unasked.min(MOST_UNASKED) {
        let zone = fewest(&bins, shape);
        bins.push(Bin::coming(shape, &zone, u32::try_from(bins.len()).unwrap_or(u32::MAX)));
    }
    bins
}

/// Bounds what a launch of hostile size can cost.
const MOST_UNASKED: u32 = 5_000;

fn fewest(bins: &[Bin<'_>], shape: &Shape) -> String {
    shape.zones().min_by_key(|zone| bins.iter().filter(|bin| bin.zone() == *zone).count()).unwrap_or_default().to_owned()
}
