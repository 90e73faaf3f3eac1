//! What lints look at: the checked rules, each beside the text that it came from.

use crate::check::lints::logic::{Truth, truth};
use crate::check::scope::Scope;
use crate::check::set::Block;
use crate::rules::{Cluster, MetricId, Rule, Ruleset, Window, WindowId};
use crate::source::{Sources, Span};
use crate::syntax::tree::{self, CapacitySetting, ClauseKind, ClusterEntry, Setting, SettingKind, Tree};

/// A whole set without errors.
pub(in crate::check) struct Model<'a> {
    pub sources: &'a Sources,
    pub trees: &'a [Tree<'a>],
    pub shared: &'a Scope<'a>,
    pub subjects: Vec<Subject<'a>>,
}

/// One rule.
pub(in crate::check) struct Looked<'a> {
    pub rule: &'a Rule,
    pub text: &'a tree::Rule<'a>,
    /// What can be said of its condition beforehand; `None` without one.
    pub truth: Option<Truth>,
}

/// One cluster with everything that it shares.
pub(in crate::check) struct Subject<'a> {
    pub block: &'a Block<'a>,
    pub cluster: &'a Cluster,
    /// Beside `cluster.rules`.
    pub rules: Vec<&'a tree::Rule<'a>>,
    /// Beside `cluster.windows`.
    pub windows: Vec<&'a tree::Window<'a>>,
    /// Beside `cluster.examples`.
    pub tests: Vec<&'a tree::Test<'a>>,
}

impl<'a> Model<'a> {
    /// `blocks` are in the order of the ruleset's clusters.
    pub fn new(sources: &'a Sources, trees: &'a [Tree<'a>], shared: &'a Scope<'a>, blocks: &'a [Block<'a>], ruleset: &'a Ruleset) -> Self {
        let alone = blocks.len() == 1;
        let subjects = blocks.iter().zip(&ruleset.clusters).map(|(block, cluster)| {
            let mut rules = [shared.rules.as_slice(), &block.scope.rules].concat();
            // Each of the two is in order already.
            if rules.len() > shared.rules.len() {
                rules.sort_by_key(|rule| rule.name.node);
            }
            let shared_tests = if alone { shared.tests.as_slice() } else { &[] };
            Subject {
                block,
                cluster,
                rules,
                windows: [shared.windows.as_slice(), &block.scope.windows].concat(),
                tests: [shared_tests, &block.scope.tests].concat(),
            }
        });
        Self { sources, trees, shared, subjects: subjects.collect() }
    }
}

impl<'a> Subject<'a> {
    /// Each rule with its text.
    pub fn rules(&self) -> impl Iterator<Item = (&'a Rule, &'a tree::Rule<'a>)> + '_ {
        self.cluster.rules.iter().zip(self.rules.iter().copied())
    }

    /// Each rule with its text and what is known of its condition.
    pub fn looked(&self) -> impl Iterator<Item = Looked<'a>> + '_ {
        self.rules().map(|(rule, text)| Looked { rule, text, truth: rule.when.as_ref().map(|when| truth(self, when)) })
    }

    /// Whether the metric is the share of the workers' capacity in use.
    pub fn of_capacity(&self, metric: MetricId) -> bool {
        match metric {
            MetricId::Declared(index) => self.cluster.metrics.get(index).is_some_and(|metric| metric.of_capacity),
            MetricId::Fact(_) => false,
        }
    }

    /// The name by which rules call the metric.
    pub fn metric_name(&self, metric: MetricId) -> &str {
        match metric {
            MetricId::Declared(index) => self.cluster.metrics.get(index).map_or("", |metric| &metric.name),
            MetricId::Fact(fact) => fact.name(),
        }
    }

    pub fn window(&self, id: WindowId) -> Option<&'a Window> {
        self.cluster.windows.get(id.0)
    }

    /// The cluster's setting of a kind, where it is written.
    pub fn setting(&self, wanted: fn(&SettingKind<'_>) -> bool) -> Option<&'a Setting<'a>> {
        self.block.tree.entries.iter().find_map(|entry| match entry {
            ClusterEntry::Setting(setting) if wanted(&setting.kind) => Some(setting),
            _ => None,
        })
    }

    /// The setting of `capacity { … }` of a kind, where it is written.
    pub fn capacity_setting(&self, wanted: fn(&CapacitySetting<'_>) -> bool) -> Option<Span> {
        let setting = self.setting(|kind| matches!(kind, SettingKind::Capacity { .. }))?;
        let SettingKind::Capacity { settings, .. } = &setting.kind else { return None };
        settings.iter().find(|setting| wanted(&setting.node)).map(|setting| setting.span)
    }
}

/// The text of a rule's condition.
pub(super) fn condition<'t>(rule: &'t tree::Rule<'_>) -> Option<&'t tree::Condition<'t>> {
    rule.clauses.iter().find_map(|clause| match &clause.kind {
        ClauseKind::When(condition) => Some(condition),
        _ => None,
    })
}

/// The place of a rule's condition, or of its name where it has none.
pub(super) fn condition_span(rule: &tree::Rule<'_>) -> Span {
    condition(rule).map_or(rule.name.span, tree::Condition::span)
}

/// The place of a rule's action.
pub(super) fn action_span(rule: &tree::Rule<'_>) -> Span {
    rule.clauses.iter().find(|clause| clause.kind.is_action()).map_or(rule.name.span, |clause| clause.span)
}
