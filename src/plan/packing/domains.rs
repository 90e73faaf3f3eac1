use std::collections::BTreeMap;

use crate::observe::{Pod, PodSelector, PodTerm, Spread};
use crate::plan::packing::bin::Bin;

/// Whether what the scheduler asks across nodes allows the pod on the bin at `index`: topology spread, pod affinity and
/// anti-affinity (Kubernetes, "Pod Topology Spread Constraints" and "Inter-pod affinity and anti-affinity").
pub fn allow(bins: &[Bin<'_>], index: usize, pod: &Pod) -> bool {
    let Some(bin) = bins.get(index) else { return false };
    pod.scheduling.spread.iter().all(|spread| keeps_skew(bins, bin, pod, spread))
        && pod.scheduling.anti_affinity.iter().all(|term| !stands_by(bins, bin, pod, term))
        && !is_shunned(bins, bin, pod)
        && joins(bins, bin, pod)
}

fn keeps_skew(bins: &[Bin<'_>], bin: &Bin<'_>, pod: &Pod, spread: &Spread) -> bool {
    let Some(here) = bin.labels.get(&spread.topology_key) else { return false };
    let mut counts: BTreeMap<&str, u32> = BTreeMap::new();
    for other in bins.iter().filter(|other| other.is_eligible_for(pod)) {
        if let Some(domain) = other.labels.get(&spread.topology_key) {
            let matching = other.pods.iter().filter(|other| other.namespace == pod.namespace && matches(spread.selector.as_ref(), other));
            let count = u32::try_from(matching.count()).unwrap_or(u32::MAX);
            counts.entry(domain).and_modify(|sum| *sum = sum.saturating_add(count)).or_insert(count);
        }
    }
    let domains = u32::try_from(counts.len()).unwrap_or(u32::MAX);
    let least = if spread.min_domains.is_some_and(|wanted| domains < wanted) { 0 } else { counts.values().min().copied().unwrap_or(0) };
    let own = u32::from(matches(spread.selector.as_ref(), pod));
    let after = counts.get(here.as_str()).copied().unwrap_or(0).saturating_add(own);
    after.saturating_sub(least) <= spread.max_skew
}

/// Whether a pod that the term names runs in the bin's domain.
fn stands_by(bins: &[Bin<'_>], bin: &Bin<'_>, pod: &Pod, term: &PodTerm) -> bool {
    in_domain(bins, bin, &term.topology_key).any(|other| term_names(term, pod, other))
}

/// Whether a pod in the bin's domain refuses to stand by this one.
fn is_shunned(bins: &[Bin<'_>], bin: &Bin<'_>, pod: &Pod) -> bool {
    bins.iter().any(|other| {
        other.pods.iter().any(|resident| {
            resident.scheduling.anti_affinity.iter().any(|term| {
                let same = other.labels.get(&term.topology_key).is_some_and(|domain| bin.labels.get(&term.topology_key) == Some(domain));
                same && term_names(term, resident, pod)
            })
        })
    })
}

/// Every affinity term is met in the domain; the first pod of a group that names itself may start anywhere.
fn joins(bins: &[Bin<'_>], bin: &Bin<'_>, pod: &Pod) -> bool {
    pod.scheduling.affinity.iter().all(|term| {
        if !bin.labels.contains_key(&term.topology_key) {
            return false;
        }
        let nobody_anywhere = !bins.iter().flat_map(|other| &other.pods).any(|other| term_names(term, pod, other));
        stands_by(bins, bin, pod, term) || nobody_anywhere && term_names(term, pod, pod)
    })
}

fn in_domain<'a>(bins: &'a [Bin<'a>], bin: &'a Bin<'a>, topology_key: &'a str) -> impl Iterator<Item = &'a Pod> {
    let here = bin.labels.get(topology_key);
    bins.iter().filter(move |other| here.is_some() && other.labels.get(topology_key) == here).flat_map(|other| other.pods.iter().copied())
}

fn term_names(term: &PodTerm, owner: &Pod, other: &Pod) -> bool {
    let in_namespace =
        if term.namespaces.is_empty() { other.namespace == owner.namespace } else { term.namespaces.contains(&other.namespace) };
    in_namespace && matches(term.selector.as_ref(), other)
}

fn matches(selector: Option<&PodSelector>, pod: &Pod) -> bool {
    selector.is_some_and(|requirements| requirements.iter().all(|requirement| requirement.is_met_by(&pod.labels)))
}
