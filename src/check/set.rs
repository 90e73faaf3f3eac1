//! The whole set: several files, several clusters, and what they share.

use std::collections::BTreeMap;

use crate::check::checker::Checker;
use crate::check::lints::{self, Model};
use crate::check::scope::{Names, Scope};
use crate::diagnostic::Diagnostic;
use crate::diagnostic::codes::names as codes;
use crate::rules::{Cluster, Fact, Metric, Rule, Ruleset, Window};
use crate::source::{Sources, Span};
use crate::syntax::tree::{self, ClusterEntry, Item, Tree};

/// Shared items times clusters: beyond it a set would outgrow memory.
const MOST_SHARED: usize = 2_000_000;

/// One cluster's block and the names in it.
pub(super) struct Block<'a> {
    pub tree: &'a tree::Cluster<'a>,
    pub scope: Scope<'a>,
}

/// The checked items of one scope, in order of name; none where one of them is wrong.
#[derive(Clone, Default)]
struct Items {
    metrics: Vec<Metric>,
    windows: Vec<Window>,
    rules: Vec<Rule>,
    right: bool,
}

pub(super) fn check<'a>(sources: &'a Sources, trees: &'a [Tree<'a>], unreadable: bool) -> (Option<Ruleset>, Vec<Diagnostic>) {
    let mut checker = Checker::new(sources);
    let (shared, doubles) = Scope::new(trees.iter().flat_map(|tree| &tree.items));
    checker.report_doubles(doubles);
    checker.report_known(&shared);
    let blocks = checker.blocks(trees, &shared);
    if blocks.is_empty() && !unreadable {
        checker.report_no_cluster(trees);
    }
    checker.check_names(&blocks);
    let shared_count = shared.metrics.len() + shared.windows.len() + shared.rules.len();
    if let Some(last) = blocks.last()
        && shared_count.saturating_mul(blocks.len()) > MOST_SHARED
    {
        let message = format!("{} clusters share {shared_count} items: that is too much for one set", blocks.len());
        checker.report(Diagnostic::new(codes::TOO_LARGE, last.tree.name.span, message).help("split the clusters over several folders"));
        return (None, checker.diagnostics);
    }
    let ruleset = checker.ruleset(&shared, &blocks);
    let Some(ruleset) = ruleset.filter(|_| !unreadable && !checker.diagnostics.iter().any(Diagnostic::is_error)) else {
        return (None, checker.diagnostics);
    };
    let warnings = lints::run(&Model::new(sources, trees, &shared, &blocks, &ruleset), std::mem::take(&mut checker.query_warnings));
    checker.diagnostics.extend(warnings);
    (Some(ruleset), checker.diagnostics)
}

impl<'a> Checker<'a> {
    /// Reports the declared names that the cluster itself has already.
    fn report_known(&mut self, scope: &Scope<'_>) {
        for name in scope.declared().filter(|name| Fact::ALL.iter().any(|fact| fact.name() == name.node)) {
            self.report(
                Diagnostic::new(codes::DUPLICATE_NAME, name.span, format!("`{}` is already known", name.node))
                    .note("the cluster itself knows this name, without a declaration")
                    .help("choose another name, or use it without declaring it"),
            );
        }
    }

    fn report_doubles(&mut self, doubles: Vec<(&str, Span, Span)>) {
        for (name, first, second) in doubles {
            self.report(
                Diagnostic::new(codes::DUPLICATE_NAME, second, format!("`{name}` is declared twice"))
                    .label("declared again here")
                    .also(first, "first declared here")
                    .help("rename one of them: one name means one thing, for metrics, constants, windows and rules together"),
            );
        }
    }

    fn report_no_cluster(&mut self, trees: &[Tree<'_>]) {
        let place = trees.iter().find_map(|tree| tree.items.first()).map_or_else(Span::default, |item| item.span().before());
        self.report(
            Diagnostic::new(codes::NO_CLUSTER, place, "there is no `cluster` in this ruleset")
                .help("add one: `cluster \"prod\" { nodes 2..10 }`")
                .help("where it stands in another file of the folder, give the folder instead of the file"),
        );
    }

    /// The clusters of the set in order of name, with their own names.
    fn blocks(&mut self, trees: &'a [Tree<'a>], shared: &Scope<'a>) -> Vec<Block<'a>> {
        let mut blocks = Vec::new();
        for item in trees.iter().flat_map(|tree| &tree.items) {
            let Item::Cluster(cluster) = item else { continue };
            let items = cluster.entries.iter().filter_map(|entry| match entry {
                ClusterEntry::Item(item) => Some(item),
                ClusterEntry::Setting(_) => None,
            });
            let (scope, mut doubles) = Scope::new(items);
            for name in scope.declared() {
                if let Some(place) = shared.place(name.node) {
                    doubles.push((name.node, place, name.span));
                }
            }
            self.report_doubles(doubles);
            self.report_known(&scope);
            blocks.push(Block { tree: cluster, scope });
        }
        blocks.sort_by_cached_key(|block| block.tree.name.value().into_owned());
        blocks
    }

    /// No two clusters of one name, and none that owns the nodes of another's pool.
    fn check_names(&mut self, blocks: &[Block<'_>]) {
        let mut places: BTreeMap<String, Span> = BTreeMap::new();
        for block in blocks {
            let name = &block.tree.name;
            let value = name.value().into_owned();
            if let Some(first) = places.get(&value) {
                self.report(
                    Diagnostic::new(codes::DUPLICATE_CLUSTER, name.span, format!("the cluster `{value}` is declared twice"))
                        .label("declared again here")
                        .also(*first, "first declared here"),
                );
                continue;
            }
            // In order of name, so the cluster without a slash came before its pools.
            if let Some((whole, _)) = value.split_once('/')
                && let Some(first) = places.get(whole)
            {
                self.report(
                    Diagnostic::new(codes::POOLS_OVERLAP, name.span, format!("the pool `{value}` overlaps with the cluster `{whole}`"))
                        .label("owns the nodes of one pool")
                        .also(*first, "owns every worker")
                        .help(format!("make it a pool of its own, as in `{whole}/general`")),
                );
            }
            places.insert(value, name.span);
        }
    }

    fn ruleset(&mut self, shared: &Scope<'a>, blocks: &[Block<'a>]) -> Option<Ruleset> {
        let top = Names::top(shared);
        self.constants(shared, top);
        let mut common = self.items(shared, top);
        if blocks.len() > 1 {
            for test in &shared.tests {
                self.report(
                    Diagnostic::new(codes::WHICH_CLUSTER, test.name.span, "this test could mean any of the clusters")
                        .note(format!("the set has {} clusters", blocks.len()))
                        .help("move it into the cluster that it is about"),
                );
            }
        }
        let mut clusters = Vec::new();
        let mut right = common.right;
        for (index, block) in blocks.iter().enumerate() {
            let names = Names::within(&block.scope, shared);
            self.constants(&block.scope, names);
            let cluster = self.cluster(names, block.tree);
            let own = self.items(&block.scope, names);
            right &= cluster.is_some() && own.right;
            let mut examples = Vec::new();
            let shared_tests = if blocks.len() == 1 { shared.tests.as_slice() } else { &[] };
            for (test, names) in shared_tests.iter().map(|test| (test, names)).chain(block.scope.tests.iter().map(|test| (test, names))) {
                examples.push(self.example(names, test, cluster.as_ref()));
            }
            let examples: Option<Vec<_>> = examples.into_iter().collect();
            right &= examples.is_some();
            if let (true, Some(cluster), Some(examples)) = (right, cluster, examples) {
                let mut cluster = Cluster { examples, ..cluster };
                // The last cluster need not have a copy.
                let shared = if index + 1 == blocks.len() { std::mem::take(&mut common) } else { common.clone() };
                join(&mut cluster, shared, own);
                clusters.push(cluster);
            }
        }
        (right && !blocks.is_empty()).then_some(Ruleset { clusters })
    }

    fn items(&mut self, scope: &Scope<'a>, names: Names<'_, 'a>) -> Items {
        let metrics = in_text_order(&scope.metrics, |metric| metric.span, |metric| self.metric(names, metric));
        let windows = in_text_order(&scope.windows, |window| window.span, |window| self.window(window));
        let rules = in_text_order(&scope.rules, |rule| rule.span, |rule| self.rule(names, rule));
        let constants = scope.values.iter().all(|value| value.get().is_some_and(Option::is_some));
        match (metrics, windows, rules) {
            (Some(metrics), Some(windows), Some(rules)) => Items { metrics, windows, rules, right: constants },
            _ => Items::default(),
        }
    }
}

/// The items as they were checked, `None` where one is wrong; all are looked at. In the order of the text, as the trees
/// stand in memory: in that of their names nearly every look would miss the caches.
fn in_text_order<'t, T, C>(items: &[&'t T], span: impl Fn(&T) -> Span, mut check: impl FnMut(&'t T) -> Option<C>) -> Option<Vec<C>> {
    let mut order: Vec<(Span, u32)> = items.iter().zip(0..).map(|(item, place)| (span(item), place)).collect();
    order.sort_unstable();
    let mut checked: Vec<Option<C>> = Vec::new();
    checked.resize_with(items.len(), || None);
    for (_, place) in order {
        let place = place as usize;
        if let (Some(item), Some(slot)) = (items.get(place), checked.get_mut(place)) {
            *slot = check(item);
        }
    }
    checked.into_iter().collect()
}

/// What is shared and what is the cluster's own, in the order that the ids count.
fn join(cluster: &mut Cluster, common: Items, own: Items) {
    cluster.metrics = common.metrics;
    cluster.metrics.extend(own.metrics);
    cluster.windows = common.windows;
    cluster.windows.extend(own.windows);
    cluster.rules = common.rules;
    // Each of the two is in order already.
    if !own.rules.is_empty() {
        cluster.rules.extend(own.rules);
        cluster.rules.sort_by(|one, other| one.name.cmp(&other.name));
    }
}
