use crate::observe::{Node, Pod};
use crate::plan::packing::{Packing, Shape, pack};
use crate::plan::{Census, Situation, Standing};

/// The pods that wait for room in this pool, packed onto the workers that are there and those to come. `None`: Kubernetes was
/// not seen, or there is no worker to learn from what the next one will be like.
#[must_use]
pub fn pending(census: &Census<'_>, situation: &Situation<'_>, zones: &[String]) -> Option<Packing> {
    let waiting = situation.snapshot.pending_pods.as_ref().ok()?;
    if waiting.is_empty() {
        return Some(Packing::default());
    }
    let nodes = situation.nodes()?;
    let by_node = situation.snapshot.pods_on_nodes.as_ref().ok()?;
    // A node whose pods were not asked for would look empty.
    let known: Vec<Node> = nodes.iter().filter(|node| by_node.contains_key(&node.name)).cloned().collect();
    let pods: Vec<Pod> = by_node.values().flatten().cloned().collect();
    let first_type = situation.cluster.capacity.instances.first().map(String::as_str);
    let shape = Shape::learn(nodes, &pods, first_type, zones)?;
    let launching = census.workers.iter().filter(|worker| worker.standing == Standing::Launching && worker.node.is_none()).count();
    Some(pack(waiting, &known, &pods, u32::try_from(launching).unwrap_or(u32::MAX).saturating_add(census.unasked), &shape))
}
