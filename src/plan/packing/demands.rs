use std::collections::{BTreeMap, BTreeSet};

use crate::observe::{Pod, PodSelector, PodTerm, Spread, Surroundings};
use crate::plan::packing::bin::Bin;

/// What the scheduler asks across nodes for one pod, counted once over all of them: topology spread, pod affinity and
/// anti-affinity.
///
/// Source: kube-scheduler's plugins `PodTopologySpread` and `InterPodAffinity`, whose `PreFilter` counts the same.
pub struct Demands<'a> {
    spreads: Vec<(&'a Spread, Skew<'a>)>,
    joins: Joins<'a>,
    /// (topology key, domain) in which a pod must not run that this one shuns, or that shuns this one.
    shunned: BTreeSet<(&'a str, &'a str)>,
    /// How many pods that run there ask, by their affinity, for a pod like this one in (topology key, domain).
    wanted: BTreeMap<(&'a str, &'a str), u64>,
}

/// How many matching pods each domain has.
struct Skew<'a> {
    counts: BTreeMap<&'a str, u32>,
    /// The pod matches its own selector.
    own: u32,
}

struct Joins<'a> {
    terms: &'a [PodTerm],
    /// (topology key, domain) with pods that match every term.
    domains: BTreeSet<(&'a str, &'a str)>,
    /// No pod matches anywhere, and the pod itself does: the first of its group may start anywhere.
    is_first: bool,
}

/// Which of the scheduler's questions a node fails.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Obstacle {
    Spread(String),
    Affinity(String),
    AntiAffinity(String),
}

impl<'a> Demands<'a> {
    pub fn of(pod: &'a Pod, bins: &'a [Bin<'a>], around: &'a Surroundings) -> Self {
        let asked = &pod.scheduling;
        let named = |term: &PodTerm, owner: &Pod, other: &Pod| term_names(term, owner, other, around);
        let mut shunned = BTreeSet::new();
        let mut domains = BTreeSet::new();
        let mut wanted: BTreeMap<_, u64> = BTreeMap::new();
        let mut anybody = false;
        let has_terms = !asked.affinity.is_empty() || !asked.anti_affinity.is_empty();
        for bin in bins.iter().filter(|bin| has_terms || bin.has_terms) {
            for resident in &bin.pods {
                let shunning = resident.scheduling.anti_affinity.iter().filter(|term| named(term, resident, pod));
                let to_shun = asked.anti_affinity.iter().filter(|term| named(term, pod, resident));
                shunned.extend(shunning.chain(to_shun).filter_map(|term| bin.domain(&term.topology_key)));
                let wanting = resident.scheduling.affinity.iter().filter(|term| named(term, resident, pod));
                for domain in wanting.filter_map(|term| bin.domain(&term.topology_key)) {
                    *wanted.entry(domain).or_default() += 1;
                }
                if !asked.affinity.is_empty() && asked.affinity.iter().all(|term| named(term, pod, resident)) {
                    let held: Vec<_> = asked.affinity.iter().filter_map(|term| bin.domain(&term.topology_key)).collect();
                    anybody |= !held.is_empty();
                    domains.extend(held);
                }
            }
        }
        let is_first = !anybody && asked.affinity.iter().all(|term| named(term, pod, pod));
        let spreads = asked.spread.iter().map(|spread| (spread, Skew::of(pod, spread, bins))).collect();
        Self { spreads, joins: Joins { terms: &asked.affinity, domains, is_first }, shunned, wanted }
    }

    /// How many of the pods that ask for one like this would have it near them here.
    pub fn wanted_at(&self, bin: &Bin<'_>) -> u64 {
        let here = self.wanted.iter().filter(|((key, domain), _)| bin.labels.get(*key).is_some_and(|found| found == domain));
        here.map(|(_, pods)| *pods).sum()
    }

    /// What keeps the pod off this node; `None`: it may run there.
    pub fn obstacle(&self, bin: &Bin<'_>) -> Option<Obstacle> {
        if let Some((spread, _)) = self.spreads.iter().find(|(spread, skew)| !skew.allows(spread, bin)) {
            return Some(Obstacle::Spread(spread.topology_key.clone()));
        }
        if let Some(term) = self.joins.terms.iter().find(|term| !self.joins.allows(term, bin)) {
            return Some(Obstacle::Affinity(term.topology_key.clone()));
        }
        let shunned = self.shunned.iter().find(|(key, domain)| bin.labels.get(*key).is_some_and(|found| found == domain));
        shunned.map(|(key, _)| Obstacle::AntiAffinity((*key).to_owned()))
    }
}

impl<'a> Skew<'a> {
    fn of(pod: &Pod, spread: &'a Spread, bins: &'a [Bin<'a>]) -> Self {
        let mut counts: BTreeMap<&str, u32> = BTreeMap::new();
        let is_domain = |bin: &&Bin<'_>| {
            // A node that lacks the key of any constraint is no domain of any.
            pod.scheduling.spread.iter().all(|other| bin.labels.contains_key(&other.topology_key))
                && (!spread.honors_affinity || bin.is_selected_by(pod))
                && (!spread.honors_taints || bin.is_tolerated_by(pod))
        };
        for bin in bins.iter().filter(is_domain) {
            let Some(domain) = bin.labels.get(&spread.topology_key) else { continue };
            let matching = bin.pods.iter().filter(|other| {
                // The scheduler counts no pod for a selector that selects everything.
                let selective = spread.selector.as_ref().is_some_and(|selector| !selector.is_empty());
                selective && other.namespace == pod.namespace && other.deleted_at.is_none() && matches(spread.selector.as_ref(), other)
            });
            let matching = u32::try_from(matching.count()).unwrap_or(u32::MAX);
            let sum = counts.entry(domain).or_default();
            *sum = sum.saturating_add(matching);
        }
        Self { counts, own: u32::from(matches(spread.selector.as_ref(), pod)) }
    }

    fn allows(&self, spread: &Spread, bin: &Bin<'_>) -> bool {
        let Some(here) = bin.labels.get(&spread.topology_key) else { return false };
        let domains = u32::try_from(self.counts.len()).unwrap_or(u32::MAX);
        let enough = spread.min_domains.is_none_or(|wanted| domains >= wanted);
        let least = if enough { self.counts.values().min().copied().unwrap_or(0) } else { 0 };
        let after = self.counts.get(here.as_str()).copied().unwrap_or(0).saturating_add(self.own);
        after.saturating_sub(least) <= spread.max_skew
    }
}

impl Joins<'_> {
    fn allows(&self, term: &PodTerm, bin: &Bin<'_>) -> bool {
        bin.domain(&term.topology_key).is_some_and(|domain| self.is_first || self.domains.contains(&domain))
    }
}

fn term_names(term: &PodTerm, owner: &Pod, other: &Pod, around: &Surroundings) -> bool {
    let own_only = term.namespaces.is_empty() && term.namespace_selector.is_none();
    let by_labels = || {
        let Some(selector) = &term.namespace_selector else { return false };
        let none = BTreeMap::new();
        let labels = around.namespaces.get(&other.namespace).unwrap_or(&none);
        selector.iter().all(|requirement| requirement.is_met_by(labels))
    };
    let in_namespace =
        if own_only { other.namespace == owner.namespace } else { term.namespaces.contains(&other.namespace) || by_labels() };
    in_namespace && matches(term.selector.as_ref(), other)
}

fn matches(selector: Option<&PodSelector>, pod: &Pod) -> bool {
    selector.is_some_and(|requirements| requirements.iter().all(|requirement| requirement.is_met_by(&pod.labels)))
}
